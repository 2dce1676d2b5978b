"""`cordiale information lineage|parity`: analyses of texts that need no node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.output import count, emit, printable, progress, table
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _, _n, percent

if TYPE_CHECKING:
    from cordiale.domains.information.lineage.answer import Answer

app = group(_("Find where texts come from, what became of their claims, and who acts at once."))


@app.callback()
def information() -> None:
    """Keep the group a group however few commands it has."""


DOCUMENTS = typer.Argument(
    metavar="FILE…",
    help=tr(_("Texts, saved pages, feeds, transcripts or web archives; one file may hold several texts.")),
)
MODEL = typer.Option(
    "--model",
    metavar="FOLDER",
    help=tr(
        _(
            "A sentence model, by which retellings in other words are found; without: the English one, where it is installed."
        )
    ),
)
WIDEST = 90

LABELS = {
    "verbatim": _("verbatim"),
    "paraphrase": _("paraphrase"),
    "strengthened": _("strengthened"),
    "weakened": _("weakened"),
    "altered": _("altered"),
    "contradicted": _("contradicted"),
    "unsupported_addition": _("Added: not in the compared sources"),
    "to_review": _("to review"),
}
KINDS = {"copy": _("copy"), "derived": _("derived"), "common_source": _("common source, not here")}


@app.command(
    "lineage",
    cls=Command,
    help=tr(
        _(
            "Tell which text derives from which, and what became of each sentence. Texts are compared with one another alone."
        )
    ),
)
def lineage(files: Annotated[list[Path], DOCUMENTS], model: Annotated[str, MODEL] = "") -> None:
    """Trace lineage and claim drift."""
    from cordiale.domains.information.lineage.trace import trace
    from cordiale.domains.information.readers.content import read_file
    from cordiale.domains.information.semantic.model import chosen

    documents = [document for file in files for document in read_file(file, file.name).documents]
    with progress(tr(_("Comparing texts"))) as report:
        answer = trace(documents, current().lang, report, chosen(model))
    emit(answer, lambda: _words(answer))


def _words(answer: Answer) -> str:
    parts = [_edges(answer), _drift(answer)]
    if answer.omissions:
        parts.append(_omissions(answer))
    parts += [f"({limit})" for limit in answer.limits]
    return "\n\n".join(part for part in parts if part)


def _name(answer: Answer, doc: str, segment: int) -> str:
    several = any(view.doc == doc and len(view.segments) > 1 for view in answer.documents)
    return f"{doc} [{segment}]" if several else doc


def _edges(answer: Answer) -> str:
    if not answer.edges:
        return tr(_("No text here derives from another."))
    rows = []
    for edge in answer.edges:
        arrow = "→" if edge.direction == "known" else "?→" if edge.kind != "common_source" else "↔"
        rows.append(
            (
                _name(answer, edge.source, edge.source_segment),
                arrow,
                _name(answer, edge.derived, edge.derived_segment),
                tr(KINDS[edge.kind]),
                " / ".join(percent(current().lang, share) for share in edge.containment),
                edge.because,
            )
        )
    columns = (
        tr(_("source text")),
        "",
        tr(_("derived text")),
        tr(_("kind")),
        tr(_("held of each")),
        tr(_("because")),
    )
    return table(columns, rows)


def _drift(answer: Answer) -> str:
    rows = []
    for pair in answer.pairs:
        if pair.region != "body" or pair.label in ("verbatim", "paraphrase", "unsupported_addition"):
            continue
        rows.append(
            (
                _name(answer, pair.derived_doc, pair.derived_segment),
                tr(LABELS[pair.label]),
                pair.source or "",
                pair.derived,
                "; ".join(f"{change.source_span} → {change.derived_span}" for change in pair.changes),
            )
        )
    counted: dict[str, int] = {}
    for pair in answer.pairs:
        if pair.region == "body" and any(pair.derived_doc == edge.derived for edge in answer.edges):
            counted[pair.label] = counted.get(pair.label, 0) + 1
    said = ", ".join(tr(_("{label}: {n}"), label=tr(LABELS[label]), n=n) for label, n in counted.items())
    if not rows:
        return said
    columns = (tr(_("text")), tr(_("claim")), tr(_("source")), tr(_("as retold")), tr(_("what changed")))
    return said + "\n\n" + table(columns, rows)


def _omissions(answer: Answer) -> str:
    head = count(len(answer.omissions), _n("{n} statement was left out:", "{n} statements were left out:"))
    lines = [
        "  "
        + tr(
            _("{text}: {left_out}"),
            text=_name(answer, one.derived_doc, one.derived_segment),
            left_out=printable(_short(one.source)),
        )
        for one in answer.omissions
    ]
    return "\n".join([head, *lines])


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= WIDEST else flat[: WIDEST - 1] + "…"


from cordiale.cli import (  # noqa: E402 - add their commands to the group
    information_describe,  # noqa: F401
    information_framework,  # noqa: F401
    information_parity,  # noqa: F401
    information_posts,  # noqa: F401
    information_read,  # noqa: F401
    information_sheet,  # noqa: F401
    information_sites,  # noqa: F401
    information_source,  # noqa: F401
    information_technique,  # noqa: F401
    information_trace,  # noqa: F401
    information_unshown,  # noqa: F401
)
