"""`cordiale migrate-store`."""

from __future__ import annotations

from typing import Annotated

import typer

from cordiale.cli.output import emit, progress
from cordiale.cli.session import current
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _, number

app = single()


@app.command(
    "migrate-store",
    cls=Command,
    help=tr(
        _(
            "Move a node's store to another database, such as from SQLite to PostgreSQL. Stop the node first. Every row is compared before "
            "the configuration is switched; until then the old store stays in force."
        )
    ),
)
def migrate_store(
    target: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help=tr(_("Empty database: postgresql://USER@HOST/NAME or sqlite:///PATH.")),
        ),
    ],
) -> None:
    """Move a store."""
    from cordiale.node.migration import migrate_store as run

    with progress(tr(_("Rows"))) as copying, progress(tr(_("Text index"))) as indexing:
        moved = run(current().node, target, copying=copying, indexing=indexing)
    emit(
        moved,
        lambda: (
            tr(
                _("The store is in {new} now: {rows} rows of {tables} tables were compared, none differs."),
                new=moved.new,
                rows=number(current().lang, sum(moved.rows.values())),
                tables=len(moved.rows),
            )
            + "\n"
            + tr(
                _(
                    "The old one in {old} is as it was and is not used any more: what is recalled from now on stays in it. Delete it once you have looked around."
                ),
                old=moved.old,
            )
        ),
    )
