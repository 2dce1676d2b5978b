"""`cordiale recall`: take back what was released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.tree import Command, single, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers import Recalled

app = single()

STATES = {
    "draft": _("drafted: waits for a named person"),
    "asked": _("asked"),
    "acknowledged": _("acknowledged"),
    "cannot": _("cannot be done there"),
}


@app.command(
    cls=Command,
    help=tr(
        _(
            "Ask partners to withdraw what they were given. One object goes at once; many wait until a "
            "person who saw the counts confirms. Without objects: the list of recalls."
        )
    ),
)
def recall(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID…]", help=tr(_("Objects, by STIX id.")))
    ] = None,
    partner: Annotated[
        str | None, typer.Option("--partner", "-p", help=tr(_("Only from this partner.")))
    ] = None,
    reason: Annotated[str, typer.Option(help=tr(_("Why; the partner reads it.")))] = "",
    action: Annotated[
        str, typer.Option(help=tr(_("What they are asked to do: purge or stop-use.")))
    ] = "purge",
    confirm: Annotated[str | None, typer.Option("--confirm", help=tr(_("Send this drafted recall.")))] = None,
    sure: Annotated[
        bool, typer.Option("--yes", help=tr(_("Send even where a person would be asked first.")))
    ] = False,
    officer: Annotated[
        str | None, typer.Option("--as", help=tr(_("The officer who acts (default: your login).")))
    ] = None,
) -> None:
    """Recall objects."""
    import msgspec

    from cordiale.desk import recall as desk
    from cordiale.desk.actor import house

    with opened() as (node, actor):
        actor = house(officer) if officer else actor
        if confirm is not None:
            done = [desk.recall_confirm(node.desk, actor, confirm)]
        elif ids and ids != ["list"]:
            done = desk.recall(
                node.desk,
                actor,
                ids=ids,
                partner=partner,
                reason=reason,
                action=action,
                confirm=sure,
            )
        else:
            done = desk.recall_list(node.desk, actor, partner=partner)
    asked = bool(ids) and ids != ["list"]
    emit({"recalls": msgspec.to_builtins(done)}, lambda: _words(done, asked=asked))


def _words(done: list[Recalled], *, asked: bool) -> str:
    if not done and asked:
        return tr(_("No partner holds any of it: nothing to recall."))
    if not done:
        return tr(_("Nothing was recalled yet. Begin with: cordiale recall ID --reason WHY"))
    rows = [
        (r.recall, r.partner, str(r.objects), r.action, tr(STATES.get(r.state, r.state)), when(r.at))
        for r in done
    ]
    headings = ("ID", tr(_("Partner")), tr(_("Objects")), tr(_("Action")), tr(_("State")), tr(_("When")))
    said = table(headings, rows)
    if any(r.state == "draft" for r in done):
        said += "\n" + tr(_("Send a drafted one with: cordiale recall --confirm ID"))
    return said
