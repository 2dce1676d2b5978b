"""Trace where texts come from and what became of their claims: the analysis `lineage`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

import msgspec

from cordiale.domains.information.document import Document
from cordiale.domains.information.drift.judge import PROFILE as DRIFT
from cordiale.domains.information.drift.judge import Verdict, judge
from cordiale.domains.information.lineage import alignment, candidates, kinship
from cordiale.domains.information.lineage.alignment import Match
from cordiale.domains.information.lineage.answer import (
    Ancestor,
    Answer,
    ChangeView,
    DocumentView,
    Edge,
    Omission,
    Pair,
    Segment,
)
from cordiale.domains.information.lineage.chronology import moment
from cordiale.domains.information.lineage.kinship import Kinship, Text
from cordiale.domains.information.lineage.likeness import indexed, weights
from cordiale.domains.information.lineage.links import Link, forth, links
from cordiale.domains.information.lineage.statement import Statement, statements
from cordiale.domains.information.semantic.model import Model
from cordiale.domains.information.semantic.nearness import akin, vectors
from cordiale.platform.languages import _, text

Progress = Callable[[int, int | None], None]

WHY: Final = {
    "dates": _("{matched} of {of} sentences answer the other text's, which prints an earlier date."),
    "names": _(
        "{matched} of {of} sentences answer the other text's; it names where they come from: “{sentence}”"
    ),
    "version": _("{matched} of {of} sentences answer the other text's, of which it says it is a version."),
    "same-day": _(
        "{matched} of {of} sentences answer the other text's. Both print the same day: which came first is not known."
    ),
    "no-date": _(
        "{matched} of {of} sentences answer the other text's. No printed date tells which came first."
    ),
    "inserted": _(
        "In the midst of what both repeat, one has {one} sentences that the other lacks, and the other has {other}: neither repeats the other."
    ),
    "credited": _("One text, which both credit to “{credit}”: neither is known to have it from the other."),
    "apart": _(
        "They are nearest to each other, yet the second has {details} details of {third} which the first has nowhere: both come from a text between."
    ),
}
ADDED: Final = _("Added: not in the compared sources.")
FURNITURE: Final = _("Part of the page, not of the article.")
ALONE: Final = _("Nothing here is a source of this text.")


def trace(
    documents: Sequence[Document],
    lang: str = "en",
    progress: Progress = lambda done, total: None,
    model: Model | None = None,
) -> Answer:
    """Return the lineage of texts and what became of each of their sentences; words are written in `lang`.

    `progress` is told how many pairs of texts have been compared. A sentence `model` finds retellings in other words.
    """
    return traced(documents, (lang,), progress, model=model)[lang]


def traced(
    documents: Sequence[Document],
    langs: Sequence[str],
    progress: Progress = lambda done, total: None,
    sources: Collection[int] = (),
    model: Model | None = None,
) -> dict[str, Answer]:
    """Return the lineage of texts once for each language; texts are compared once.

    `sources` are the places of documents that somebody holds to be the sources: without a printed date they are taken
    before the others, and which came first stays unknown.
    """
    texts = [text_of(number, document) for number, document in enumerate(documents)]
    moments = [moment(document) for document in documents]
    moments = [
        msgspec.structs.replace(one, release=True) if number in sources else one
        for number, one in enumerate(moments)
    ]
    known = weights([one.body for one in texts])
    ready = [indexed(one.body, known) for one in texts]
    meant = vectors(model, texts, progress) if model else [None] * len(texts)
    chosen = sorted({*candidates.pairs(texts), *akin(meant)})
    found: dict[tuple[int, int], Kinship] = {}
    for done, (one, other) in enumerate(chosen):
        progress(done, len(chosen))
        found[one, other] = kinship.kinship(
            texts[one], texts[other], (ready[one], ready[other]), (meant[one], meant[other])
        )
    tree = links(texts, moments, found)
    return {lang: _answer(documents, texts, tree, lang, model) for lang in langs}


def _answer(
    documents: Sequence[Document], texts: Sequence[Text], tree: Sequence[Link], lang: str, model: Model | None
) -> Answer:
    ancestors = [link for link in tree if link.kind == "common_source"]
    names = {(link.parent, link.child): f"presumed-{n}" for n, link in enumerate(ancestors, start=1)}
    return Answer(
        documents=_documents(documents),
        edges=[_edge(texts, link, names.get((link.parent, link.child)), lang) for link in tree],
        pairs=[
            pair
            for one in texts
            for pair in _pairs(texts, one, [k for k in tree if k.child == one.number], lang)
        ],
        omissions=[
            omission for link in tree if link.kind != "common_source" for omission in _omissions(texts, link)
        ],
        ancestors=[
            Ancestor(names[link.parent, link.child], [_node(texts[link.parent]), _node(texts[link.child])])
            for link in ancestors
        ],
        profiles={
            "kinship": kinship.PROFILE.name,
            "alignment": alignment.PROFILE.name,
            "drift": DRIFT.name,
            **({"sentences": f"{model.name} {model.sha256[:12]}"} if model else {}),
        },
        limits=[text(lang, one) for one in _limits(texts, model)],
    )


def text_of(number: int, document: Document) -> Text:
    """Return a text as it is compared: its sentences, those of the article apart."""
    page = statements(document)
    body = tuple(statement for statement in page if statement.region == "body")
    return Text(number, document.name, document.segment, document.lang or "en", body, page)


def _documents(documents: Sequence[Document]) -> list[DocumentView]:
    by_name: dict[str, list[Document]] = {}
    for document in documents:
        by_name.setdefault(document.name, []).append(document)
    return [
        DocumentView(
            name,
            its[0].sha256,
            [
                Segment(
                    one.segment,
                    one.lang,
                    one.blocks[0].offset if one.blocks else 0,
                    one.title,
                    one.published.date().isoformat() if one.published else None,
                    one.published_basis,
                )
                for one in its
            ],
        )
        for name, its in by_name.items()
    ]


def _node(one: Text) -> dict[str, str | int]:
    return {"doc": one.name, "segment": one.segment}


def _edge(texts: Sequence[Text], link: Link, ancestor: str | None, lang: str) -> Edge:
    parent, child = texts[link.parent], texts[link.child]
    first, second = link.kinship.containment
    if link.kinship.first != link.parent:
        first, second = second, first
    return Edge(
        source=parent.name,
        derived=child.name,
        kind=link.kind,  # type: ignore[arg-type]
        direction=link.direction,  # type: ignore[arg-type]
        containment=(round(first, 2), round(second, 2)),
        date_basis=link.date_basis,
        because=text(lang, WHY[link.because], **link.facts),
        source_segment=parent.segment,
        derived_segment=child.segment,
        ancestor=ancestor,
    )


def _pairs(texts: Sequence[Text], one: Text, above: Sequence[Link], lang: str) -> list[Pair]:
    """Return every sentence of a text, in order, with what it comes from in the texts above it."""
    best: dict[int, tuple[Match, Text]] = {}
    for link in above:
        for match in forth(link.kinship, one.number):
            if match.derived not in best or _better(match, best[match.derived][0]):
                best[match.derived] = match, texts[link.parent]
    place = {id(statement): number for number, statement in enumerate(one.body)}
    found = []
    for statement in one.page:
        number = place.get(id(statement))
        if number is not None and number in best:
            match, source = best[number]
            found.append(
                _pair(
                    one,
                    statement,
                    source,
                    source.body[match.source],
                    judge(source.body[match.source], statement, match),
                    lang,
                )
            )
        elif number is None and (repeated := _repeated(texts, statement, above)):
            source, its = repeated
            verdict = Verdict("verbatim", (), _("Word for word as in the source."), {}, 1.0)
            found.append(_pair(one, statement, source, its, verdict, lang))
        else:
            because = FURNITURE if statement.region != "body" else ADDED if above else ALONE
            verdict = Verdict("unsupported_addition", (), because, {}, 0.9 if above else 1.0)
            found.append(_pair(one, statement, None, None, verdict, lang))
    return found


def _better(one: Match, other: Match) -> bool:
    """Tell whether a match with a further source is better than the one with the nearest: only clearly."""
    return (one.verbatim and not other.verbatim) or one.score > other.score + 0.15


def _repeated(
    texts: Sequence[Text], statement: Statement, above: Sequence[Link]
) -> tuple[Text, Statement] | None:
    """Return the sentence of a source that a line around the article repeats word for word, if it is one of some length."""
    if len(statement.key.split()) < 6:
        return None
    for link in above:
        for its in texts[link.parent].body:
            if its.key == statement.key:
                return texts[link.parent], its
    return None


def _pair(
    one: Text, statement: Statement, source: Text | None, its: Statement | None, verdict: Verdict, lang: str
) -> Pair:
    return Pair(
        source_doc=source.name if source else None,
        source=its.text if its else None,
        derived_doc=one.name,
        derived_segment=one.segment,
        derived=statement.text,
        region=statement.region,
        label=verdict.label,
        changes=[ChangeView(c.kind, c.source_span, c.derived_span, c.direction) for c in verdict.changes],
        because=text(lang, verdict.because, **verdict.facts),
        confidence=verdict.confidence,
        source_segment=source.segment if source else None,
        derived_offset=statement.offset,
        source_offset=its.offset if its else None,
    )


def _omissions(texts: Sequence[Text], link: Link) -> list[Omission]:
    """Return the statements of a source that its text leaves out: whole sentences to which none answers, neither way."""
    parent, child = texts[link.parent], texts[link.child]
    kin = link.kinship
    back = kin.back if kin.second == child.number else kin.forth
    answered = {m.source for m in forth(kin, child.number)} | {m.derived for m in back}
    return [
        Omission(parent.name, parent.segment, statement.text, child.name, child.segment)
        for number, statement in enumerate(parent.body)
        if number not in answered and len(statement.tokens) >= 6 and statement.text[-1:] in '.!?"”»'
    ]


def _limits(texts: Sequence[Text], model: Model | None) -> list[str]:
    langs = {one.lang for one in texts}
    found = []
    if model is None or not all(model.knows(lang) for lang in langs):
        found.append(
            _(
                "Paraphrases are found by words, meanings in the lexicon, numbers, names and order: one that shares none of these is not seen."
            )
        )
    if {lang for lang in langs if model is None or not model.knows(lang)} - {"en", "fr"}:
        found.append(
            _("Texts in other languages than English and French are compared by numbers and names alone.")
        )
    return found
