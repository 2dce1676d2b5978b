"""How far two sentences say the same, in one language or in two: the share of each one's words that the other has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log, sqrt
from typing import Final

import msgspec

from cordiale.domains.information.lineage.statement import Statement, Token

NAMED: Final = 1.4
"""A name or a number tells more of a statement than another word as rare."""
SMALL: Final = 3
"""Numbers up to this one are said of everything."""


def weights(texts: Iterable[Sequence[Statement]]) -> dict[str, float]:
    """Return how much each stem tells: the logarithm of how few sentences of these texts have it."""
    spread: Counter[str] = Counter()
    count = 0
    for text in texts:
        for statement in text:
            if statement.tokens:
                count += 1
                spread.update({token.stem for token in statement.tokens if token.content})
    return {stem: log(1 + count / (1 + n)) for stem, n in spread.items()}


def weight(token: Token, known: Mapping[str, float], usual: float = 3.0) -> float:
    """Return how much a word of a sentence tells."""
    value = known.get(token.stem, usual)
    if token.value is not None:
        return value * (0.4 if token.value <= SMALL else NAMED)
    return value * NAMED if token.name else value


class Indexed(msgspec.Struct, frozen=True):
    """Sentences made ready to be compared with others: made once for a text, used for each of its pairs.

    `places`: for each mark the sentences that have it, with its strength. `words`: for each sentence how much each of
    its words tells, with the word's marks; `totals` are their sums.
    """

    statements: Sequence[Statement]
    places: dict[str, dict[int, float]]
    words: list[list[tuple[float, tuple[tuple[str, float], ...]]]]
    totals: list[float]


def indexed(statements: Sequence[Statement], known: Mapping[str, float]) -> Indexed:
    """Return sentences made ready to be compared."""
    places: dict[str, dict[int, float]] = {}
    found: list[list[tuple[float, tuple[tuple[str, float], ...]]]] = []
    for number, statement in enumerate(statements):
        mine = []
        for token in statement.tokens:
            for mark, strength in token.marks:
                at = places.setdefault(mark, {})
                if strength > at.get(number, 0.0):
                    at[number] = strength
            if token.content:
                mine.append((weight(token, known), token.marks))
        found.append(mine)
    return Indexed(statements, places, found, [sum(tells for tells, _marks in mine) for mine in found])


def compare(source: Indexed, derived: Indexed) -> list[list[tuple[float, float]]]:
    """Return for each derived and each source sentence the shares (0 to 1) of the derived and of the source one's
    words that the other has: `[derived][source]`."""
    forth = _covered(derived, source)
    back = list(zip(*_covered(source, derived), strict=True)) if source.statements else []
    return (
        [list(zip(row, back[j], strict=True)) for j, row in enumerate(forth)]
        if back
        else [[] for _row in forth]
    )


def _covered(inner: Indexed, outer: Indexed) -> list[list[float]]:
    """Return for each inner sentence what share of its words, by weight, each outer sentence has."""
    width = len(outer.statements)
    places = outer.places
    held: dict[tuple[tuple[str, float], ...], dict[int, float]] = {}
    found = []
    for mine, total in zip(inner.words, inner.totals, strict=True):
        sums = [0.0] * width
        for tells, marks in mine:
            best = held.get(marks)
            if best is None:
                best = {}
                for mark, strength in marks:
                    at = places.get(mark)
                    if at is not None:
                        for number, other in at.items():
                            shared = min(other, strength)
                            if shared > best.get(number, 0.0):
                                best[number] = shared
                held[marks] = best
            for number, shared in best.items():
                sums[number] += tells * shared
        found.append([value / total for value in sums] if total else sums)
    return found


def likeness(forth: float, back: float) -> float:
    """Return one number (0 to 1) for two shares: a shortened sentence is still near its source."""
    return sqrt(forth * back) * 0.6 + max(forth, back) * 0.4
