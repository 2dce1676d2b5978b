"""`cordiale set-aside list|show|retry`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.reports import aside_line, import_report
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

app = group(_("List what could not be taken in, and try again."))


@app.command("list", cls=Command, help=tr(_("List what is set aside: file, object, path and reason.")))
def list_(
    after: Annotated[int | None, typer.Option(help=tr(_("Go on after this number.")))] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 100,
) -> None:
    """List what is set aside."""
    import msgspec

    from cordiale.desk.incoming.set_aside import set_aside

    with opened() as (node, actor):
        found = set_aside(node.desk, actor, after=after, limit=limit)

    def words() -> str:
        lines = [f"{thing.number:>6}{aside_line(thing)}" for thing in found]
        return "\n".join(lines) or tr(_("Nothing is set aside."))

    items = [
        {**msgspec.to_builtins(thing), "message": tr(thing.message_id, **thing.params)} for thing in found
    ]
    emit({"set_aside": items}, words)


@app.command("show", cls=Command, help=tr(_("Write the bytes of one thing set aside, to correct them.")))
def show(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=tr(_("Its number.")))],
) -> None:
    """Write the bytes."""
    from cordiale.desk.incoming.set_aside import set_aside_bytes

    with opened() as (node, actor):
        raw = set_aside_bytes(node.desk, actor, number)
    sys.stdout.buffer.write(raw + b"\n")


@app.command("retry", cls=Command, help=tr(_("Try again to take in what was set aside.")))
def retry(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="[NUMBER…]", help=tr(_("Only these (default: all)."))),
    ] = None,
) -> None:
    """Retry what is set aside."""
    from cordiale.desk.incoming.set_aside import set_aside_retry

    with opened() as (node, actor):
        done = set_aside_retry(node.desk, actor, numbers or None)
    emit(done, lambda: import_report(done))
