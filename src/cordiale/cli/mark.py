"""`cordiale mark`."""

from __future__ import annotations

from typing import Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import count, emit
from cordiale.cli.tree import Command, single, tr
from cordiale.desk.written import written
from cordiale.platform.languages import _, _n

app = single()

HOW = {
    "version": _("{id}: a new version carries {after} (before: {before})."),
    "given": _("{id}: it was given {after} (before: {before})."),
    "overlay": _("{id}: held here under {after} (before: {before}); its own bytes are unchanged."),
}


@app.command(
    cls=Command,
    help=tr(
        _(
            "Change the marking of an object. Our own gets a new version; what others stated can only "
            "become stricter here. Narrowing stops sending at once."
        )
    ),
)
def mark(
    id: Annotated[str, typer.Argument(metavar="ID", help=tr(_("Its STIX id.")))],
    atoms: Annotated[
        list[str],
        typer.Argument(metavar="ATOM…", help=tr(_("The whole marking, such as tlp:amber 'rel:CAN|FRA'."))),
    ],
    source: Annotated[
        str | None, typer.Option(help=tr(_("Whose statement, where several speak of it.")))
    ] = None,
) -> None:
    """Mark an object."""
    from cordiale.desk.mark import mark as run

    with opened() as (node, actor):
        done = run(node.desk, actor, id, atoms, source=source)

    def words() -> str:
        said = tr(HOW[done.how], id=id, after=written(done.after), before=written(done.before) or "–")
        if done.recalls_drafted:
            said += "\n" + count(
                done.recalls_drafted,
                _n(
                    "{n} recall was drafted. See: cordiale recall list",
                    "{n} recalls were drafted. See: cordiale recall list",
                ),
            )
        return said

    emit(done, words)
