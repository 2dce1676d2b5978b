"""`cordiale partner compromised|doubtful`: when a partner's key was in other hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.moment import instant_of
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.tree import tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.partner.compromise import Doubtful

SHOWN = 50
"""Objects that are named to a person; --json names all."""


def compromised(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    since: Annotated[
        str,
        typer.Option(
            "--from", metavar="TIME", help=tr(_("Since when the key may have been in other hands."))
        ),
    ],
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help=tr(_("Until when (default: now).")))
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help=tr(_("Why, for the audit.")))] = "",
) -> None:
    """Mark an interval of a partner as doubtful and close its link."""
    from cordiale.desk.partner.compromise import partner_compromised

    with opened() as (node, actor):
        end = instant_of(until, end=True) if until else node.desk.clock()
        done = partner_compromised(node.desk, actor, name, since=instant_of(since), until=end, reason=reason)

    def said() -> str:
        return "\n".join(
            (
                tr(_("The link to {name} is closed."), name=done.partner),
                _words([done]),
                tr(
                    _(
                        "To open it again, add the invitation with their new keys and compare the words: cordiale partner add FILE"
                    )
                ),
            )
        )

    emit(done, said)


def doubtful(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help=tr(_("The partner's name (default: all).")))
    ] = None,
) -> None:
    """List what came in doubtful intervals."""
    import msgspec

    from cordiale.desk.partner.compromise import partner_doubtful

    with opened() as (node, actor):
        found = partner_doubtful(node.desk, actor, name)
    emit({"doubtful": msgspec.to_builtins(found)}, lambda: _words(found))


def _words(found: list[Doubtful]) -> str:
    if not found:
        return tr(_("Nothing is in doubt."))
    parts = []
    for one in found:
        parts.append(
            tr(
                _(
                    "From {name} between {since} and {until}: {segments} segments, {objects} objects in doubt. Nothing of it was changed."
                ),
                name=one.partner,
                since=when(one.since),
                until=when(one.until),
                segments=len(one.segments),
                objects=len(one.objects),
            )
        )
        if one.segments:
            rows = [
                (str(s.generation), f"{s.first}–{s.last}", when(s.received_at)) for s in one.segments[:SHOWN]
            ]
            parts.append(table((tr(_("Generation")), tr(_("Entries")), tr(_("Received"))), rows))
        parts += [f"  {identifier}" for identifier in one.objects[:SHOWN]]
        if len(one.objects) > SHOWN:
            parts.append(tr(_("  and {n} more; --json names them all"), n=len(one.objects) - SHOWN))
    return "\n".join(parts)
