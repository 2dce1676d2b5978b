"""`cordiale show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.output import emit, printable, table, when
from cordiale.cli.reach import reached
from cordiale.cli.reports import form_words, reason_words
from cordiale.cli.tree import Command, single, tr
from cordiale.desk.written import written
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers import AttachmentView, Shown, Statement
    from cordiale.desk.views.display import Show

app = single()


@app.command(cls=Command, help=tr(_("Show an object: content, marking, sources, partners.")))
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help=tr(_("Its STIX id.")))],
) -> None:
    """Show an object."""
    with reached() as desk:
        shown: Shown = desk.ask("show", id)
        lay_out = desk.display()
    emit(shown, lambda: _words(shown, lay_out))


def _words(shown: Shown, lay_out: Show) -> str:
    parts = [_statement(statement, lay_out) for statement in shown.statements]
    if shown.refers_to:
        rows = [(r.path, r.id, r.name) for r in shown.refers_to]
        parts.append(table((tr(_("Refers to")), "", ""), rows))
    if shown.referred_by:
        rows = [(r.path, r.id, r.name) for r in shown.referred_by]
        parts.append(table((tr(_("Referred to by")), "", ""), rows))
    if shown.attachments:
        files = [
            (_named(a), str(a.size), a.media_type, written(a.marking), a.sha256) for a in shown.attachments
        ]
        headings = (tr(_("File")), tr(_("Size")), tr(_("Type")), tr(_("Marking")), "SHA-256")
        parts.append(table(headings, files))
    if shown.partners:
        chips = [
            (c.partner, form_words(c.form), when(c.released_at), reason_words(c.reason))
            for c in shown.partners
        ]
        names = (tr(_("Partner")), tr(_("Form")), tr(_("Released")), tr(_("Reason")))
        parts.append(table(names, chips))
    return "\n\n".join(parts)


def _named(file: AttachmentView) -> str:
    if not file.word_of:
        return file.name
    return file.name + " " + tr(_("(by the word of {partner} alone)"), partner=file.word_of)


def _statement(statement: Statement, lay_out: Show) -> str:
    import orjson

    from cordiale.release.banner import line

    summary = statement.summary
    head = [
        line(lay_out(summary.marking)),
        printable(f"{summary.name or summary.id}  ({summary.type})"),
        tr(
            _("Stated by {source}, {versions} version(s), received {when}."),
            source=summary.source,
            versions=statement.versions,
            when=when(summary.received),
        ),
    ]
    if statement.restricted:
        head.append(tr(_("Only a redacted form of it is for you.")))
    if statement.doubtful:
        head.append(
            tr(
                _("In doubt: it came from {partners} while their key may have been in other hands."),
                partners=", ".join(statement.doubtful),
            )
        )
    body = orjson.dumps(statement.value, option=orjson.OPT_INDENT_2).decode()
    return "\n".join(head) + "\n" + printable(body)
