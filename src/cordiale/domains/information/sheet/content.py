"""What stands on a drift sheet: the texts, which derives from which, what became of each claim, what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from cordiale import __version__
from cordiale.domains.information.drift.words import (
    BASES,
    CHANGES,
    DIRECTIONS,
    DRIFTED,
    KINDS,
    LABELS,
    MARKS,
)
from cordiale.domains.information.lineage.answer import Answer, Edge, Pair
from cordiale.domains.information.sheet.layout import (
    Block,
    Heading,
    Paragraph,
    Part,
    Run,
    Runs,
    Sheet,
    Table,
    spans,
)
from cordiale.platform.clock import SECOND, Instant
from cordiale.platform.languages import _, day, instant, number, percent, text

TITLE: Final = _("Drift sheet")
Node = tuple[str, int]


def sheet(answers: Mapping[str, Answer], marking: Mapping[str, str], made: Instant) -> Sheet:
    """Return the sheet of one analysis, a part for each language of `answers`, in that order.

    `marking` is the line of each language that says who may have it; `made` is when the analysis was made.
    """
    langs = list(answers)
    title = " · ".join(dict.fromkeys(text(lang, TITLE) for lang in langs))
    line = " · ".join(dict.fromkeys(marking[lang] for lang in langs))
    parts = tuple(Part(lang, tuple(_blocks(answers[lang], lang, made))) for lang in langs)
    return Sheet(title, line, parts)


def _blocks(answer: Answer, lang: str, made: Instant) -> Iterator[Block]:
    yield Heading(1, text(lang, TITLE))
    yield Paragraph(
        (
            Run(
                text(
                    lang,
                    _("Made {at} by Cordiale {version}; thresholds: {profiles}."),
                    at=instant(lang, made),
                    version=__version__,
                    profiles=", ".join(answer.profiles.values()),
                ),
                "quiet",
            ),
        )
    )
    yield Paragraph(
        (
            Run(
                text(
                    lang,
                    _("A label says how a text differs from its source, never which of them is true."),
                )
            ),
        )
    )
    yield Heading(2, text(lang, _("The texts compared")))
    yield _texts(answer, lang)
    yield Heading(2, text(lang, _("Which derives from which")))
    if answer.edges:
        yield _edges(answer, lang)
    else:
        yield Paragraph((Run(text(lang, _("No text here derives from another."))),))
    for node in derived(answer):
        yield from _drift(answer, node, lang)
    yield Heading(2, text(lang, _("What could not be seen")))
    for limit in answer.limits:
        yield Paragraph((Run(limit),), item=True)


def derived(answer: Answer) -> list[Node]:
    """Return the texts that come from another, each once, in the order of the documents."""
    below = {(edge.derived, edge.derived_segment) for edge in answer.edges}
    return [(view.doc, s.n) for view in answer.documents for s in view.segments if (view.doc, s.n) in below]


def name_of(answer: Answer, doc: str, segment: int) -> str:
    """Return what a text is called: its file, and which text of it where there are several."""
    several = any(view.doc == doc and len(view.segments) > 1 for view in answer.documents)
    return f"{doc} [{segment}]" if several else doc


def _texts(answer: Answer, lang: str) -> Table:
    rows = [
        (
            (Run(name_of(answer, view.doc, segment.n), "strong"),),
            (Run(segment.title, lang=segment.lang),),
            (Run(segment.lang),),
            (Run(published(segment.published, segment.published_basis, lang)),),
            (Run(view.sha256, "code"),),
        )
        for view in answer.documents
        for segment in view.segments
    ]
    columns = (_("Text"), _("Title"), _("Language"), _("Published"), "SHA-256")
    return Table(_heads(columns, lang), (20, 28, 8, 16, 28), tuple(rows))


def _heads(columns: tuple[str, ...], lang: str) -> tuple[str, ...]:
    """Return the heads of columns: the words of lists and of tables are the same, but here they begin a line."""
    said = (text(lang, one) for one in columns)
    return tuple(one[:1].upper() + one[1:] for one in said)


def published(when: str | None, basis: str, lang: str) -> str:
    """Write the day a text is dated and where that is known from."""
    if when is None:
        return text(lang, _("no date"))
    days = date.fromisoformat(when).toordinal() - date(1970, 1, 1).toordinal()
    return f"{day(lang, days * 86_400 * SECOND)} ({text(lang, BASES[basis])})"


def _edges(answer: Answer, lang: str) -> Table:
    rows = tuple(
        (
            (Run(name_of(answer, edge.source, edge.source_segment), "strong"),),
            (Run(name_of(answer, edge.derived, edge.derived_segment), "strong"),),
            (Run(kind_of(edge, lang)),),
            (Run(held_of_each(edge, lang)),),
            (Run(text(lang, BASES.get(edge.date_basis, edge.date_basis))),),
            (Run(edge.because),),
        )
        for edge in answer.edges
    )
    columns = (
        _("source text"),
        _("derived text"),
        _("kind"),
        _("held of each"),
        _("basis of the date"),
        _("because"),
    )
    return Table(_heads(columns, lang), (16, 16, 14, 10, 12, 32), rows)


def kind_of(edge: Edge, lang: str) -> str:
    """Write what ties two texts, and whether it is known which came first."""
    kind = text(lang, KINDS[edge.kind])
    if edge.kind == "common_source":
        return kind
    return f"{kind}; {text(lang, DIRECTIONS[edge.direction])}"


def held_of_each(edge: Edge, lang: str) -> str:
    """Write which share of each text's sentences the other has."""
    return " / ".join(percent(lang, share) for share in edge.containment)


