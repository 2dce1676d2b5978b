"""`cordiale partner reconcile|set-aside`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, progress, when
from cordiale.cli.tree import Command, labelled, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.partner.reconcile import Difference, Reconciled


MOST = 10
"""Lines of what a partner says that a person is shown."""

WHY = {
    "purged": _("withdrawn, or its time has come"),
    "stop-use": _("kept, and not used any more"),
    "downgrade": _("kept, under another marking"),
    "in-use": _("in use, being corrected"),
    "cannot": _("it answered that it cannot"),
    "exchange.apply.tombstoned": _("it was recalled there before"),
    "exchange.apply.identity": _("in quarantine there: it speaks in that node's name"),
    "exchange.apply.conflict": _("in quarantine there: two contents for one version"),
    "exchange.apply.lowered": _("in quarantine there: part of the originator's marking is missing"),
}
_ASIDE = _("set aside there")


def register(app: typer.Typer) -> None:
    """Add the command to the group of partners."""
    app.command(
        "reconcile",
        cls=Command,
        help=tr(
            _(
                "Compare what is here of a partner's stream with what the partner believes is here, and repair what differs."
            )
        ),
    )(reconcile)
    app.command(
        "set-aside",
        cls=Command,
        help=tr(_("List what came from a partner and is kept aside, with its reason.")),
    )(set_aside)


def reconcile(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    full: Annotated[
        bool, typer.Option("--full", help=tr(_("Read and hash every stored object again.")))
    ] = False,
    log: Annotated[
        bool, typer.Option("--log", help=tr(_("Show the differences found before as well.")))
    ] = False,
) -> None:
    """Reconcile with a partner."""
    from cordiale.desk.partner.reconcile import partner_reconcile

    with opened() as (node, actor), progress(tr(_("Comparing"))) as report:
        done = partner_reconcile(node.desk, actor, name, full=full, progress=report)
    emit(done, lambda: _words(done, log))


def set_aside(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    show: Annotated[
        int | None,
        typer.Option("--show", metavar="NUMBER", help=tr(_("Write the bytes of one of them instead."))),
    ] = None,
    after: Annotated[int, typer.Option(help=tr(_("Go on after this number.")))] = 0,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 100,
) -> None:
    """List what is kept aside."""
    import msgspec

    from cordiale.desk.partner.quarantine import partner_put_aside, partner_put_aside_bytes

    if show is not None:
        with opened() as (node, actor):
            raw = partner_put_aside_bytes(node.desk, actor, name, show)
        sys.stdout.buffer.write(raw + b"\n")
        return
    with opened() as (node, actor):
        found = partner_put_aside(node.desk, actor, name, after=after, limit=limit)
    items = [{**msgspec.to_builtins(one), "message": tr(one.message_id, **one.params)} for one in found]

    def words() -> str:
        lines = [
            f"{one.number:>6}  {when(one.at)}  "
            + labelled(one.object_id or "–", tr(one.message_id, **one.params))
            for one in found
        ]
        return "\n".join(lines) or tr(_("Nothing of {partner} is kept aside."), partner=name)

    emit({"partner": name, "set_aside": items}, words)


def _words(done: Reconciled, log: bool) -> str:
    lines = []
    if done.kind == "full":
        lines.append(
            tr(
                _("{partner}: {objects} objects of {entries} entries read and hashed again."),
                partner=done.partner,
                objects=done.objects,
                entries=done.entries,
            )
        )
    else:
        lines.append(
            tr(
                _(
                    "{partner}: {entries} entries compared by their records. To read every object again: --full"
                ),
                partner=done.partner,
                entries=done.entries,
            )
        )
    if done.explained:
        lines.append(
            tr(
                _("{count} entries are not held as sent, for reasons that both sides now know."),
                count=done.explained,
            )
        )
    if not done.differences:
        lines.append(tr(_("Nothing differs.")))
    else:
        lines.append(tr(_("Differences: {count}"), count=len(done.differences)))
        lines += [_line(one) for one in done.differences]
    if log and done.log:
        lines.append(tr(_("Found before:")))
        lines += [f"  {when(one.at)}{_line(one)}" for one in done.log]
    if done.theirs:
        lines.append(tr(_("What {partner} says of what we sent:"), partner=done.partner))
        for told in done.theirs[:MOST]:
            state = tr(_("held")) if told.held else tr(_("not held"))
            lines.append(
                "  " + labelled(told.object_id or "–", f"{state} ({tr(WHY.get(told.reason, _ASIDE))})")
            )
        if len(done.theirs) > MOST:
            lines.append(tr(_("  … and {count} more: --json"), count=len(done.theirs) - MOST))
    return "\n".join(lines)


def _line(one: Difference) -> str:
    from cordiale.exchange.reconcile.repair import REASONS, REPAIRS

    reason, repair = tr(REASONS.get(one.kind, one.kind)), tr(REPAIRS.get(one.repair, one.repair))
    return "  " + labelled(one.object_id or "–", f"{reason} → {repair}")
