"""`cordiale recall ask|list|show|confirm|answer`: take back what was released, and answer who takes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.officer import Officer, acting
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when, yes
from cordiale.cli.tree import Command, Falling, group, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.answers import Recalled, RecallReceived

app = group(_("Take back what was released, and answer partners who take back."), Falling)

STATES = {
    "draft": _("drafted: waits for a named person"),
    "asked": _("asked"),
    "acknowledged": _("acknowledged"),
    "in-use": _("in use there, being corrected"),
    "refused": _("cannot be done there"),
    "unreachable": _("asked; no answer by the deadline"),
}
OUTCOMES = {
    "done": _("done"),
    "in-use": _("in use here, being corrected"),
    "cannot": _("cannot be done here"),
}
ONWARD = {
    "asked": _("asked, not all have answered"),
    "acknowledged": _("acknowledged by all"),
    "refused": _("not all can do it"),
}

RECALL = typer.Argument(metavar="RECALL", help=tr(_("The recall, by its id in the list.")))


@app.command(
    "ask",
    cls=Command,
    help=tr(
        _(
            "Ask partners to take back what they were given. One object goes at once; many wait until a "
            "person who saw the counts confirms. The word “ask” may be left out."
        )
    ),
)
def ask(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID…]", help=tr(_("Objects, by STIX id.")))
    ] = None,
    partner: Annotated[
        str | None, typer.Option("--partner", "-p", help=tr(_("Only from this partner.")))
    ] = None,
    reason: Annotated[str, typer.Option(help=tr(_("Why; the partner reads it.")))] = "",
    action: Annotated[
        str, typer.Option(help=tr(_("What they are asked to do: purge, stop-use or downgrade.")))
    ] = "purge",
    marking: Annotated[
        str | None,
        typer.Option("--marking", "-m", metavar="ATOM…", help=tr(_("What a downgrade puts it under."))),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help=tr(_("The object itself: versions to come are refused too.")))
    ] = False,
    members: Annotated[
        bool, typer.Option("--members", help=tr(_("With what a report or another container holds.")))
    ] = False,
    listed: Annotated[
        Path | None, typer.Option("--from", help=tr(_("A file with one STIX id a line.")))
    ] = None,
    entries: Annotated[
        str | None,
        typer.Option("--entries", metavar="N-M", help=tr(_("Entries of one partner's stream instead."))),
    ] = None,
    erasure: Annotated[
        bool,
        typer.Option("--erasure", help=tr(_("Somebody asks for it by right: take whole objects away."))),
    ] = False,
    sure: Annotated[
        bool, typer.Option("--yes", help=tr(_("Send even where a person would be asked first.")))
    ] = False,
    officer: Officer = None,
) -> None:
    """Recall objects."""
    import msgspec

    from cordiale.desk.outgoing import recall as desk

    wanted = list(ids or ())
    if listed is not None:
        wanted += listed.read_text("utf-8").split()
    with opened() as (node, actor):
        done = desk.recall(
            node.desk,
            acting(officer, actor),
            ids=wanted,
            entries=_range(entries) if entries else None,
            partner=partner,
            reason=reason,
            action=action,
            scope="object" if whole else "version",
            marking=marking,
            members=members,
            confirm=sure,
            erasure=erasure,
        )
    emit({"recalls": msgspec.to_builtins(done)}, lambda: _asked(done))


def _range(written: str) -> tuple[int, int]:
    from cordiale.platform.errors import InputError

    first, _hyphen, last = written.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        raise InputError(
            "recall-range", _("“{written}” is no range of entries. Write such as 100-250."), written=written
        )
    return int(first), int(last or first)


@app.command("list", cls=Command, help=tr(_("List recalls: ours, or those that partners sent us.")))
def list_(
    partner: Annotated[
        str | None, typer.Option("--partner", "-p", help=tr(_("Only those to this partner.")))
    ] = None,
    received: Annotated[
        bool, typer.Option("--received", help=tr(_("Those that partners sent us, and what we answered.")))
    ] = False,
) -> None:
    """List recalls."""
    import msgspec

    from cordiale.desk.outgoing import recall as desk

    with opened() as (node, actor):
        if received:
            found = desk.recall_received(node.desk, actor)
            emit({"received": msgspec.to_builtins(found)}, lambda: _received(found))
            return
        done = desk.recall_list(node.desk, actor, partner=partner)
    emit(
        {"recalls": msgspec.to_builtins(done)},
        lambda: (
            _words(done)
            if done
            else tr(_("Nothing was recalled yet. Begin with: cordiale recall ID --reason WHY"))
        ),
    )


@app.command("show", cls=Command, help=tr(_("Show one recall: what it concerns, by whom, and the answer.")))
def show(
    recall: Annotated[str, RECALL],
    every: Annotated[bool, typer.Option("--ids", help=tr(_("With the id of every object.")))] = False,
) -> None:
    """Show a recall."""
    from cordiale.desk.outgoing.recall import recall_show

    with opened() as (node, actor):
        found = recall_show(node.desk, actor, recall)
    emit(found, lambda: _detail(found, every=every))


@app.command(
    "confirm", cls=Command, help=tr(_("Send a drafted recall, as somebody who saw what it concerns."))
)
def confirm(
    recall: Annotated[str, RECALL],
    objects: Annotated[
        int | None,
        typer.Option("--objects", metavar="N", help=tr(_("How many objects you saw that it concerns."))),
    ] = None,
    officer: Officer = None,
) -> None:
    """Confirm a recall."""
    from cordiale.desk.outgoing.recall import recall_confirm, recall_show
    from cordiale.platform.errors import NotAllowed

    with opened() as (node, actor):
        if objects is None:
            found = recall_show(node.desk, actor, recall)
            typer.echo(_detail(found, every=False), err=True)
            if not yes(tr(_("Send this recall?"))):
                raise NotAllowed(
                    "not-confirmed",
                    _("Nothing was sent: look at the counts, then repeat with --objects {count}"),
                    count=found.objects,
                )
            objects = found.objects
        sent = recall_confirm(node.desk, acting(officer, actor), recall, objects=objects)
    emit(sent, lambda: _words([sent]))


@app.command(
    "drop",
    cls=Command,
    help=tr(_("Forget a drafted recall that asks for nothing, or that a person drafted.")),
)
def drop(recall: Annotated[str, RECALL], officer: Officer = None) -> None:
    """Drop a draft."""
    from cordiale.desk.outgoing.recall import recall_drop

    with opened() as (node, actor):
        gone = recall_drop(node.desk, acting(officer, actor), recall)
    emit(gone, lambda: tr(_("The draft {id} is forgotten: nothing was sent."), id=gone.recall))


@app.command(
    "answer",
    cls=Command,
    help=tr(
        _(
            "Answer a recall that a partner sent, beyond what this node did by itself: done, in-use or "
            "cannot. Products are named only if you name them."
        )
    ),
)
def answer(
    recall: Annotated[str, RECALL],
    outcome: Annotated[str, typer.Argument(metavar="ANSWER", help=tr(_("done, in-use or cannot.")))],
    until: Annotated[
        str | None, typer.Option(help=tr(_("When it will be corrected, such as 2027-01-31T00:00:00Z.")))
    ] = None,
    note: Annotated[str, typer.Option(help=tr(_("A word to the partner.")))] = "",
    product: Annotated[
        list[str] | None, typer.Option("--product", help=tr(_("A product to name; may be repeated.")))
    ] = None,
    officer: Officer = None,
) -> None:
    """Answer a recall."""
    from cordiale.desk.outgoing.recall import recall_answer

    with opened() as (node, actor):
        done = recall_answer(
            node.desk,
            acting(officer, actor),
            recall,
            outcome,
            until=until,
            note=note,
            products=product or (),
        )
    emit(done, lambda: _received([done]))


def _asked(done: list[Recalled]) -> str:
    return _words(done) if done else tr(_("No partner holds any of it: nothing to recall."))


def _words(done: list[Recalled]) -> str:
    rows = [(r.recall, r.partner, str(r.objects), r.action, _state(r), when(r.at)) for r in done]
    headings = ("ID", tr(_("Partner")), tr(_("Objects")), tr(_("Action")), tr(_("State")), tr(_("When")))
    said = table(headings, rows)
    drafted = [r for r in done if r.state == "draft"]
    if drafted:
        said += "\n" + tr(
            _(
                "A drafted one concerns many, or follows from rules: see cordiale recall show {id}, then confirm it."
            ),
            id=drafted[0].recall,
        )
    return said


def _state(found: Recalled) -> str:
    said = tr(STATES.get(found.state, found.state))
    if found.parts > 1 and found.state in ("asked", "unreachable"):
        said += " " + tr(_("({answered} of {parts} parts)"), answered=found.answered, parts=found.parts)
    return said


def _reason(written: str) -> str:
    """Say why something is asked back; a request for erasure is said in the reader's language."""
    first, _colon, rest = written.partition(": ")
    if first == "erasure":
        return tr(_("request for erasure")) + (f" – {rest}" if rest else "")
    return written or "–"


