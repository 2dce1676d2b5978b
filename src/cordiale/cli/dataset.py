"""`cordiale dataset list|show|verify|purge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.officer import Officer, acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when, yes
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _, number

if TYPE_CHECKING:
    from cordiale.desk.analysis.datasets import DatasetView

app = group(_("Keep rows of evidence for a purpose, until a day; see, check and purge them."))

NAME = typer.Argument(metavar="NAME", help=tr(_("The dataset's name or id.")))

STATES = {
    "open": _("in use"),
    "purging": _("being purged"),
    "purged": _("rows deleted"),
}


@app.command("list", cls=Command, help=tr(_("List datasets: how much, what for, until when.")))
def list_() -> None:
    """List datasets."""
    import msgspec

    from cordiale.desk.analysis.datasets import dataset_list

    with opened() as (node, actor):
        found = dataset_list(node.desk, actor)
    emit({"datasets": msgspec.to_builtins(found)}, lambda: _table(found))


@app.command(
    "show", cls=Command, help=tr(_("Show one dataset: purpose, legal basis, owner, seal, day of purge."))
)
def show(name: Annotated[str, NAME]) -> None:
    """Show a dataset."""
    from cordiale.desk.analysis.datasets import dataset_show

    with opened() as (node, actor):
        found = dataset_show(node.desk, actor, name)
    emit(found, lambda: _words(found))


@app.command("verify", cls=Command, help=tr(_("Read every file of a dataset and compare it with the seal.")))
def verify(name: Annotated[str, NAME]) -> None:
    """Verify a dataset."""
    from cordiale.desk.analysis.datasets import dataset_verify

    with opened() as (node, actor):
        found = dataset_verify(node.desk, actor, name)
    emit(
        found,
        lambda: tr(
            _("Dataset {name} is what its seal says: {rows} rows in {parts} files."),
            name=found.name,
            rows=number(current().lang, found.rows),
            parts=number(current().lang, found.parts),
        ),
    )


@app.command(
    "purge",
    cls=Command,
    help=tr(_("Delete every row of a dataset and what analyses kept of them, and leave a signed statement.")),
)
def purge(
    name: Annotated[str, NAME],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help=tr(_("Why, for the record.")))],
    officer: Officer = None,
    sure: Annotated[bool, typer.Option("--yes", help=tr(_("Do not ask.")))] = False,
) -> None:
    """Purge a dataset."""
    from cordiale.desk.analysis.datasets import dataset_show
    from cordiale.desk.upkeep.dataset_purge import dataset_purge

    with opened() as (node, actor):
        asked = dataset_show(node.desk, actor, name)
        question = tr(
            _("Delete {rows} rows of dataset {name} for good?"),
            rows=number(current().lang, asked.rows),
            name=asked.name,
        )
        if asked.state == "open" and not sure and not yes(question):
            raise typer.Exit(2)
        done = dataset_purge(node.desk, acting(officer, actor), name, reason)
    emit(
        done,
        lambda: tr(
            _(
                "{rows} rows of dataset {name} are deleted. The signed statement: cordiale dataset show {id} --json"
            ),
            rows=number(current().lang, done.rows),
            name=done.name,
            id=done.id,
        ),
    )


def _table(found: list[DatasetView]) -> str:
    if not found:
        return tr(_("No dataset yet."))
    lang = current().lang
    rows = [
        (
            one.name,
            one.kind,
            number(lang, one.rows),
            tr(STATES[one.state]),
            one.purpose,
            one.owner,
            when(one.purge_on)[:10],
        )
        for one in found
    ]
    headings = (
        tr(_("Name")),
        tr(_("Kind")),
        tr(_("Rows")),
        tr(_("State")),
        tr(_("Purpose")),
        tr(_("Owner")),
        tr(_("Purge on")),
    )
    return table(headings, rows)


def _words(one: DatasetView) -> str:
    lang = current().lang
    lines = [
        (tr(_("Name")), one.name),
        (tr(_("Id")), one.id),
        (tr(_("Kind")), f"{one.kind} {one.version}"),
        (tr(_("State")), tr(STATES[one.state])),
        (tr(_("Purpose")), one.purpose),
        (tr(_("Legal basis")), one.basis),
        (tr(_("Owner")), one.owner),
        (tr(_("Purge on")), when(one.purge_on)),
        (tr(_("Marking")), " ".join(one.marking)),
        (tr(_("Rows")), number(lang, one.rows)),
        (tr(_("Files")), number(lang, one.parts)),
        (tr(_("Seal")), one.seal),
        (tr(_("Begun")), f"{when(one.created)} {one.created_by}"),
    ]
    if one.ending:
        day = tr(_("its day of purge had come"))
        lines.append((tr(_("Why purged")), day if one.ending == "purge-day" else one.ending))
    return table((tr(_("Dataset")), ""), lines)
