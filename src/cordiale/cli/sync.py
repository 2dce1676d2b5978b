"""`cordiale sync`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.partner import LINKS
from cordiale.cli.tree import Command, labelled, single, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers import Synced

app = single()

UNAVAILABLE = 8


@app.command(cls=Command, help=tr(_("Exchange with partners now: cut, visit, fetch.")))
def sync(
    partner: Annotated[str | None, typer.Argument(help=tr(_("The partner's name (default: all).")))] = None,
) -> None:
    """Sync with partners."""
    import msgspec

    from cordiale.desk.partner.sync import sync as run

    with opened() as (node, actor):
        done = run(node.desk, actor, partner)
    emit({"partners": msgspec.to_builtins(done)}, lambda: _words(done))
    if done and all(one.link != "up" for one in done):
        raise typer.Exit(UNAVAILABLE)


def _words(done: list[Synced]) -> str:
    if not done:
        return tr(_("No confirmed partner to visit. See: cordiale partner list"))
    lines = []
    for one in done:
        if one.link == "up":
            lines.append(
                tr(
                    _(
                        "{partner}: {new} new, {same} already here, {withdrawn} withdrawn, {aside} set aside, {files} files."
                    ),
                    partner=one.partner,
                    new=one.new,
                    same=one.same,
                    withdrawn=one.withdrawn,
                    aside=one.set_aside,
                    files=one.attachments,
                )
            )
        else:
            lines.append(labelled(one.partner, tr(LINKS.get(one.link, one.link))))
        if one.error:
            lines.append("  " + tr(one.error, **one.error_params))
    return "\n".join(lines)
