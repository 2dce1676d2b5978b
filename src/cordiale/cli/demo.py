"""`cordiale demo`: the work is `cordiale.demo`'s."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(
    cls=Command,
    help=tr(
        _(
            "Run three nodes on this machine (Canada, France, United Kingdom) that share an invented "
            "scenario under release rules, until Ctrl-C."
        )
    ),
)
def demo(
    once: Annotated[bool, typer.Option("--once", help=tr(_("Stop by itself when all is shared.")))] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help=tr(_("Start anew.")))] = False,
    folder: Annotated[
        Path | None, typer.Option(help=tr(_("Where the three nodes live (default: .demo in this folder).")))
    ] = None,
    input: Annotated[
        list[Path] | None,
        typer.Option("--input", metavar="PATH…", help=tr(_("Real files instead of the scenario."))),
    ] = None,
    more: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH…]", help=tr(_("Further files for --input."))),
    ] = None,
) -> None:
    """Run the demonstration."""
    from cordiale.demo.run import demo as run

    code = run(
        folder=folder,
        inputs=[*(input or ()), *(more or ())],
        once=once,
        fresh=fresh,
        as_json=current().json,
        lang=current().lang,
    )
    raise typer.Exit(code)
