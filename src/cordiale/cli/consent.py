"""`cordiale consent ask|list|show|answer`: what an originator controls, and who else may have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.moment import instant_of
from cordiale.cli.officer import Officer, acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table, when
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.outgoing.consent import ConsentView

app = group(_("Ask the originators of objects to let them go further, and answer those who ask."))

STATES = {
    "waiting": _("leaves with the next exchange"),
    "asked": _("asked, not answered yet"),
    "granted": _("granted"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn"),
    "ended": _("ended"),
}


@app.command(
    "ask", cls=Command, help=tr(_("Ask the originators of objects to let them go to somebody else too."))
)
def ask(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help=tr(_("Objects, by STIX id.")))] = None,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help=tr(_("Who would get them: a node, nation or organisation.")))] = "",
    reason: Annotated[str, typer.Option("--reason", help=tr(_("Why; the originator reads it.")))] = "",
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help=tr(_("Until when, such as 2027-01-31.")))] = None,
    derived: Annotated[bool, typer.Option("--derived", help=tr(_("Also for what we write about them under the same control.")))] = False,
    this_version: Annotated[bool, typer.Option("--this-version", help=tr(_("Only the versions of the moment.")))] = False,
    of: Annotated[str | None, typer.Option("--of", metavar="NODE", help=tr(_("The originator to ask, for a request by type or label.")))] = None,
    types: Annotated[list[str] | None, typer.Option("--type", help=tr(_("Everything of this type it controls; may be repeated.")))] = None,
    labels: Annotated[list[str] | None, typer.Option("--label", help=tr(_("Everything with this label it controls; may be repeated.")))] = None,
    officer: Officer = None,
) -> None:  # fmt: skip
    """Ask for consent."""
    import msgspec

    from cordiale.desk.outgoing.consent import consent_ask

    if not to:
        raise typer.BadParameter(tr(_("Say who would get them: --to NAME.")))
    with opened() as (node, actor):
        done = consent_ask(
            node.desk,
            acting(officer, actor),
            to=to,
            ids=ids or (),
            of=of,
            types=types or (),
            labels=labels or (),
            pinned=this_version,
            derived=derived,
            until=instant_of(until, end=True) if until else None,
            reason=reason,
        )
    emit({"consents": msgspec.to_builtins(done)}, lambda: _asked(done))


def _asked(done: list[ConsentView]) -> str:
    lines = [
        tr(_("Asking {node} to let {what} go to {to}: request {id}."), node=one.partner, what=_what(one), to=one.to, id=one.id)
        for one in done
    ]  # fmt: skip
    lines.append(tr(_("It leaves with the next exchange. See the answer with: cordiale consent list")))
    return "\n".join(lines)


@app.command("list", cls=Command, help=tr(_("List what was asked by us and of us.")))
def list_(
    waiting: Annotated[bool, typer.Option("--waiting", help=tr(_("Only what is not answered yet.")))] = False,
) -> None:
    """List requests."""
    import msgspec

    from cordiale.desk.outgoing.consent import consent_list

    with opened() as (node, actor):
        found = consent_list(node.desk, actor, waiting=waiting)
    emit({"consents": msgspec.to_builtins(found)}, lambda: _listed(found))


def _listed(found: list[ConsentView]) -> str:
    if not found:
        return tr(_("Nobody asked for consent, here or there."))
    headings = ("ID", tr(_("Who asks")), tr(_("For whom")), tr(_("What")), tr(_("State")), tr(_("Until")))
    rows = [
        (
            one.id[:8],
            one.partner if one.direction == "answering" else tr(_("we ask {node}"), node=one.partner),
            one.to,
            _what(one),
            tr(STATES.get(one.state, one.state)),
            when(one.until),
        )
        for one in found
    ]
    said = table(headings, rows)
    if any(one.direction == "answering" and one.state == "asked" for one in found):
        said += "\n" + tr(
            _("Look at one with: cordiale consent show ID; answer with: cordiale consent answer ID --grant")
        )
    return said


@app.command("show", cls=Command, help=tr(_("Show one request with everything it names.")))
def show(
    id: Annotated[
        str, typer.Argument(metavar="ID", help=tr(_("The request; its first characters are enough.")))
    ],
    statement: Annotated[
        bool,
        typer.Option("--statement", help=tr(_("Print the signed consent alone, to hand it to somebody."))),
    ] = False,
) -> None:
    """Show a request."""
    from cordiale.desk.outgoing.consent import consent_show

    with opened() as (node, actor):
        found = consent_show(node.desk, actor, id)
    emit(found, lambda: found.statement if statement else _shown(found))


def _shown(one: ConsentView) -> str:
    lines = [
        (
            tr(_("{node} asks us to let {what} go to {to}."), node=one.partner, what=_what(one), to=one.to)
            if one.direction == "answering"
            else tr(_("We ask {node} to let {what} go to {to}."), node=one.partner, what=_what(one), to=one.to)
        ),
        tr(_("  Why: {reason} ({by}, {when})"), reason=printable(one.reason) or "–", by=printable(one.by), when=when(one.at)),
        tr(_("  State: {state}"), state=tr(STATES.get(one.state, one.state)))
        + (f"  ({one.answered_by or one.partner}, {when(one.answered_at)})" if one.answered_at else ""),
    ]  # fmt: skip
    if one.until is not None:
        lines.append(tr(_("  Until: {when}"), when=when(one.until)))
    if one.derived:
        lines.append(tr(_("  Also for what they write about it under the same control.")))
    if one.direction == "answering" and one.objects:
        lines.append(tr(_("  Of these, this node stated {ours}."), ours=one.ours))
    lines += [f"  {stix_id}" for stix_id in one.ids]
    return "\n".join(lines)


def _what(one: ConsentView) -> str:
    if one.objects:
        return tr(_("{n} objects"), n=one.objects) if one.objects > 1 else tr(_("1 object"))
    described = [*one.types, *(f"“{printable(label)}”" for label in one.labels)]
    return tr(_("everything that is {described}"), described=", ".join(described))


@app.command("answer", cls=Command, help=tr(_("Grant, refuse or withdraw what a partner asked for.")))
def answer(
    id: Annotated[str, typer.Argument(metavar="ID", help=tr(_("The request; its first characters are enough.")))],
    grant: Annotated[bool, typer.Option("--grant", help=tr(_("Let it go.")))] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help=tr(_("Do not let it go.")))] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help=tr(_("Take back what was granted.")))] = False,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help=tr(_("Grant it only until then.")))] = None,
    officer: Officer = None,
) -> None:  # fmt: skip
    """Answer a request."""
    from cordiale.desk.outgoing.consent import consent_answer

    chosen = [
        state for given, state in ((grant, "granted"), (refuse, "refused"), (withdraw, "withdrawn")) if given
    ]
    if len(chosen) != 1:
        raise typer.BadParameter(tr(_("Say one of --grant, --refuse and --withdraw.")))
    with opened() as (node, actor):
        done = consent_answer(
            node.desk,
            acting(officer, actor),
            id,
            chosen[0],
            until=instant_of(until, end=True) if until else None,
        )
    emit(
        done,
        lambda: tr(
            _("{state}: {node} hears of it with the next exchange."),
            state=tr(STATES[done.state]),
            node=done.partner,
        ),
    )
