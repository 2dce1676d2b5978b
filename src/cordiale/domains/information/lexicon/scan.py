"""Find the terms of the lexicon in a text, the longest first, with their places."""

from __future__ import annotations

import re
from typing import NamedTuple

from cordiale.domains.information.folding import bare
from cordiale.domains.information.lexicon.cues import Cue
from cordiale.domains.information.lexicon.entries import Language, classes
from cordiale.domains.information.lexicon.forms import Index, Reading, index, same

REACH = 6
"""How many words may stand between "ne" and what closes it ("n'a toujours pas encore été")."""

_MARKS = "\u0300-\u036f\u00ad"
_APOSTROPHE = "['\u2018\u2019\u02bc\u00b4`\u2032]"
_LETTERS = rf"(?:[^\W\d_][{_MARKS}]*)+"
_WORD = re.compile(rf"({_LETTERS}?)(n{_APOSTROPHE}t)\b|{_LETTERS}|\d+(?:[.,:]\d+)*", re.IGNORECASE)
_OWNED = re.compile(rf"{_APOSTROPHE}s\b", re.IGNORECASE)
_CONTRACTED = {"ca": "can", "wo": "will", "sha": "shall", "ai": "be"}
_JOINED = {"ll": "will", "ve": "have", "re": "be"}


class Term(NamedTuple):
    """One term in a text: `text[start:end]`.

    `readings` are the terms it may stand for, `cues` what any of them says. `opening` is the place of the "ne" that
    goes with it, None without one.
    """

    start: int
    end: int
    readings: tuple[Reading, ...]
    cues: tuple[Cue, ...] = ()
    opening: tuple[int, int] | None = None

    @property
    def lemma(self) -> str:
        """Return the folded dictionary form of the first reading."""
        return self.readings[0].lemma

    @property
    def moods(self) -> frozenset[str]:
        """Return the moods it may stand in: "future" and "conditional" say how firmly a French verb announces."""
        return frozenset(reading.mood for reading in self.readings)


class _Token(NamedTuple):
    word: str
    start: int
    end: int


def scan(text: str, lang: Language) -> tuple[Term, ...]:
    """Return the terms of a text in their order; none overlaps another, save what stands between "ne" and "pas"."""
    known = index(lang)
    said = classes(lang)
    tokens = _tokens(text, lang)
    closed = _closings(tokens, known) if lang == "fr" else {}
    found = []
    place = 0
    while place < len(tokens):
        if place in closed:
            size, lemma, ne = closed[place]
            opening = (tokens[ne].start, tokens[ne].end)
            readings: tuple[Reading, ...] = (Reading(lemma),)
        else:
            size, readings = _longest(tokens, place, known)
            opening = None
        if readings:
            cues = dict.fromkeys(cue for reading in readings for cue in said.get(reading.lemma, ()))
            found.append(
                Term(tokens[place].start, tokens[place + size - 1].end, readings, tuple(cues), opening)
            )
        place += size
    return tuple(found)


def _longest(tokens: list[_Token], place: int, known: Index) -> tuple[int, tuple[Reading, ...]]:
    for size in known.lengths.get(tokens[place].word, ()):
        form = " ".join(token.word for token in tokens[place : place + size])
        if place + size <= len(tokens) and (readings := known.readings.get(form)):
            return size, readings
    return 1, ()


def _closings(tokens: list[_Token], known: Index) -> dict[int, tuple[int, str, int]]:
    """Return where a "ne" is closed: place of the closing to (its words, term, place of the "ne")."""
    found = {}
    for ne, token in enumerate(tokens):
        if token.word != "ne":
            continue
        # "que" closes only where nothing else does: "ne dit pas que"
        for last in (False, True):
            place = next(
                (
                    at
                    for at in range(ne + 1, min(ne + REACH + 2, len(tokens)))
                    if tokens[at].word in known.gapped and (tokens[at].word == "que") is last
                ),
                None,
            )
            if place is not None:
                two = " ".join(token.word for token in tokens[place : place + 2])
                size, closing = (2, two) if " " in two and two in known.gapped else (1, tokens[place].word)
                found[place] = (size, known.gapped[closing], ne)
                break
    return found


def _tokens(text: str, lang: Language) -> list[_Token]:
    found = []
    owned = {match.start() + 1 for match in _OWNED.finditer(text)} if lang == "en" else set()
    for match in _WORD.finditer(text):
        start, end = match.span()
        if lang == "en" and match[2]:
            if match[1]:
                word = bare(match[1])
                found.append(_Token(_CONTRACTED.get(word, word), start, start + len(match[1])))
            found.append(_Token("not", end - 3, end))
            continue
        if start in owned:
            continue
        word = bare(match[0])
        if lang == "en" and word in _JOINED and text[start - 1 : start] in ("'", "\u2019"):
            word = _JOINED[word]
        found.append(_Token(same(word, lang), start, end))
    return found
