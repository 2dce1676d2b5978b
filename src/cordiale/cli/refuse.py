"""`cordiale refuse`: stop objects for a partner, whatever the rules would allow."""

from __future__ import annotations

from typing import Annotated

import typer

from cordiale.cli.officer import Officer, acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

app = single()


@app.command(
    cls=Command,
    help=tr(_("Refuse or hold objects for a partner: they do not go, whatever the rules allow.")),
)
def refuse(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help=tr(_("Objects, by STIX id.")))],
    partner: Annotated[str, typer.Option("--partner", "-p", help=tr(_("The partner's name.")))],
    reason: Annotated[str, typer.Option(help=tr(_("Why, for the audit.")))] = "",
    until: Annotated[
        str | None,
        typer.Option(help=tr(_("Hold only until then, such as 2027-01-31T00:00:00Z."))),
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help=tr(_("Lift the refusal instead.")))] = False,
    officer: Officer = None,
) -> None:
    """Refuse objects."""
    from cordiale.desk.outgoing import release as desk

    with opened() as (node, actor):
        actor = acting(officer, actor)
        if lift:
            done = desk.lift(node.desk, actor, partner, ids=ids)
        elif until:
            done = desk.hold(node.desk, actor, partner, ids=ids, until=until, reason=reason)
        else:
            done = desk.refuse(node.desk, actor, partner, ids=ids, reason=reason)
    said = (
        _("Lifted for {partner}: {n} object(s).") if lift else _("Held back from {partner}: {n} object(s).")
    )
    emit(done, lambda: tr(said, partner=done.partner, n=done.objects))
