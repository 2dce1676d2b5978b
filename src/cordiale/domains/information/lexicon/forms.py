"""From words as they stand to the terms of the lexicon: every form of every term, made once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from cordiale.domains.information.lexicon import english, french
from cordiale.domains.information.lexicon.entries import GAP, Language, entries, fold

_SAME = dict(
    pair.split(":")
    for pair in """du:de des:de d:de au:a aux:a l:le la:le les:le qu:que n:ne s:se j:je c:ce m:me t:te jusqu:jusque
    lorsqu:lorsque puisqu:puisque cet:ce cette:ce ces:ce une:un""".split()  # noqa: SIM905
)


class Reading(NamedTuple):
    """A term that words may stand for: its folded dictionary form and the mood of this form."""

    lemma: str
    mood: str = ""


class Index(NamedTuple):
    """Forms of a language: readings by words joined with a space, lengths by first word, gapped terms by their end.

    `gapped` maps what closes ("pas") to the terms that "ne" opens; the longest closing is looked for first.
    """

    readings: Mapping[str, tuple[Reading, ...]]
    lengths: Mapping[str, tuple[int, ...]]
    gapped: Mapping[str, str]


def same(word: str, lang: Language) -> str:
    """Return a folded word with French articles, elisions and contractions made one ("du", "des" and "d" are "de")."""
    return _SAME.get(word, word) if lang == "fr" else word


@cache
def index(lang: Language) -> Index:
    """Return the index of a language."""
    inflect = english.forms if lang == "en" else french.forms
    found: dict[str, dict[Reading, None]] = {}
    gapped: dict[str, str] = {}
    done = set()
    for entry in entries():
        lemma = fold(entry.en if lang == "en" else entry.fr)
        if (lemma, entry.part) in done:
            continue
        done.add((lemma, entry.part))
        if GAP in lemma:
            opening, _gap, closing = lemma.partition(f" {GAP} ")
            assert opening == "ne", lemma
            gapped[" ".join(same(word, lang) for word in closing.split())] = lemma
            continue
        for words, mood in inflect(lemma.split(), entry.part):
            if mood and lang == "fr" and len(words) == 1 and words[0] in _SAME:
                continue  # "dû" is not "du"
            form = " ".join(same(word, lang) for word in words)
            found.setdefault(form, {}).setdefault(Reading(lemma, mood))
    lengths: dict[str, set[int]] = {}
    for form in found:
        lengths.setdefault(form.split(" ", 1)[0], set()).add(form.count(" ") + 1)
    return Index(
        {form: tuple(readings) for form, readings in found.items()},
        {first: tuple(sorted(sizes, reverse=True)) for first, sizes in lengths.items()},
        gapped,
    )


def lemmas(text: str, lang: Language) -> tuple[str, ...]:
    """Return the folded terms that a word or phrase, in whatever form, may stand for; empty when it is unknown."""
    form = " ".join(same(word, lang) for word in fold(text).split())
    return tuple(dict.fromkeys(reading.lemma for reading in index(lang).readings.get(form, ())))
