"""`cordiale doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.output import emit, table
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()

SIGNS = {"well": "✓", "look": "!", "wrong": "✗"}


@app.command(cls=Command, help=tr(_("Find what is wrong with a node and what to do.")))
def doctor(
    repair: Annotated[
        bool,
        typer.Option("--repair", help=tr(_("Do what is safe: index text, remove files nothing refers to."))),
    ] = False,
    recalled: Annotated[
        bool,
        typer.Option("--recalled", help=tr(_("Look in every file for what was recalled or purged."))),
    ] = False,
    like: Annotated[
        list[Path] | None,
        typer.Option(
            "--like", help=tr(_("With --recalled: a STIX file with what must not be here any more."))
        ),
    ] = None,
) -> None:
    """Examine a node."""
    from cordiale.node.doctor import examine

    if recalled or like:
        _recalled([file.read_bytes() for file in like or ()])
        return
    if repair:
        _repair()
    found = examine(current().node)
    wrong = any(one.grade == "wrong" for one in found)
    items = [
        {"subject": one.subject, "grade": one.grade, "message": tr(one.message_id, **one.params)}
        for one in found
    ]
    emit(
        {"well": not wrong, "findings": items},
        lambda: "\n".join(f"{SIGNS[str(i['grade'])]} {i['message']}" for i in items),
    )
    if wrong:
        raise typer.Exit(1)


def _recalled(like: list[bytes]) -> None:
    import msgspec

    from cordiale.cli.opened import opened
    from cordiale.node.leftovers import leftovers

    with opened() as (node, _actor):
        found = leftovers(node, like)

    def words() -> str:
        if not found:
            return (
                SIGNS["well"]
                + " "
                + tr(_("Nothing of what was recalled or purged was found in this node's folder."))
            )
        rows = [(one.id, one.what, one.file, one.table or "–") for one in found]
        headings = ("ID", tr(_("What")), tr(_("File")), tr(_("Table")))
        advice = tr(
            _("Run cordiale doctor --repair and look again; remove what then remains in files by hand.")
        )
        return table(headings, rows) + "\n" + advice

    emit({"well": not found, "leftovers": msgspec.to_builtins(found)}, words)
    if found:
        raise typer.Exit(1)


def _repair() -> None:
    from cordiale.cli.opened import opened
    from cordiale.desk.files.attachments import sweep
    from cordiale.desk.incoming.importing import index_all
    from cordiale.store.backup import scrub

    with opened() as (node, _actor):
        index_all(node.desk)
        sweep(node.desk)
        scrub(node.desk.store)
