"""`cordiale doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from cordiale.cli.output import emit
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
) -> None:
    """Examine a node."""
    from cordiale.node.doctor import examine

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


def _repair() -> None:
    from cordiale.cli.opened import opened
    from cordiale.desk.attachments import sweep
    from cordiale.desk.importing import index_all

    with opened() as (node, _actor):
        index_all(node.desk)
        sweep(node.desk)
