"""`cordiale partner invite|add|confirm|suspend|resume|rejoin|list|token`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli import carry, doubt, parting
from cordiale.cli.officer import Officer, acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.reconcile import register
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers import PartnerView

app = group(_("Invite, add, confirm and list partners."))

STATES = {
    "invited": _("words not compared yet"),
    "confirmed": _("confirmed"),
    "suspended": _("suspended"),
    "compromised": _("its key was in other hands"),
    "leaving": _("leaving"),
    "left": _("left"),
}
LINKS = {
    "new": _("not visited yet"),
    "up": _("up"),
    "down": _("does not answer"),
    "refused": _("refuses us"),
    "garbage": _("sends what cannot be read"),
    "clock": _("its clock differs"),
    "rejoin": _("closed until partner rejoin"),
    "missing": _("entries have not arrived"),
    "upgrade": _("one side has to be upgraded"),
    "key": _("shows another TLS key"),
    "plain": _("its address is not encrypted"),
}


@app.command("invite", cls=Command, help=tr(_("Write this node's invitation file, to hand to a partner.")))
def invite(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help=tr(_("Where to (default: NAME.invitation.json).")))
    ] = None,
    format: Annotated[
        int,
        typer.Option(min=1, max=2, help=tr(_("1 for a partner whose node is older; it names no TLS key."))),
    ] = 2,
) -> None:
    """Write the invitation."""
    from cordiale.desk.partner.partners import own_words, partner_invite

    with opened() as (node, actor):
        data = partner_invite(node.desk, actor, format=format)
        path = file or Path(f"{node.desk.node}.invitation.json")
        path.write_bytes(data)
        words = own_words(node.desk, current().lang, format)
        name = node.desk.node

    def said() -> str:
        return "\n".join(
            (
                tr(_("Invitation of {name}: {path}"), name=name, path=str(path)),
                tr(_("Read these words aloud to your partner, over the telephone or in person:")),
                "  " + " ".join(words),
            )
        )

    emit({"node": name, "path": str(path), "words": list(words)}, said)


@app.command("add", cls=Command, help=tr(_("Record the partner of an invitation file.")))
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tr(_("The partner's invitation file.")))],
) -> None:
    """Add a partner."""
    from cordiale.desk.partner.partners import partner_add

    with opened() as (node, actor):
        added = partner_add(node.desk, actor, file.read_bytes())

    def said() -> str:
        if added.state == "confirmed":
            return tr(_("{name} is confirmed already."), name=added.name)
        return "\n".join(
            (
                tr(
                    _("{name} ({nation}) is recorded; nothing is exchanged yet."),
                    name=added.name,
                    nation=added.nation,
                ),
                tr(_("Call them, have them read their eight words to you, and type what you hear:")),
                f"  cordiale partner confirm {added.name} {tr(_('WORD'))} {tr(_('WORD'))} …",
            )
        )

    # The words themselves are not shown: who can read them off the screen need not listen.
    import msgspec

    public = {k: v for k, v in msgspec.to_builtins(added).items() if not k.startswith("words")}
    emit(public, said)


@app.command("confirm", cls=Command, help=tr(_("Confirm a partner by the words its people read to you.")))
def confirm(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    words: Annotated[
        list[str], typer.Argument(metavar="WORD…", help=tr(_("The eight words, in English or French.")))
    ],
) -> None:
    """Confirm a partner."""
    from cordiale.desk.partner.partners import partner_confirm

    with opened() as (node, actor):
        done = partner_confirm(node.desk, actor, name, " ".join(words))
    emit(
        done, lambda: tr(_("{name} is confirmed. What rules allow is exchanged from now on."), name=done.name)
    )


@app.command(
    "rejoin",
    cls=Command,
    help=tr(
        _(
            "Serve a partner again after this node was restored from a backup. First make good what was marked, held or recalled since."
        )
    ),
)
def rejoin(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    unvisited: Annotated[
        bool,
        typer.Option("--unvisited", help=tr(_("Even if partners could not be visited since the restore."))),
    ] = False,
) -> None:
    """Serve a partner again."""
    from cordiale.desk.partner.partners import partner_rejoin

    with opened() as (node, actor):
        done = partner_rejoin(node.desk, actor, name, unvisited=unvisited)
    emit(done, lambda: tr(_("{name} is served again."), name=done.name))


REASON = typer.Option("--reason", help=tr(_("Why, for the audit.")))


@app.command(
    "suspend",
    cls=Command,
    help=tr(
        _(
            "Stop all exchange with a partner at once, until resumed. What it holds stays with it; a recall is an act of its own."
        )
    ),
)
def suspend(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    reason: Annotated[str, REASON] = "",
    officer: Officer = None,
) -> None:
    """Suspend a partner."""
    from cordiale.desk.partner.suspension import partner_suspend

    with opened() as (node, actor):
        done = partner_suspend(node.desk, acting(officer, actor), name, reason=reason)
    emit(
        done,
        lambda: tr(
            _(
                "{name} is suspended: nothing is exchanged, recalls included, until cordiale partner resume {name}."
            ),
            name=done.name,
        ),
    )


@app.command(
    "resume",
    cls=Command,
    help=tr(_("Exchange with a suspended partner again. What was released meanwhile follows.")),
)
def resume(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    reason: Annotated[str, REASON] = "",
    officer: Officer = None,
) -> None:
    """Resume the exchange with a partner."""
    from cordiale.desk.partner.suspension import partner_resume

    with opened() as (node, actor):
        done = partner_resume(node.desk, acting(officer, actor), name, reason=reason)
    emit(
        done,
        lambda: tr(
            _("{name} is no longer suspended. What was released meanwhile goes with the next exchange."),
            name=done.name,
        ),
    )


register(app)
carry.register(app)


app.command(
    "exit",
    cls=Command,
    help=tr(
        _(
            "End a partnership: send nothing more, ask back what was agreed, and have the last of the log signed."
        )
    ),
)(parting.exit_)
app.command(
    "compromised",
    cls=Command,
    help=tr(
        _(
            "A partner's key was in other hands: close the link and mark what came meanwhile as doubtful. Nothing of it is changed."
        )
    ),
)(doubt.compromised)
app.command(
    "doubtful", cls=Command, help=tr(_("List what came while a partner's key may have been in other hands."))
)(doubt.doubtful)


@app.command("list", cls=Command, help=tr(_("List partners and the state of their links.")))
def list_() -> None:
    """List partners."""
    import msgspec

    from cordiale.desk.partner.partners import partner_list

    with opened() as (node, actor):
        found = partner_list(node.desk, actor)
    emit({"partners": msgspec.to_builtins(found)}, lambda: _words(found))


@app.command("token", cls=Command, help=tr(_("Make a token for a partner's plain TAXII 2.1 client.")))
def token(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("The partner's name.")))],
    nation: Annotated[str, typer.Option(help=tr(_("Nation of a client that has no node.")))] = "",
    new: Annotated[
        bool, typer.Option("--new", help=tr(_("Record a partner that has no node of its own.")))
    ] = False,
) -> None:
    """Make a TAXII token."""
    from cordiale.desk.partner.partners import partner_add_client
    from cordiale.desk.partner.tokens import partner_token

    with opened() as (node, actor):
        if new:
            partner_add_client(node.desk, actor, name, nation=nation)
        made = partner_token(node.desk, actor, name)
    emit(
        {"partner": name, "token": made},
        lambda: (
            tr(_("Token of {name}, shown once (Bearer, or Basic with any user name):"), name=name)
            + f"\n{made}"
        ),
    )


def _delay(one: PartnerView, stage: str) -> str:
    """Write how long half and 99 of 100 objects took."""
    found = one.latency.get(stage)
    if found is None:
        return "–"
    return tr(_("{ms} ms ({most})"), ms=round(found.p50_us / 1000), most=round(found.p99_us / 1000))


def _words(found: list[PartnerView]) -> str:
    if not found:
        return tr(_("No partner yet. Begin with: cordiale partner invite"))
    rows = [
        (
            one.name,
            one.nation,
            tr(STATES.get(one.state, one.state)),
            tr(LINKS.get(one.link, one.link)) if one.state == "confirmed" else "–",
            f"{one.acknowledged}/{one.sent}",
            str(one.received),
            when(one.last_contact),
            f"{_delay(one, 'acknowledged')} / {_delay(one, 'visible')}" if one.latency else "–",
            tr(one.last_error, **one.error_params) if one.last_error else "",
        )
        for one in found
    ]
    headings = (
        tr(_("Partner")),
        tr(_("Nation")),
        tr(_("State")),
        tr(_("Link")),
        tr(_("Acknowledged/sent")),
        tr(_("Received")),
        tr(_("Last contact")),
        tr(_("Delay to / from (99 %)")),
        tr(_("Problem")),
    )
    return table(headings, rows)
