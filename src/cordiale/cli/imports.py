"""`cordiale import`."""

from __future__ import annotations

from typing import Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress
from cordiale.cli.reports import INPUT, import_report
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(
    cls=Command,
    help=tr(
        _(
            "Take in STIX 2.0 and 2.1 bundles, TAXII envelopes, lists and JSON lines, gzip or not. "
            "The format is recognised by content. What cannot be read is set aside with its reason."
        )
    ),
)
def import_(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH…", help=tr(_("Files or folders; - reads standard input."))),
    ],
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking",
            "-m",
            metavar="ATOM…",
            help=tr(_("Marking of what carries none: atoms separated by spaces, or repeated.")),
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", "-s", help=tr(_("Profile of the source in cordiale.toml.")))
    ] = None,
    warnings: Annotated[
        bool,
        typer.Option(
            "--warnings", help=tr(_("List the warnings by kind, with object, property and reason."))
        ),
    ] = False,
) -> None:
    """Import files."""
    import sys
    from pathlib import Path

    from cordiale.desk.importing import import_ as run
    from cordiale.desk.sources import of_paths, of_stream

    sources = []
    for path in paths:
        sources += [of_stream("-", sys.stdin.buffer)] if path == "-" else of_paths([Path(path)])
    with opened() as (node, actor), progress(tr(_("Importing"))) as report:
        done = run(node.desk, actor, sources, source=source, marking=marking, progress=report)
    emit(done, lambda: import_report(done, warnings=warnings))
    if done.set_aside and not done.new + done.same:
        raise typer.Exit(INPUT)
