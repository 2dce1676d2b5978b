"""`cordiale audit show|export|verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.moment import instant_of
from cordiale.cli.officer import Officer, acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.desk.written import written
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.answers import ActPage, Inspected

app = group(_("Read who did what, and write it for an inspector."))

INTEGRITY = 10
_MARKINGS = ("before", "after", "marking_within")


@app.command("show", cls=Command, help=tr(_("List who did what, newest first.")))
def show(
    verb: Annotated[
        str | None, typer.Option("--verb", metavar="VERB", help=tr(_("Only this verb, such as release.")))
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help=tr(_("Only what this person did.")))
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help=tr(_("From when, such as 2027-01-31T00:00:00Z."))),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help=tr(_("Until before this time.")))
    ] = None,
    before: Annotated[
        int | None,
        typer.Option("--before", metavar="NUMBER", help=tr(_("Go on where an earlier page ended."))),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 50,
) -> None:
    """List acts."""
    from cordiale.desk.upkeep.inspection import audit_show

    with opened() as (node, actor):
        page = audit_show(
            node.desk,
            actor,
            verb=verb,
            by=by,
            since=instant_of(since) if since else None,
            until=instant_of(until) if until else None,
            before=before,
            limit=limit,
        )
    emit(page, lambda: _words(page))


@app.command(
    "export",
    cls=Command,
    help=tr(
        _(
            "Write the audit and the decision log for an inspector: signed, verifiable by itself, and without anything that "
            "objects say. Reasons and file names stay here."
        )
    ),
)
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("File to write (JSON lines).")))],
    with_ids: Annotated[
        bool, typer.Option("--with-ids", help=tr(_("Name objects by their ids, not by keyed hashes.")))
    ] = False,
    officer: Officer = None,
) -> None:
    """Export the audit."""
    from cordiale.desk.upkeep.inspection import audit_export

    with opened() as (node, actor):
        done = audit_export(node.desk, acting(officer, actor), file, with_ids=with_ids)
    _answer(done)


@app.command(
    "verify",
    cls=Command,
    help=tr(_("Check an exported audit by itself; needs no node. Exit code 10 if altered.")),
)
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The exported audit.")))],
) -> None:
    """Verify an export."""
    from cordiale.desk.upkeep.inspection import audit_verify

    _answer(audit_verify(file))


def _answer(done: Inspected) -> None:
    emit(done, lambda: _inspected(done))
    if done.broken or not done.signed:
        raise typer.Exit(INTEGRITY)


def _inspected(done: Inspected) -> str:
    lang = current().lang
    lines = [
        tr(
            _("{file}: {acts} acts and {decisions} decisions of {node}, written {when}."),
            file=done.file,
            acts=number(lang, done.acts),
            decisions=number(lang, done.decisions),
            node=done.node,
            when=when(done.at),
        )
    ]
    if done.broken:
        lines.append(
            tr(_("Altered, or something is missing before it: {lines}."), lines=", ".join(done.broken[:20]))
        )
    if not done.signed:
        lines.append(tr(_("The signature does not fit: the file was cut, altered, or signed by nobody.")))
    if not done.broken and done.signed:
        lines.append(tr(_("Both chains are whole and the signature fits the key with these words:")))
        lines.append("  " + " ".join(done.words_fr if lang[:2] == "fr" else done.words))
        lines.append(tr(_("They must be those that the node printed when it exported.")))
    if done.unproven:
        lines.append(
            tr(
                _(
                    "{n} acts were written by an earlier version: only the node itself can check them (cordiale doctor)."
                ),
                n=number(lang, done.unproven),
            )
        )
    return "\n".join(lines)


def _words(page: ActPage) -> str:
    if not page.acts:
        return tr(_("Nothing found."))
    rows = [(str(a.number), when(a.at), a.actor, a.verb, _details(a.details)) for a in page.acts]
    headings = (tr(_("No.")), tr(_("When")), tr(_("By")), tr(_("Verb")), tr(_("Details")))
    more = "\n" + tr(_("More: add --before {number}"), number=page.next) if page.next else ""
    return table(headings, rows) + more


def _details(details: dict[str, Any]) -> str:
    return "  ".join(
        f"{name}={_value(name, value)}" for name, value in details.items() if value not in (None, "", [])
    )


def _value(name: str, value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    if name in _MARKINGS:
        return written(value)
    shown = ", ".join(str(one) for one in value[:3])
    return shown if len(value) <= 3 else shown + tr(_(" and {n} more"), n=len(value) - 3)
