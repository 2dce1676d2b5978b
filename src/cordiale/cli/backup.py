"""`cordiale backup`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(cls=Command, help=tr(_("Copy a node to a new folder, keys included, while it runs.")))
def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=tr(_("New folder for the copy.")))],
) -> None:
    """Back a node up."""
    from cordiale.node.backup import backup as run

    with opened() as (node, _actor):
        made = run(node, folder)
    emit(
        {"backup": str(made)},
        lambda: tr(
            _("The copy is in {folder}. It holds the node's keys: keep it as safe as the node."),
            folder=str(made),
        ),
    )
