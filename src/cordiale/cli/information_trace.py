"""`cordiale information trace`: files are sealed, compared as a job, and the result is kept in the node."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.information import DOCUMENTS, app
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.languages import _


@app.command(
    "trace",
    cls=Command,
    help=tr(_("Seal files in the node, compare them as a job that can be stopped and goes on (cordiale jobs), and keep the lineage as a report.")),
)  # fmt: skip
def trace(
    files: Annotated[list[Path], DOCUMENTS],
    sources: Annotated[list[Path] | None, typer.Option("--source", metavar="FILE", help=tr(_("A file that is held to be a source; may be repeated.")))] = None,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help=tr(_("What the result is called.")))] = "",
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("The marking of what is kept.")))] = "",
) -> None:  # fmt: skip
    """Trace as a job."""
    from cordiale.domains.information.captures import capture
    from cordiale.domains.information.lineage.run import Asked, lineage_begun, sealed
    from cordiale.domains.information.readers.content import read_file

    given = [(path, False) for path in files] + [(path, True) for path in sources or ()]
    with opened() as (node, actor), progress(tr(_("Comparing texts"))) as report:
        captures = [
            capture(node.desk, actor, path, read_file(path, path.name), marking or None)
            for path, _role in given
        ]
        asked = Asked(
            files=sealed(captures, [role for _path, role in given]),
            name=name,
            marking=marking,
            lang=current().lang,
            meant=True,
        )
        done = lineage_begun(node.desk, actor, asked, progress=report)
    emit(done, lambda: tr(_("{texts} texts, {edges} edges: {id}"), texts=done.texts, edges=done.edges, id=done.report))  # fmt: skip
