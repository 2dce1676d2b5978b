"""`cordiale import`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.output import emit, progress
from cordiale.cli.reach import reached
from cordiale.cli.reports import INPUT, import_report
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers import ImportReport

app = single()


@app.command(
    cls=Command,
    help=tr(
        _(
            "Take in STIX 2.0 and 2.1 bundles, TAXII envelopes, lists and JSON lines, MISP events and clusters, and indicators in "
            "reports, tables (CSV), OpenIOC, and rules of Sigma, YARA, Suricata and Snort, gzip or not. "
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

    from cordiale.cli.reach import one_file
    from cordiale.desk.incoming.sources import of_paths, of_stream

    given: Any
    if current().at:
        file = one_file(paths)
        given, named = file or sys.stdin.buffer.read(), {"name": file.name if file else "-"}
    else:
        given, named = [], {}
        for path in paths:
            given += [of_stream("-", sys.stdin.buffer)] if path == "-" else of_paths([Path(path)])
    with reached() as desk, progress(tr(_("Importing"))) as report:
        done: ImportReport = desk.ask(
            "import_", given, source=source, marking=marking, progress=report, **named
        )
    emit(done, lambda: import_report(done, warnings=warnings))
    if done.set_aside and not done.new + done.same:
        raise typer.Exit(INPUT)
