"""`cordiale demo`."""

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
            "Run three nodes on this machine that share an invented scenario, check that nothing leaks, and "
            "serve until Ctrl-C."
        )
    ),
)
def demo(
    once: Annotated[
        bool, typer.Option("--once", help=tr(_("Stop by itself when everything was shown.")))
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help=tr(_("Start anew instead of going on.")))] = False,
    folder: Annotated[
        Path | None, typer.Option(help=tr(_("Where the three nodes live (default: .demo in this folder).")))
    ] = None,
    inputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--input", metavar="PATH…", help=tr(_("Real STIX files or folders instead of the scenario."))
        ),
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(hidden=True)] = None,
) -> None:
    """Run the demonstration."""
    from cordiale.demo.run import demo as run
    from cordiale.platform.errors import ConfigurationError

    if more and not inputs:
        raise ConfigurationError(
            "demo-input",
            _("Say --input before the files to use: cordiale demo --input {path}"),
            path=str(more[0]),
        )
    code = run(
        folder=folder,
        fresh=fresh,
        once=once,
        as_json=current().json,
        inputs=[*(inputs or ()), *(more or ())],
        lang=current().lang,
    )
    if code:
        raise typer.Exit(code)
