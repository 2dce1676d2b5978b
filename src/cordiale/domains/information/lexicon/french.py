"""The forms of French words, from their dictionary form, written without accents as look-ups are keyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from cordiale.domains.information.folding import bare
from cordiale.domains.information.lexicon.entries import table

IMPERFECT = ("ais", "ait", "ions", "iez", "aient")
FUTURE = ("ai", "as", "a", "ons", "ez", "ont")
_ER = ("e", "es", "ons", "ez", "ent", "ai", "as", "a", "ames", "ates", "erent", "at")
_IR = ("is", "it", "issons", "issez", "issent", "isse", "isses", "irent", "imes", "ites")
# Only the verb itself, never the end of another ("installer" is no "aller").
_WHOLE = frozenset({"etre", "avoir", "aller"})
_FEMININE = dict(
    pair.split(":")
    for pair in """nouveau:nouvelle beau:belle vieux:vieille blanc:blanche long:longue faux:fausse doux:douce bas:basse
    gros:grosse frais:fraiche sec:seche public:publique turc:turque grec:grecque franc:franche aucun:aucune roi:reine
    hote:hote maire:maire chef:cheffe certain:certaine""".split()  # noqa: SIM905
)
_MASCULINE_TOO = {"nouveau": "nouvel", "beau": "bel", "vieux": "vieil"}
# What follows one of these in a phrase belongs to it, and stays as it is.
_LINKS = frozenset(
    "de d du des a au aux en pour sur sous par contre sans dans l le la les et entre vers hors ne".split()  # noqa: SIM905
)
_BEING = (
    *(("suis", ""), ("es", ""), ("est", ""), ("sommes", ""), ("etes", ""), ("sont", ""), ("etait", "")),
    *(("etaient", ""), ("sera", "future"), ("seront", "future"), ("serait", "conditional")),
    ("seraient", "conditional"),
)
_CLITICS = ("s", "se", "me", "m", "te", "t", "nous", "vous")

Forms = tuple[tuple[str, str], ...]
Made = dict[tuple[str, str], None]


class Model(NamedTuple):
    """How the verbs that end alike are conjugated."""

    suffix: str
    present: tuple[str, ...]
    imperfect: str
    future: str
    participles: tuple[str, ...]
    other: tuple[str, ...]


@cache
def models() -> tuple[Model, ...]:
    """Return the models of irregular verbs, the longest ending first."""
    found = []
    for line in table("french_verbs").splitlines():
        suffix, present, imperfect, future, participles, other = bare(line.replace("\t", "|")).split("|")
        found.append(
            Model(
                suffix,
                tuple(present.split()),
                imperfect,
                future,
                tuple(participles.split()),
                tuple(other.split()),
            )
        )
    return tuple(sorted(found, key=lambda model: -len(model.suffix)))


@cache
def verb_forms(verb: str) -> Forms:
    """Return the forms of a verb given without accents as (form, mood): a form may have several moods.

    Moods: "infinitive", "", "future", "conditional", "participle".
    """
    found: Made = {(verb, "infinitive"): None}
    for model in models():
        whole = model.suffix in _WHOLE
        if verb == model.suffix if whole else verb.endswith(model.suffix):
            _modelled(found, verb.removesuffix(model.suffix), model)
            return tuple(found)
    stem = verb[:-2]
    if verb.endswith("er"):
        _first_group(found, stem)
    elif verb.endswith("ir"):
        _add(found, "", (stem + end for end in _IR))
        _add(found, "", (f"{stem}iss{end}" for end in (*IMPERFECT, "ant")))
        _participles(found, stem + "i")
    _futures(found, verb.removesuffix("e"))
    return tuple(found)


def _modelled(found: Made, before: str, model: Model) -> None:
    _add(found, "", (before + form for form in (*model.present, *model.other)))
    _add(found, "", (before + model.imperfect + end for end in IMPERFECT))
    for participle in model.participles:
        _participles(found, before + participle)
    _futures(found, before + model.future)


def _first_group(found: Made, stem: str) -> None:
    _add(found, "", (stem + end for end in (*_ER, *IMPERFECT, "ant")))
    if stem.endswith("g"):  # mangeait
        _add(found, "", (f"{stem}e{end}" for end in (*IMPERFECT, "ons", "ant", "a")))
    if stem.endswith("y"):  # emploie
        soft = stem[:-1] + "i"
        _add(found, "", (soft + end for end in ("e", "es", "ent")))
        _futures(found, soft + "er")
    if stem.endswith(("el", "et")):  # appelle, jette
        twice = stem + stem[-1]
        _add(found, "", (twice + end for end in ("e", "es", "ent")))
        _futures(found, twice + "er")
    _participles(found, stem + "e")


def _futures(found: Made, stem: str) -> None:
    _add(found, "future", (stem + end for end in FUTURE))
    _add(found, "conditional", (stem + end for end in IMPERFECT))


def _participles(found: Made, participle: str) -> None:
    plural = participle if participle.endswith("s") else participle + "s"
    _add(found, "participle", (participle, plural, participle + "e", participle + "es"))


def _add(found: Made, mood: str, made: Iterable[str]) -> None:
    for form in made:
        found.setdefault((form, mood))


def feminine(word: str) -> str:
    """Return the feminine of an adjective or noun of function."""
    if word in _FEMININE:
        return _FEMININE[word]
    for end, other in (("teur", "trice"), ("eur", "euse"), ("eux", "euse"), ("er", "ere"), ("f", "ve")):
        if word.endswith(end) and len(word) > len(end) + 1:
            return word.removesuffix(end) + other
    if word.endswith(("ien", "on", "el", "il", "een")):
        return word + word[-1] + "e"
    return word if word.endswith("e") else word + "e"


def plural(word: str) -> str:
    """Return the plural of a noun or adjective."""
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al") and word not in ("naval", "final", "bal"):
        return word[:-1] + "ux"
    if word == "travail":
        return "travaux"
    return word + "x" if word.endswith(("eau", "eu")) else word + "s"


def forms(words: list[str], part: str) -> Iterator[tuple[list[str], str]]:
    """Yield the forms of a term (its folded words) as (words, mood), the dictionary form first."""
    yield words, "infinitive" if part == "v" else ""
    if part == "v":
        yield from _verb_phrase(words)
    elif part in ("n", "adj", "det", "num", "pron") or (part == "name" and len(words) == 1):
        yield from _noun_phrase(words, part)


def _verb_phrase(words: list[str]) -> Iterator[tuple[list[str], str]]:
    if words[:2] == ["ne", "pas"] and len(words) > 2:
        for form, mood in verb_forms(words[2]):
            for ne in ("ne", "n"):
                yield [ne, form, "pas", *words[3:]], mood
        return
    if words[0] in ("s", "se") and len(words) > 1:
        rest = words[2:]
        for form, mood in verb_forms(words[1]):
            for clitic in _CLITICS:
                yield [clitic, form, *rest], mood
            if mood == "participle":
                for being, of_being in _BEING:
                    for clitic in ("s", "se"):
                        yield [clitic, being, form, *rest], of_being
        return
    for form, mood in verb_forms(words[0]):
        yield [form, *words[1:]], mood


def _noun_phrase(words: list[str], part: str) -> Iterator[tuple[list[str], str]]:
    ends = [i for i, word in enumerate(words) if word in _LINKS and i]
    size = ends[0] if ends else len(words)
    head, rest = words[:size], words[size:]
    yield [*map(plural, head), *rest], ""
    women = [*map(feminine, head)]
    if part != "name":
        yield [*women, *rest], ""
        yield [*map(plural, women), *rest], ""
    if head[0] in _MASCULINE_TOO:
        yield [_MASCULINE_TOO[head[0]], *head[1:], *rest], ""
    if head[-1].endswith("teur"):  # menteuse beside actrice
        yield [*head[:-1], head[-1].removesuffix("r") + "se", *rest], ""
