"""`cordiale demo`: the work is `cordiale.demo`'s."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Lock
from typing import Annotated

import typer

from cordiale.cli.session import begin, current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()

_ONE_AT_A_TIME = Lock()


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
        command=here,
    )
    raise typer.Exit(code)


def here(line: Sequence[str], actor: str) -> tuple[int, str, str]:
    """Run a command line of the demonstration in this process: the same words, without starting Python each time."""
    from cordiale.cli.main import main

    out, complaint = io.StringIO(), io.StringIO()
    with _ONE_AT_A_TIME, redirect_stdout(out), redirect_stderr(complaint):
        own, login = current(), {name: os.environ.get(name) for name in ("LOGNAME", "USER")}
        try:
            if actor:
                os.environ |= {"LOGNAME": actor, "USER": actor}
            code = main(line)
        finally:
            begin(own)
            for name, value in login.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
    return code, out.getvalue(), complaint.getvalue()
