"""Which of two texts may come from the other, by the dates they print and by whom they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from cordiale.domains.information.dates import Printed, printed
from cordiale.domains.information.document import Block, Document
from cordiale.domains.information.folding import bare, plain, stem, words
from cordiale.domains.information.lineage.meanings import function_words
from cordiale.domains.information.plain import around, datelines

_RELEASE = re.compile(
    r"press release|communique|for immediate|pour diffusion|press contact|contact presse|service presse|media contact|^contact ?:"
    r"|public summary|synthese publique|information note|note d'information|bulletin d'information|joint declaration|declaration conjointe"
    r"|summary for|statement by|done at|fait a\b",
    re.MULTILINE,
)
_SAID = re.compile(
    r"\b(?:said|says|say|announced|according|told|reported?|reports|statement|informed|asked|added|warned|confirmed|cited|published|quoted"
    r"|finds|found|concludes?|concluded|recommends?|selon|d'apres|annonce|indique|declare|precise|affirme|rapporte|explique|publie|communique|conclut"
    r"|estime|rappelle|fait savoir|cite|citant|invoque|demande)\b"
)
_VERSION = re.compile(
    r"\b(?:english|french|translated) (?:version|translation)|version (?:anglaise|francaise)|traduction (?:anglaise|francaise|non officielle)"
    r"|translated (?:from|by)|translation from|traduit de|unofficial translation"
)
LEADING: Final = 8
"""So many lines above an article may hold its credit."""
_NAME_ALONE = re.compile(
    r"[A-ZÀ-Þ][\w'’-]+(?: (?:of|for|the|and|de|du|des|la|le|les|et|&|[A-ZÀ-Þ][\w'’.-]+)){0,6} [A-ZÀ-Þ][\w'’-]+"
)
KNOWN: Final = "known"
UNKNOWN: Final = "unknown"


class Moment(msgspec.Struct, frozen=True):
    """What tells when a text was written: whole days (ordinal), a printed day without a year, or neither.

    `release`: an issuer speaks for itself; `translated`: the page says that it is a version of another text.
    """

    day: int | None
    partial: tuple[int, int] | None
    basis: str
    release: bool
    translated: bool
    masthead: frozenset[str]
    lines: tuple[str, ...] = ()
    above: tuple[str, ...] = ()


def moment(document: Document) -> Moment:
    """Return what a text says about when it was published and by whom."""
    lines = around(document.blocks)
    found: Printed | None = None
    day = None
    if document.dated and document.published is not None:
        day = document.published.toordinal()
    else:
        found = printed([*lines, *datelines(document.blocks)])
    partial = (found.month, found.day) if found is not None and found.day is not None else None
    whole = "\n".join(
        bare(block.text) for block in document.blocks if block.region != "teaser" and len(block.text) < 200
    )
    translated = any(_VERSION.search(bare(line)) for line in lines)
    return Moment(
        day, partial, document.published_basis if day else ("stated" if partial else "none"),
        bool(_RELEASE.search(whole)) and not translated, translated, _masthead(document), _short(document.blocks, document.title), _above(document),
    )  # fmt: skip


def _masthead(document: Document) -> frozenset[str]:
    """Return the stems by which whoever published a text would be named: its first line, where that is no headline."""
    first = document.blocks[0] if document.blocks else None
    if first is None or first.region != "chrome":
        return frozenset()
    lang = document.lang or "en"
    found = [
        w for w in words(first.text) if w not in function_words(lang) and not w[0].isdigit() and len(w) > 2
    ]
    return frozenset(stem(word, lang) for word in found) if 2 <= len(found) <= 9 else frozenset()


def _above(document: Document) -> tuple[str, ...]:
    """Return the short lines between the headline and the first paragraph."""
    blocks = document.blocks
    first = next((n for n, b in enumerate(blocks) if b.region == "body" and len(b.text) > 110), 0)
    return _short(blocks[max(0, first - LEADING) : first], document.title)


def _short(blocks: Sequence[Block], title: str) -> tuple[str, ...]:
    """Return the lines that are short enough to say whose text it is, and are no headline."""
    return tuple(
        plain(block.text).strip()
        for block in blocks
        if block.region != "teaser" and block.text != title and len(block.text) < 90
    )


def credited(one: Moment, other: Moment) -> str | None:
    """Return whom both texts credit in a line beside the article, where neither is published by them.

    The credit is a name alone in its line on one page ("Foreign Ministry"), and stands in a short line of the other.
    """
    for first, second in ((one, other), (other, one)):
        for line in first.above:
            if not _NAME_ALONE.fullmatch(line):
                continue
            named = {stem(word, "en") for word in words(line)}
            if any(len(m.masthead & named) >= 2 for m in (one, other)):
                continue
            if any(line.casefold() in its.casefold() for its in second.lines):
                return line
    return None


def compare(one: Moment, other: Moment) -> int | None:
    """Return -1 when the first is older, 1 when it is younger, 0 on one day, None when dates do not tell."""
    if one.day is not None and other.day is not None:
        return (one.day > other.day) - (one.day < other.day)
    left, right = _month_day(one), _month_day(other)
    if left is None or right is None:
        return None
    # without a year, a day of next January is nearer to December than a year away
    gap = (left[0] - right[0]) * 31 + left[1] - right[1]
    gap = gap - 372 if gap > 186 else gap + 372 if gap < -186 else gap
    return (gap > 0) - (gap < 0)


def _month_day(one: Moment) -> tuple[int, int] | None:
    if one.day is None:
        return one.partial
    from datetime import date

    found = date.fromordinal(one.day)
    return found.month, found.day


def named(publisher: Moment, sentences: Sequence[str], lang: str) -> str | None:
    """Return the first sentence that says whom its matter comes from, when that is who published the other text."""
    if len(publisher.masthead) < 2:
        return None
    for sentence in sentences:
        if not _SAID.search(bare(sentence)):
            continue
        held = {stem(word, lang) for word in words(sentence)}
        if len(publisher.masthead & held) >= max(2, round(len(publisher.masthead) * 0.5)):
            return sentence
    return None
