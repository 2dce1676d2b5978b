"""The entries as written, and look-ups both ways."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

import msgspec

from cordiale.domains.information import folding
from cordiale.domains.information.lexicon.cues import Cue, cue

Language = Literal["en", "fr"]

FILES = (
    *("modality", "certainty", "negation", "quantities", "time", "numbers", "speech"),
    *("institutions", "places", "nationalities", "verbs", "nouns", "adjectives", "adverbs"),
    *("diplomacy", "defence", "cyber", "elections", "crisis", "press", "maritime", "humanitarian"),
)
"""The files of entries, those with cues first: where two say the same of a word, the first is the one meant."""

PARTS = frozenset({"v", "n", "adj", "adv", "det", "prep", "conj", "pron", "name", "num"})

GAP = "…"
"""In an entry: other words may stand here ("ne … pas")."""


class Entry(msgspec.Struct, frozen=True):
    """One English and one French term that translate each other; `cues` hold for both."""

    en: str
    fr: str
    part: str
    cues: tuple[Cue, ...] = ()


def read(text: str, name: str) -> list[Entry]:
    """Return the entries of one file's text; raises ValueError that names the line that is wrong."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        columns = line.split("\t")
        if len(columns) != 4 or not all(column and column == column.strip() for column in columns):
            raise ValueError(f"{name}, line {number}: four columns divided by tabs are needed")
        en, fr, part, written = columns
        if part not in PARTS:
            raise ValueError(f"{name}, line {number}: {part!r} is no part of speech")
        try:
            cues = () if written == "-" else tuple(map(cue, written.split(" ")))
        except ValueError as error:
            raise ValueError(f"{name}, line {number}: {error}") from error
        found.append(Entry(en, fr, part, cues))
    return found


def table(name: str) -> str:
    """Return the text of a file of this folder."""
    return (files(__package__) / f"{name}.tsv").read_text(encoding="utf-8")


@cache
def entries() -> tuple[Entry, ...]:
    """Return every entry, in the order of `FILES`."""
    return tuple(entry for name in FILES for entry in read(table(name), name))


def fold(text: str) -> str:
    """Return a term as look-ups are keyed: lower case, no accents, one space between words, "…" kept.

    Apostrophes and hyphens divide words: "s'engager à" is "s engager a".
    """
    parts = (folding.bare(folding.key(part)) for part in text.split(GAP))
    return f" {GAP} ".join(parts)


@cache
def pairs(lang: Language | None = None) -> Mapping[str, frozenset[str]]:
    """Return for each folded term its translations, folded.

    With `lang` the keys are terms of that language; without, of both ("conference" then answers for both).
    """
    found: dict[str, set[str]] = {}
    for entry in entries():
        en, fr = fold(entry.en), fold(entry.fr)
        if lang != "fr":
            found.setdefault(en, set()).add(fr)
        if lang != "en":
            found.setdefault(fr, set()).add(en)
    return MappingProxyType({term: frozenset(other) for term, other in found.items()})


@cache
def classes(lang: Language) -> Mapping[str, tuple[Cue, ...]]:
    """Return for each folded term of a language that is a cue what it says, each cue once, the first meant first."""
    found: dict[str, dict[Cue, None]] = {}
    for entry in entries():
        if entry.cues:
            found.setdefault(fold(entry.en if lang == "en" else entry.fr), {}).update(
                dict.fromkeys(entry.cues)
            )
    return MappingProxyType({term: tuple(cues) for term, cues in found.items()})