def _detail(found: Recalled, *, every: bool) -> str:
    what = ", ".join(f"{n} {kind}" for kind, n in found.types.items())
    lines = [
        (tr(_("Recall")), found.recall),
        (tr(_("Partner")), found.partner),
        (tr(_("Action")), " ".join((found.action, *found.marking))),
        (tr(_("Objects")), f"{found.objects} ({what})"),
        (tr(_("Versions")), str(found.versions)),
        (tr(_("Also those to come")), tr(_("yes")) if found.scope == "object" else tr(_("no"))),
        (tr(_("Reason")), _reason(found.reason)),
        (tr(_("By")), found.by),
        (tr(_("When")), when(found.at)),
        (tr(_("State")), _state(found)),
    ]
    if found.due is not None:
        lines.append((tr(_("Answer due")), when(found.due)))
    if found.until is not None:
        lines.append((tr(_("Corrected by")), when(found.until)))
    if found.onward:
        lines.append((tr(_("Those to whom they gave it")), tr(ONWARD[found.onward])))
    if found.products:
        lines.append((tr(_("Products")), ", ".join(found.products)))
    if found.note:
        lines.append((tr(_("Note")), found.note))
    said = table(("", ""), lines)
    return said + "\n" + "\n".join(found.ids) if every else said


def _received(found: list[RecallReceived]) -> str:
    if not found:
        return tr(_("No partner has asked for anything back."))
    rows = [
        (
            r.recall,
            r.partner,
            str(r.versions),
            " ".join((r.action, *r.marking)),
            _reason(r.reason),
            tr(OUTCOMES.get(r.outcome, r.outcome)) + (f" ({when(r.until)})" if r.until else ""),
            when(r.at),
        )
        for r in found
    ]
    headings = (
        "ID",
        tr(_("Partner")),
        tr(_("Versions")),
        tr(_("Action")),
        tr(_("Reason")),
        tr(_("Our answer")),
        tr(_("When")),
    )
    return table(headings, rows)
