"""`cordiale case open|list|show|add|task|report|close`: what partners work on together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.moment import instant_of
from cordiale.cli.opened import opened
from cordiale.cli.output import emit, table, when
from cordiale.cli.response_shown import HERE, STATES, added, in_words, short, told
from cordiale.cli.tree import Command, group, labelled, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.joint.dossier import Dossier

app = group(_("Work on something with partners: objects, contributions, tasks with owner and due time."))

CASE = typer.Argument(metavar="CASE", help=tr(_("The case; the first characters of its id are enough.")))
EN = typer.Option("--en", metavar="TEXT", help=tr(_("In English.")))
FR = typer.Option("--fr", metavar="TEXT", help=tr(_("In French.")))


@app.command(
    "open",
    cls=Command,
    help=tr(_("Open a case as its chair, and give it with its objects to those it names.")),
)
def open_(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help=tr(_("The objects it gathers, by STIX id.")))] = None,
    members: Annotated[list[str] | None, typer.Option("--with", metavar="NODE", help=tr(_("A member beside this node; may be repeated.")))] = None,
    observers: Annotated[list[str] | None, typer.Option("--observer", metavar="NODE", help=tr(_("Who reads and takes no position; may be repeated.")))] = None,
    title_en: Annotated[str, typer.Option("--title-en", metavar="TEXT", help=tr(_("Its title in English.")))] = "",
    title_fr: Annotated[str, typer.Option("--title-fr", metavar="TEXT", help=tr(_("Its title in French.")))] = "",
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("The marking of all that is said in it.")))] = "",
    due: Annotated[str | None, typer.Option("--due", metavar="TIME", help=tr(_("By when it is to be done.")))] = None,
) -> None:  # fmt: skip
    """Open a case."""
    from cordiale.joint.case import open_case
    from cordiale.joint.words import Words

    if not marking:
        raise typer.BadParameter(tr(_("Say under which marking it is (-m).")))
    with opened() as (node, actor):
        done = open_case(
            node.desk,
            actor,
            title=Words(title_en, title_fr),
            members=members or (),
            observers=observers or (),
            marking=marking,
            objects=ids or (),
            due=instant_of(due, end=True) if due else None,
        )
    emit(done, lambda: told(tr(_("Case {id} is open."), id=short(done.id)), done.sent))


@app.command("list", cls=Command, help=tr(_("List cases, those of responses included.")))
def list_() -> None:
    """List cases."""
    from cordiale.joint.dossier import dossiers

    with opened() as (node, actor):
        found = dossiers(node.desk, actor)
    emit({"cases": [_plain(one) for one in found]}, lambda: _listed(found))


def _listed(found: list[Dossier]) -> str:
    if not found:
        return tr(_("There is no case. Open one with: cordiale case open"))
    headings = ("ID", tr(_("Title")), tr(_("Chair")), tr(_("Members")), tr(_("Tasks")), tr(_("State")))
    rows = [
        (
            short(one.case.id),
            in_words(one.case.said.title),
            one.case.said.chair,
            ", ".join(one.case.said.members),
            str(sum(task.state not in ("done", "dropped") for task in one.tasks)),
            tr(_("closed")) if one.case.said.state == "closed" else tr(_("in progress")),
        )
        for one in found
    ]
    return table(headings, rows)


@app.command("show", cls=Command, help=tr(_("Show a case: who takes part, what was said, tasks.")))
def show(case: Annotated[str, CASE]) -> None:
    """Show a case."""
    from cordiale.joint.dossier import dossier

    with opened() as (node, actor):
        found = dossier(node.desk, actor, case)
    emit(_plain(found), lambda: _shown(found))


def _shown(one: Dossier) -> str:
    said = one.case.said
    here = "chair" if one.node == said.chair else "member" if one.node in said.members else "observer"
    lines = [
        f"{in_words(said.title)}  [{' '.join(sorted(one.case.marking))}]",
        tr(_("  Chaired by {chair}; this node: {here}."), chair=said.chair, here=tr(HERE[here])),
        tr(_("  Members: {members}"), members=", ".join(said.members)),
        *(tr(_("  About: {id}"), id=each) for each in said.object_refs),
    ]
    lines += [
        "  " + labelled(f"{each.author}, {each.said.at[:19].replace('T', ' ')}", in_words(each.said.words))
        for each in one.said
    ]
    if one.tasks:
        headings = ("ID", tr(_("Owner")), tr(_("Task")), tr(_("By when")), tr(_("State")))
        rows = [
            (short(t.id), t.owner, in_words(t.words), when(t.due), tr(STATES[t.state]) + (tr(_(" (late)")) if t.late else ""))
            for t in one.tasks
        ]  # fmt: skip
        lines += ["", table(headings, rows)]
    return "\n".join(lines)


@app.command("add", cls=Command, help=tr(_("Say something in a case, with objects or without.")))
def add(
    case: Annotated[str, CASE],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    objects: Annotated[list[str] | None, typer.Option("--about", metavar="ID", help=tr(_("An object it is about; may be repeated.")))] = None,
) -> None:  # fmt: skip
    """Say something in a case."""
    from cordiale.joint.contribution import contribute
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = contribute(node.desk, actor, case, "comment", Words(en, fr), objects=objects or ())
    emit(done, lambda: added(done))


@app.command("task", cls=Command, help=tr(_("Give a member something to do, as the chair.")))
def task(
    case: Annotated[str, CASE],
    owner: Annotated[str, typer.Argument(metavar="NODE", help=tr(_("The member that does it.")))],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    due: Annotated[str | None, typer.Option("--due", metavar="TIME", help=tr(_("By when it is to be done.")))] = None,
) -> None:  # fmt: skip
    """Give a task."""
    from cordiale.joint.task import give
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = give(
            node.desk, actor, case, owner, Words(en, fr), due=instant_of(due, end=True) if due else None
        )
    emit(done, lambda: told(tr(_("Task {id} is given to {node}."), id=short(done.id), node=owner), done.sent))


@app.command("report", cls=Command, help=tr(_("Say how far a task is, as its owner.")))
def report(
    case: Annotated[str, CASE],
    task: Annotated[str, typer.Argument(metavar="ID", help=tr(_("The task; the first characters of its id are enough.")))],
    state: Annotated[str, typer.Argument(metavar="WORD", help=tr(_("open, under-way, done or dropped.")))],
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
) -> None:  # fmt: skip
    """Say how far a task is."""
    from cordiale.joint.task import report_on
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = report_on(node.desk, actor, case, task, state, Words(en, fr))
    emit(done, lambda: added(done))


@app.command(
    "close", cls=Command, help=tr(_("Close a case as its chair: it is read, and nothing more is said in it."))
)
def close(case: Annotated[str, CASE]) -> None:
    """Close a case."""
    from cordiale.joint.case import close_case

    with opened() as (node, actor):
        done = close_case(node.desk, actor, case)
    emit(done, lambda: tr(_("Case {id} is closed."), id=short(done.id)))


def _plain(one: Dossier) -> dict[str, object]:
    """Return a case as its JSON answer gives it."""
    import msgspec

    said = one.case.said
    return {
        "id": one.case.id,
        **msgspec.to_builtins(said),
        "marking": sorted(one.case.marking),
        "said": [
            {"id": each.id, "node": each.author, **msgspec.to_builtins(each.said), "objects": list(each.refs[1:])}
            for each in one.said
        ],
        "tasks": msgspec.to_builtins(one.tasks),
    }  # fmt: skip
