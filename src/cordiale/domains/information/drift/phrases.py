"""Find in a sentence the words of a table of drift, in every form: opposites, and the steps of ladders.

A table has one line for each step of a group, in four columns: group, step, English terms, French terms, divided by "|".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import product

import msgspec

from cordiale.domains.information.drift.reading import Reading
from cordiale.domains.information.folding import bare
from cordiale.domains.information.lexicon import english, french

Forms = Mapping[str, tuple[tuple[tuple[str, ...], str, int], ...]]


class Phrase(msgspec.Struct, frozen=True):
    """A term of a table where it stands: characters `start` to `end`; which step of which group it is."""

    group: str
    step: int
    start: int
    end: int


def phrases(reading: Reading, name: str) -> list[Phrase]:
    """Return the terms of the table `name` in a sentence, in order; of two that overlap in a group the longer one."""
    known = _forms(name, "fr" if reading.statement.lang == "fr" else "en")
    tokens, flat = reading.statement.tokens, reading.flat
    words = [flat[t.start : t.end] for t in tokens]
    found: list[Phrase] = []
    for place, word in enumerate(words):
        if word == "livres" and "é" not in reading.statement.text[tokens[place].start : tokens[place].end]:
            continue  # pounds and books, more often than what is delivered
        for rest, group, step in known.get(word, ()):
            last = place + len(rest)
            if rest and tuple(words[place + 1 : last + 1]) != rest:
                continue
            start, end = tokens[place].start, tokens[last].end
            if any(one.group == group and one.end > start for one in found):
                continue
            found.append(Phrase(group, step, start, end))
    return found


@cache
def _forms(name: str, lang: str) -> Forms:
    """Return for each form of a term's first word the words that follow it, the longest first, with group and step."""
    found: dict[str, set[tuple[tuple[str, ...], str, int]]] = {}
    text = (files(__package__) / f"{name}.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        group, step, *languages = line.split("\t")
        for term in languages[lang == "fr"].split("|"):
            first, *rest = bare(term).split()
            for form, *others in product(_inflected(first, lang), *([one] for one in rest)):
                found.setdefault(form, set()).add((tuple(others), group, int(step)))
    return {form: tuple(sorted(its, key=lambda one: (-len(one[0]), one))) for form, its in found.items()}


def _inflected(word: str, lang: str) -> set[str]:
    if lang == "fr":
        part = "v" if word.endswith(("er", "ir", "re")) else "adj"
        made = {form[0] for form, _mood in french.forms([word], part)}
        return made | {form[0] for form, _mood in french.forms([word], "n")} | {word}
    return {form[0] for part in ("v", "n") for form, _mood in english.forms([word], part)} | {word}
