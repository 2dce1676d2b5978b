"""`cordiale purge`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.officer import Officer, acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, yes
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.upkeep.purge import PurgePlan

app = single()


@app.command(
    cls=Command,
    help=tr(
        _(
            "Take away one object of this node's own for good: a mistake of the house. "
            "What partners have of it is asked back; its id, a salted hash and the reason stay."
        )
    ),
)
def purge(
    object_id: Annotated[str, typer.Argument(metavar="ID", help=tr(_("The object's STIX id.")))],
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help=tr(_("Why; partners that have it read this too.")))
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=tr(_("Say what would go, and from whom; change nothing.")))
    ] = False,
    versions: Annotated[
        int | None,
        typer.Option("--versions", metavar="N", help=tr(_("How many versions you saw that would go."))),
    ] = None,
    officer: Officer = None,
) -> None:
    """Purge an object."""
    from cordiale.desk.upkeep.purge import purge as take_away
    from cordiale.desk.upkeep.purge import purge_preview
    from cordiale.platform.errors import NotAllowed

    with opened() as (node, actor):
        if dry_run:
            plan = purge_preview(node.desk, actor, object_id)
            emit(plan, lambda: _words(plan))
            return
        if versions is None:
            seen = purge_preview(node.desk, actor, object_id)
            typer.echo(_words(seen), err=True)
            if not yes(tr(_("Take it away for good?"))):
                raise NotAllowed(
                    "not-purged",
                    _("Nothing was purged: look at what would go, then repeat with --versions {count}"),
                    count=seen.versions,
                )
            versions = seen.versions
        done = take_away(node.desk, acting(officer, actor), object_id, reason, versions_seen=versions)
    emit(done, lambda: _words(done))


def _words(plan: PurgePlan) -> str:
    who = [f"{one.partner} ({one.versions})" for one in plan.held_by if one.recallable]
    plain = [f"{one.partner} ({one.versions})" for one in plan.held_by if not one.recallable]
    lines = [
        (tr(_("Object")), f"{plan.name} [{plan.id}]"),
        (tr(_("Versions")), str(plan.versions)),
        (tr(_("Asked back from")), ", ".join(who) or "–"),
        (tr(_("Has it and cannot be recalled")), ", ".join(plain) or "–"),
        (tr(_("Objects that name it and stay")), str(plan.referrers)),
        (tr(_("Files that go with it")), str(plan.files)),
        (tr(_("Statements of others that stay")), ", ".join(plan.others) or "–"),
    ]
    said = table(("", ""), lines)
    if plan.done is None:
        return said
    gone = tr(_("Purged. What stays: the id, a salted hash of each version, the reason, who and when."))
    return f"{said}\n{gone}"
