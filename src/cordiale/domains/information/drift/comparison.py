"""Which words of two matched sentences answer each other: what stands beside an answered word was kept, the rest was not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from cordiale.domains.information.lineage.statement import Statement, Token

_CLAUSE = re.compile(r"[;:.!?]|,?[”»]|, (?:and|but|although|though|while|mais|et|quoique|alors)\b")
ANSWERS = 0.45
"""Two words answer each other from this strength of their best common mark on."""


class Pairing(msgspec.Struct, frozen=True):
    """For each content word of the source and of the derived sentence (by its start) the start of the word that answers it."""

    source: dict[int, int]
    derived: dict[int, int]


def pair(source: Statement, derived: Statement) -> Pairing:
    """Pair the words of two sentences, each with its best answer; the best pairs are made first, near places before far ones."""
    scores: list[tuple[float, float, int, int]] = []
    marks: dict[str, list[tuple[Token, float]]] = {}
    for token in derived.tokens:
        for mark, strength in token.marks:
            marks.setdefault(mark, []).append((token, strength))
    length, other_length = max(1, len(source.text)), max(1, len(derived.text))
    for token in source.tokens:
        best: dict[int, float] = {}
        for mark, strength in token.marks:
            for other, its in marks.get(mark, ()):
                best[other.start] = max(best.get(other.start, 0.0), min(strength, its))
        for start, strength in best.items():
            if strength >= ANSWERS:
                scores.append(
                    (-strength, abs(token.start / length - start / other_length), token.start, start)
                )
    forth: dict[int, int] = {}
    back: dict[int, int] = {}
    for _strength, _far, one, other_start in sorted(scores):
        if one not in forth and other_start not in back:
            forth[one], back[other_start] = other_start, one
    return Pairing(forth, back)


def near(statement: Statement, start: int, end: int, answered: Iterable[int], reach: int = 4) -> bool:
    """Tell whether one of the next words that carry meaning was kept in the other sentence.

    Only words of the same clause count; where a cue ends its clause ("it is possible"), those before it do.
    """
    kept = set(answered)
    text = statement.text
    ahead = _CLAUSE.search(text, end)
    limit = ahead.start() if ahead else len(text)
    after = [t for t in statement.tokens if t.content and end <= t.start < limit][:reach]
    if after:
        return any(t.start in kept for t in after)
    before = [t for t in statement.tokens if t.content and t.end <= start][-2:]
    return any(t.start in kept for t in before)


DROPPED = 1 / 3
"""A clause of which a smaller share of words is in the other sentence was left out, or put in."""
_AND = re.compile(r"\b(?:and|but|et|mais|or|ou) $")


def in_clause(statement: Statement, start: int, end: int, answered: Iterable[int]) -> bool:
    """Tell whether the clause around a place was kept in the other sentence, rather than left out with what it hedges."""
    kept = set(answered)
    text = statement.text
    ahead = _CLAUSE.search(text, end)
    limit = ahead.start() if ahead else len(text)
    behind = [m.end() for m in _CLAUSE.finditer(text, 0, start)]
    begin = start if _AND.search(text, 0, start) else behind[-1] if behind else 0
    words = [t for t in statement.tokens if t.content and begin <= t.start < limit]
    whole = begin == 0 and limit >= len(text.rstrip(' .!?”»"'))
    if whole:
        return not words or any(t.start in kept for t in words)
    return sum(t.start in kept for t in words) >= max(1, DROPPED * len(words))


AROUND: Final = 3
"""So many words that carry meaning, before and after a word, say what it is about."""
BESIDE: Final = 60
"""So many characters from a word these may stand in the other sentence."""


def one_thing(source: Statement, here: tuple[int, int], there: tuple[int, int], pairing: Pairing) -> bool:
    """Tell whether words at two places (from, to) are about the same: one of the words around the first stands near the second."""
    content = [t.start for t in source.tokens if t.content]
    before = [start for start in content if start < here[0]][-AROUND:]
    after = [start for start in content if start >= here[1]][:AROUND]
    answers = [pairing.source[start] for start in (*before, *after) if start in pairing.source]
    return any(abs(place - there[0]) <= BESIDE and not there[0] <= place < there[1] for place in answers)
