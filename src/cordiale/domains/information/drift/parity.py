"""List where the English and the French version of one text part: what one says more surely, otherwise, or alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from cordiale.domains.information.document import Document
from cordiale.domains.information.drift.judge import Direction, Kind, Label, judge
from cordiale.domains.information.lineage import chronology
from cordiale.domains.information.lineage.alignment import Match, align
from cordiale.domains.information.lineage.likeness import weights
from cordiale.domains.information.lineage.statement import Statement, statements
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, text

ONLY_EN = _("Only the English version says this.")
ONLY_FR = _("Only the French version says this.")
SHORT = 4
"""A sentence of fewer words is a heading or a number, and is not missed alone."""


class Change(msgspec.Struct, frozen=True):
    """One thing that the two versions say differently; `direction` is read from the source to the other."""

    kind: Kind
    en_span: str
    fr_span: str
    direction: Direction


class Divergence(msgspec.Struct, frozen=True):
    """One place where the versions part; one side is null where only the other speaks."""

    en: str | None
    fr: str | None
    label: Label | Literal["only_in_en", "only_in_fr"]
    changes: list[Change]
    because: str
    confidence: float


class Parity(msgspec.Struct, frozen=True, rename={"source": "from"}):
    """What comparing two versions found. `matched` counts the sentences of the source that have one in the other."""

    en: str
    fr: str
    source: Literal["en", "fr"]
    sentences: int
    matched: int
    divergences: list[Divergence]


def parity(first: Document, second: Document, lang: str = "en") -> Parity:
    """Return where two language versions part, in the order of the source; words are written in `lang`.

    The source is the version that prints an earlier date or of which the other says it is a version, else the English
    one. Raises InputError unless one text is English and the other French.
    """
    if {first.lang, second.lang} != {"en", "fr"}:
        raise InputError(
            "parity-languages",
            _("{one} and {other} are not an English and a French text: give one of each."),
            one=first.name,
            other=second.name,
        )
    english, french = (first, second) if first.lang == "en" else (second, first)
    source: Literal["en", "fr"] = "fr" if _french_first(english, french) else "en"
    bodies = {one.lang: [s for s in statements(one) if s.region == "body"] for one in (english, french)}
    origin, version = (bodies["en"], bodies["fr"]) if source == "en" else (bodies["fr"], bodies["en"])
    known = weights([origin, version])
    forth = {match.derived: match for match in align(origin, version, known)}
    back = {match.derived: match for match in align(version, origin, known)}
    answered = {match.source for match in forth.values()} | set(back)
    found: list[tuple[float, Divergence]] = []
    for place, match in forth.items():
        if divergence := _parted(origin[match.source], version[place], match, source, lang):
            found.append((float(match.source), divergence))
    answering = {match.source for match in back.values()} | set(forth)
    for place, statement in enumerate(origin):
        if place not in answered and len(statement.tokens) >= SHORT:
            found.append((float(place), _alone(statement, source, lang)))
    last = 0.0
    for place, statement in enumerate(version):
        if place in forth:
            last = float(forth[place].source)
        elif place not in answering and len(statement.tokens) >= SHORT:
            found.append((last + 0.5, _alone(statement, "fr" if source == "en" else "en", lang)))
    ordered = [one for _place, one in sorted(found, key=lambda pair: pair[0])]
    return Parity(english.name, french.name, source, len(origin), len(answered), ordered)


def _french_first(english: Document, french: Document) -> bool:
    one, other = chronology.moment(english), chronology.moment(french)
    order = chronology.compare(one, other)
    if order:
        return order > 0
    return one.translated and not other.translated


def _parted(origin: Statement, version: Statement, match: Match, source: str, lang: str) -> Divergence | None:
    verdict = judge(origin, version, match)
    if verdict.label in ("paraphrase", "verbatim", "unsupported_addition"):
        return None
    en, fr = (origin.text, version.text) if source == "en" else (version.text, origin.text)
    spans = [
        (c.kind, c.source_span, c.derived_span, c.direction)
        if source == "en"
        else (c.kind, c.derived_span, c.source_span, c.direction)
        for c in verdict.changes
    ]
    because = text(lang, verdict.because, **verdict.facts)
    return Divergence(en, fr, verdict.label, [Change(*one) for one in spans], because, verdict.confidence)


def _alone(statement: Statement, side: str, lang: str) -> Divergence:
    if side == "en":
        return Divergence(statement.text, None, "only_in_en", [], text(lang, ONLY_EN), 0.7)
    return Divergence(None, statement.text, "only_in_fr", [], text(lang, ONLY_FR), 0.7)


def versions(documents: Sequence[Document]) -> tuple[Document, Document]:
    """Return the longest English and the longest French text among segments; raises InputError when one is missing."""
    longest = {
        lang: max((d for d in documents if d.lang == lang), key=lambda d: len(d.blocks), default=None)
        for lang in ("en", "fr")
    }
    english, french = longest["en"], longest["fr"]
    if english is None or french is None:
        names = ", ".join(dict.fromkeys(d.name for d in documents))
        raise InputError(
            "parity-languages-missing",
            _("{names}: there is not both an English and a French text. Give one of each."),
            names=names,
        )
    return english, french