def _drift(answer: Answer, node: Node, lang: str) -> Iterator[Block]:
    pairs = [
        pair
        for pair in answer.pairs
        if (pair.derived_doc, pair.derived_segment) == node and pair.region == "body"
    ]
    yield Heading(2, text(lang, _("What became of the claims: {name}"), name=name_of(answer, *node)))
    counted: Counter[str] = Counter(pair.label for pair in pairs)
    said = " · ".join(
        f"{labelled(label, lang)}: {number(lang, counted[label])}" for label in LABELS if counted[label]
    )
    yield Paragraph((Run(said.replace(": ", "\u00a0: ") if lang.startswith("fr") else said),))
    drifted = [pair for pair in pairs if pair.label in DRIFTED]
    if drifted:
        columns = (
            _("claim"),
            _("In the source"),
            _("In the derived text"),
            _("what changed"),
            _("Confidence"),
        )
        yield Table(
            _heads(columns, lang),
            (13, 30, 30, 18, 9),
            tuple(_claim(answer, pair, lang) for pair in drifted),
        )
    else:
        yield Paragraph((Run(text(lang, _("Every claim that was found says what its source says."))),))
    if added := [pair for pair in pairs if pair.label == "unsupported_addition"]:
        yield Heading(3, text(lang, LABELS["unsupported_addition"]))
        for pair in added:
            yield Paragraph((Run(pair.derived, lang=language_of(answer, *node)),), item=True)
    missing = [one for one in answer.omissions if (one.derived_doc, one.derived_segment) == node]
    if missing:
        yield Heading(3, text(lang, _("Left out of the derived text")))
        for one in missing:
            source = name_of(answer, one.source_doc, one.source_segment)
            spoken = language_of(answer, one.source_doc, one.source_segment)
            yield Paragraph((Run(one.source, lang=spoken), Run(f" ({source})", "quiet")), item=True)


def _claim(answer: Answer, pair: Pair, lang: str) -> tuple[Runs, ...]:
    source = spans(
        pair.source or "",
        tuple(change.source_span for change in pair.changes),
        language_of(answer, pair.source_doc or "", pair.source_segment or 1),
    )
    retold = spans(
        pair.derived,
        tuple(change.derived_span for change in pair.changes),
        language_of(answer, pair.derived_doc, pair.derived_segment),
    )
    where = name_of(answer, pair.source_doc or "", pair.source_segment or 1)
    return (
        (Run(labelled(pair.label, lang), "strong"),),
        (*source, Run(f" ({where})", "quiet")),
        retold,
        (Run(changed(pair, lang)),),
        (Run(percent(lang, pair.confidence)),),
    )


def labelled(label: str, lang: str) -> str:
    """Write a label with its sign: the word always stands beside it."""
    return f"{MARKS.get(label, '')} {text(lang, LABELS[label])}".strip()


def changed(pair: Pair, lang: str) -> str:
    """Write what changed in a claim: the reason, and of what kind each change is."""
    kinds = ", ".join(dict.fromkeys(text(lang, CHANGES[change.kind]) for change in pair.changes))
    return f"{pair.because} ({kinds})" if kinds else pair.because


def language_of(answer: Answer, doc: str, segment: int) -> str:
    """Return the language of a text."""
    found = (s.lang for view in answer.documents if view.doc == doc for s in view.segments if s.n == segment)
    return next(found, "")
