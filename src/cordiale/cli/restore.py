"""`cordiale restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.output import emit
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(cls=Command, help=tr(_("Bring a node back from a backup, into a new folder.")))
def restore(
    folder: Annotated[Path, typer.Argument(metavar="BACKUP", help=tr(_("Folder that backup made.")))],
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help=tr(_("Folder of the node (default: --node)."))),
    ] = None,
    old: Annotated[
        Path | None,
        typer.Option("--old", help=tr(_("The folder of the node before, to purge what it had purged."))),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help=tr(_("Database to fill instead of the copy's own: postgresql://USER@HOST/NAME."))),
    ] = None,
) -> None:
    """Restore a node."""
    from cordiale.node.backup import restore as run

    made = run(folder, path or current().node, old, store=store)
    emit(
        {"node": str(made)},
        lambda: (
            tr(_("The node is back in {path}. See: cordiale --node {path} doctor"), path=str(made))
            + "\n"
            + tr(
                _(
                    "Nothing is served to partners yet: run cordiale sync, make good what was done since the backup, then cordiale partner rejoin NAME."
                )
            )
        ),
    )
