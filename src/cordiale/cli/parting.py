"""`cordiale partner exit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.tree import tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.partner.parting import Parting


def exit_(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    recall: Annotated[
        bool,
        typer.Option(
            "--recall/--keep", help=tr(_("Ask back everything it holds, or leave it there, as agreed."))
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help=tr(_("Why, for the audit.")))] = "",
    now: Annotated[
        bool, typer.Option("--now", help=tr(_("Do not wait for receipts and the last signature.")))
    ] = False,
) -> None:
    """End a partnership."""
    from cordiale.desk.partner.parting import partner_exit

    with opened() as (node, actor):
        done = partner_exit(node.desk, actor, name, ask_back=recall, reason=reason, now=now)
    emit(done, lambda: _words(done))


def _words(done: Parting) -> str:
    if done.state == "left":
        return tr(
            _(
                "{name} has left: nothing is exchanged any more. Both signed {acknowledged} of {sent} entries; the log stays here."
            ),
            name=done.partner,
            acknowledged=done.acknowledged,
            sent=done.sent,
        )
    return tr(
        _(
            "{name} is leaving: nothing more is sent. Waiting for {unanswered} receipts and the signature of {open} entries, while both nodes are served. Repeat this command to look, or with --now to end it."
        ),
        name=done.partner,
        unanswered=done.unanswered,
        open=done.sent - done.acknowledged,
    )
