"""`cordiale mark`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import count, emit, progress
from cordiale.cli.reach import reached
from cordiale.cli.tree import Command, single, tr
from cordiale.desk.written import written
from cordiale.platform.languages import _, _n

if TYPE_CHECKING:
    from cordiale.desk.answers import Marked

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
        list[str] | None,
        typer.Argument(metavar="ATOM…", help=tr(_("The whole marking, such as tlp:amber 'rel:CAN|FRA'."))),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help=tr(_("Whose statement, where several speak of it.")))
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option(
            "--from", help=tr(_("A file with one STIX id a line: all of them, with ID as first atom."))
        ),
    ] = None,
) -> None:
    """Mark an object."""
    if listed is not None:
        _many(listed.read_text("utf-8").split(), [id, *(atoms or ())])
        return
    if not atoms:
        raise typer.BadParameter(tr(_("A marking needs at least one atom, such as tlp:amber.")))
    with reached() as desk:
        done: Marked = desk.ask("mark", id, atoms, source=source)

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


def _many(ids: list[str], atoms: list[str]) -> None:
    from cordiale.desk.marking.remark import mark_all

    with opened() as (node, actor), progress(tr(_("Marking"))) as report:
        done = mark_all(node.desk, actor, ids, atoms, progress=report)
    emit(
        done,
        lambda: count(
            done.done, _n("{n} object carries the new marking.", "{n} objects carry the new marking.")
        ),
    )
