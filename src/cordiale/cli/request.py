"""`cordiale request ask|list|show|answer|assign|settle`: what partners ask one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.moment import instant_of
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table, when
from cordiale.cli.response_shown import in_words, short, told
from cordiale.cli.tree import Command, group, labelled, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.joint.request import RequestView

app = group(_("Ask partners for information, answer them, and say when a question is settled."))

ID = typer.Argument(metavar="REQUEST", help=tr(_("The request; the first characters of its id are enough.")))
EN = typer.Option("--en", metavar="TEXT", help=tr(_("In English.")))
FR = typer.Option("--fr", metavar="TEXT", help=tr(_("In French.")))

STATES = {
    "open": _("awaiting an answer"),
    "accepted": _("being worked on"),
    "partial": _("answered in part"),
    "answered": _("answered"),
    "declined": _("declined"),
    "satisfied": _("satisfied"),
    "unsatisfied": _("not satisfied"),
    "withdrawn": _("withdrawn"),
}


@app.command("ask", cls=Command, help=tr(_("Ask partners something, about objects or at large.")))
def ask(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help=tr(_("What it is about, by STIX id.")))] = None,
    to: Annotated[list[str] | None, typer.Option("--to", metavar="NODE", help=tr(_("Whom to ask; may be repeated.")))] = None,
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("The marking of the question and of the answers.")))] = "",
    due: Annotated[str | None, typer.Option("--due", metavar="TIME", help=tr(_("By when an answer is needed.")))] = None,
    priority: Annotated[str, typer.Option("--priority", metavar="WORD", help=tr(_("low, normal or high.")))] = "normal",
    together: Annotated[bool, typer.Option("--together", help=tr(_("One request to all of them, so that each sees whom else you ask.")))] = False,
) -> None:  # fmt: skip
    """Ask."""
    import msgspec

    from cordiale.joint.request import ask as asked
    from cordiale.joint.words import Words

    if not to or not marking:
        raise typer.BadParameter(tr(_("Say whom you ask (--to NODE) and under which marking (-m).")))
    with opened() as (node, actor):
        groups = [to] if together else [[one] for one in to]
        done = [
            asked(
                node.desk,
                actor,
                each,
                Words(en, fr),
                marking=marking,
                objects=ids or (),
                due=instant_of(due, end=True) if due else None,
                priority=priority,
            )
            for each in groups
        ]
    emit(
        {"requests": msgspec.to_builtins(done)},
        lambda: "\n".join(told(tr(_("Asked: {id}"), id=short(one.id)), one.sent) for one in done),
    )


@app.command("list", cls=Command, help=tr(_("List what we asked and what we are asked, the next due first.")))
def list_(
    all_: Annotated[bool, typer.Option("--all", help=tr(_("Settled ones too.")))] = False,
) -> None:
    """List requests."""
    import msgspec

    from cordiale.joint.request import requests

    with opened() as (node, actor):
        found = requests(node.desk, actor, everything=all_)
    emit({"requests": msgspec.to_builtins(found)}, lambda: _listed(found))


def _listed(found: list[RequestView]) -> str:
    if not found:
        return tr(_("Nobody waits for an answer, here or there."))
    headings = ("ID", tr(_("Who asks")), tr(_("Whom")), tr(_("Question")), tr(_("By when")), tr(_("State")), tr(_("Who looks after it")))  # fmt: skip
    rows = [
        (
            short(one.id),
            one.asker,
            ", ".join(one.to),
            in_words(one.words)[:80],
            when(one.due),
            tr(STATES[one.state]) + (tr(_(" (overdue)")) if one.overdue else ""),
            printable(one.assigned),
        )
        for one in found
    ]
    return table(headings, rows)


@app.command("show", cls=Command, help=tr(_("Show a request with its answers.")))
def show(id: Annotated[str, ID]) -> None:
    """Show a request."""
    from cordiale.joint.request import request_show

    with opened() as (node, actor):
        found = request_show(node.desk, actor, id)
    emit(found, lambda: _shown(found))


def _shown(one: RequestView) -> str:
    lines = [
        tr(_("{asker} asks {to}: {words}"), asker=one.asker, to=", ".join(one.to), words=in_words(one.words)),
        f"  [{' '.join(one.marking)}]",
        tr(_("  Due: {due}. State: {state}"), due=when(one.due), state=tr(STATES[one.state])),
        *(tr(_("  About: {id}"), id=each) for each in one.objects),
    ]
    if one.assigned:
        lines.append(tr(_("  {person} looks after it."), person=printable(one.assigned)))
    for each in one.answers:
        lines.append(
            labelled(f"{each.node}, {when(each.at)}", f"{tr(STATES[each.state])}. {in_words(each.words)}")
        )
        lines += [tr(_("  Given with it: {id}"), id=ref) for ref in each.objects]
    if in_words(one.why):
        lines.append(labelled(one.asker, in_words(one.why)))
    return "\n".join(lines)


@app.command("answer", cls=Command, help=tr(_("Answer a request, with objects or without.")))
def answer(
    id: Annotated[str, ID],
    how: Annotated[str, typer.Argument(metavar="WORD", help=tr(_("accepted, declined, partial or answered.")))],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    objects: Annotated[list[str] | None, typer.Option("--with", metavar="ID", help=tr(_("An object that answers it; may be repeated.")))] = None,
) -> None:  # fmt: skip
    """Answer."""
    from cordiale.joint.answer import answer as answered
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = answered(node.desk, actor, id, how, Words(en, fr), objects=objects or ())
    emit(done, lambda: told(tr(_("{state}."), state=tr(STATES[done.state]).capitalize()), done.sent))


@app.command(
    "assign", cls=Command, help=tr(_("Say who of this node looks after a request; partners are not told."))
)
def assign(
    id: Annotated[str, ID],
    person: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("Who; an empty name for nobody.")))],
) -> None:
    """Assign a request."""
    from cordiale.joint.request import assign as assigned

    with opened() as (node, actor):
        done = assigned(node.desk, actor, id, person)
    emit(done, lambda: _shown(done))


@app.command(
    "settle",
    cls=Command,
    help=tr(_("Say as the asker that a request is satisfied, was not, or is withdrawn.")),
)
def settle(
    id: Annotated[str, ID],
    how: Annotated[str, typer.Argument(metavar="WORD", help=tr(_("satisfied, unsatisfied or withdrawn.")))],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
) -> None:  # fmt: skip
    """Settle a request."""
    from cordiale.joint.request import settle as settled
    from cordiale.joint.words import Words

    if how not in ("satisfied", "unsatisfied", "withdrawn"):
        raise typer.BadParameter(tr(_("Say one of satisfied, unsatisfied and withdrawn.")))
    with opened() as (node, actor):
        done = settled(node.desk, actor, id, how, Words(en, fr))  # type: ignore[arg-type]
    emit(done, lambda: told(tr(_("{state}."), state=tr(STATES[done.state]).capitalize()), done.sent))
