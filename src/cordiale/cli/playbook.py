"""`cordiale playbook`: what is done when an object that a search finds arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cordiale.cli.opened import opened
from cordiale.cli.output import emit, printable, table, when
from cordiale.cli.response_shown import short
from cordiale.cli.session import current
from cordiale.cli.tree import Command, group, labelled, tr
from cordiale.platform.languages import _, text

if TYPE_CHECKING:
    from cordiale.desk.answers import Summary
    from cordiale.desk.views.search import Question
    from cordiale.joint.playbook.keeping import Trial
    from cordiale.joint.playbook.model import Entry, Playbook, Step

app = group(
    _("Act when something arrives: mark it, tell people, write it for another program, ask partners.")
)

NAME = typer.Argument(metavar="PLAYBOOK", help=tr(_("Its name; the first characters of its id are enough.")))
STATES = {"off": _("off"), "on": _("on"), "stopped": _("stopped")}
OUTCOMES = {
    "waiting": _("waits"),
    "begun": _("cut short: look whether it was done"),
    "done": _("done"),
    "nothing": _("nothing to do"),
    "refused": _("refused"),
}
KINDS = {"mark": _("mark"), "notify": _("tell"), "export": _("write"), "ask": _("ask")}
WIDEST = 60


# fmt: off
WORDS = Annotated[list[str] | None, typer.Option("--words", metavar="WORD", help=tr(_("A word it holds; may be repeated.")))]
TYPE = Annotated[str | None, typer.Option("--type", "-t", help=tr(_("Only this type, such as indicator.")))]
SOURCE = Annotated[str | None, typer.Option("--source", help=tr(_("Only what this node states.")))]
VALUE = Annotated[str | None, typer.Option("--value", help=tr(_("An observable value, such as ipv4-addr=198.51.100.7.")))]
MARKED = Annotated[str | None, typer.Option("--marked", metavar="ATOM", help=tr(_("Only what is marked so.")))]
MARK = Annotated[list[str] | None, typer.Option("--mark", metavar="ATOM", help=tr(_("Add this to its marking; may be repeated. It only becomes stricter.")))]
NOTIFY = Annotated[list[str] | None, typer.Option("--notify", metavar="PERSON", help=tr(_("Tell somebody of this node; may be repeated.")))]
EXPORT = Annotated[str | None, typer.Option("--export", metavar="FOLDER", help=tr(_("Write it as STIX into this folder of exports.")))]
ASK = Annotated[list[str] | None, typer.Option("--ask", metavar="NODE", help=tr(_("Ask this partner about it; may be repeated.")))]
EN = Annotated[str, typer.Option("--en", metavar="TEXT", help=tr(_("The question in English.")))]
FR = Annotated[str, typer.Option("--fr", metavar="TEXT", help=tr(_("The question in French.")))]
UNDER = Annotated[str, typer.Option("--marking", "-m", metavar="ATOM", help=tr(_("The marking of the question and of the answers.")))]
HOURS = Annotated[int, typer.Option("--hours", metavar="N", min=0, help=tr(_("Hours within which an answer is needed.")))]
# fmt: on


@app.command(
    "add",
    cls=Command,
    help=tr(_("Write a playbook: a search and its steps. It is off until it is turned on.")),
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help=tr(_("What people call it.")))],
    words: WORDS = None,
    type: TYPE = None,
    source: SOURCE = None,
    value: VALUE = None,
    marked: MARKED = None,
    mark: MARK = None,
    notify: NOTIFY = None,
    export: EXPORT = None,
    ask: ASK = None,
    en: EN = "",
    fr: FR = "",
    under: UNDER = "",
    hours: HOURS = 0,
) -> None:
    """Write a playbook."""
    from cordiale.joint.playbook.keeping import playbook_add

    asked = _question(words, type, source, value, marked)
    steps = _steps(mark, notify, export, ask, en, fr, under, hours)
    with opened() as (node, actor):
        made = playbook_add(node.desk, actor, name, asked, steps)
    _kept(made)


@app.command(
    "change",
    cls=Command,
    help=tr(
        _("Write a playbook anew: its search and all of its steps. It is off until it is turned on again.")
    ),
)
def change(
    playbook: Annotated[str, NAME],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help=tr(_("What people call it from now on.")))
    ] = None,
    words: WORDS = None,
    type: TYPE = None,
    source: SOURCE = None,
    value: VALUE = None,
    marked: MARKED = None,
    mark: MARK = None,
    notify: NOTIFY = None,
    export: EXPORT = None,
    ask: ASK = None,
    en: EN = "",
    fr: FR = "",
    under: UNDER = "",
    hours: HOURS = 0,
) -> None:
    """Write a playbook anew."""
    from cordiale.joint.playbook.keeping import playbook_change, playbook_show

    asked = _question(words, type, source, value, marked)
    steps = _steps(mark, notify, export, ask, en, fr, under, hours)
    with opened() as (node, actor):
        called = name or playbook_show(node.desk, actor, playbook).name
        made = playbook_change(node.desk, actor, playbook, called, asked, steps)
    _kept(made)


def _question(
    words: list[str] | None, type: str | None, source: str | None, value: str | None, marked: str | None
) -> Question:
    from cordiale.desk.views.search import Question

    return Question(words=" ".join(words or ()), type=type, source=source, value=value, marking=marked)


def _steps(
    mark: list[str] | None,
    notify: list[str] | None,
    export: str | None,
    ask: list[str] | None,
    en: str,
    fr: str,
    under: str,
    hours: int,
) -> list[Step]:
    from cordiale.joint.playbook.model import Ask, Export, Mark, Notify
    from cordiale.joint.words import Words

    steps: list[Step] = []
    if mark:
        steps.append(Mark(tuple(mark)))
    if notify:
        steps.append(Notify(tuple(notify)))
    if export:
        steps.append(Export(export))
    if ask:
        steps.append(Ask(tuple(ask), Words(en, fr), under, hours))
    return steps


def _kept(made: Playbook) -> None:
    emit(
        _built(made),
        lambda: tr(
            _("Kept: {name}, turned off. See what it would do:  cordiale playbook try {id}"),
            name=made.name,
            id=made.id[:8],
        ),
    )


@app.command("list", cls=Command, help=tr(_("List playbooks.")))
def list_() -> None:
    """List playbooks."""
    from cordiale.joint.playbook.keeping import playbooks

    with opened() as (node, actor):
        found = playbooks(node.desk, actor)
    emit({"playbooks": [_built(one) for one in found]}, lambda: _listed(found))


@app.command(
    "try", cls=Command, help=tr(_("Say what a playbook would do for what is held now; nothing is done."))
)
def try_(
    playbook: Annotated[str, NAME],
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 20,
) -> None:
    """Try a playbook."""
    import msgspec

    from cordiale.joint.playbook.keeping import playbook_try

    with opened() as (node, actor):
        found = playbook_try(node.desk, actor, playbook, limit=limit)
    emit({"would": msgspec.to_builtins(found)}, lambda: _tried(found))


@app.command(
    "on", cls=Command, help=tr(_("Turn a playbook on: it acts in your name for what arrives from now on."))
)
def on(playbook: Annotated[str, NAME]) -> None:
    """Turn a playbook on."""
    _turned(playbook, "on")


@app.command("off", cls=Command, help=tr(_("Turn a playbook off.")))
def off(playbook: Annotated[str, NAME]) -> None:
    """Turn a playbook off."""
    _turned(playbook, "off")


@app.command("log", cls=Command, help=tr(_("Show what playbooks did, newest first.")))
def log(
    playbook: Annotated[str | None, typer.Argument(metavar="[PLAYBOOK]", help=tr(_("Only of this one.")))] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", help=tr(_("Most lines.")))] = 50,
) -> None:  # fmt: skip
    """Show the log."""
    import msgspec

    from cordiale.joint.playbook.keeping import playbook_log

    with opened() as (node, actor):
        found = playbook_log(node.desk, actor, playbook, limit=limit)
    emit(
        {"log": [msgspec.to_builtins(entry) for entry, _item in found]},
        lambda: _logged(found),
    )


@app.command("drop", cls=Command, help=tr(_("Remove a playbook; its log stays.")))
def drop(playbook: Annotated[str, NAME]) -> None:
    """Remove a playbook."""
    from cordiale.joint.playbook.keeping import playbook_drop

    with opened() as (node, actor):
        playbook_drop(node.desk, actor, playbook)
    emit({"dropped": playbook}, lambda: tr(_("Removed: {name}"), name=playbook))


def _turned(playbook: str, state: Any) -> None:
    from cordiale.joint.playbook.keeping import playbook_turn

    with opened() as (node, actor):
        now = playbook_turn(node.desk, actor, playbook, state)
    emit(_built(now), lambda: tr(_("{name}: {state}"), name=now.name, state=tr(STATES[now.state])))


def _built(one: Playbook) -> dict[str, Any]:
    import msgspec

    said: dict[str, Any] = msgspec.to_builtins(one)
    said.pop("seen")
    return said


def _listed(found: list[Playbook]) -> str:
    if not found:
        return tr(_("There is no playbook. Write one with: cordiale playbook add"))
    headings = ("ID", tr(_("Name")), tr(_("Finds")), tr(_("Steps")), tr(_("In whose name")), tr(_("State")))
    rows = [
        (
            one.id[:8],
            printable(one.name),
            printable(_search(one)),
            ", ".join(_kind(step) for step in one.steps),
            printable(one.owner),
            tr(STATES[one.state]),
        )
        for one in found
    ]
    why = [_why(one) for one in found if one.why]
    return "\n".join([table(headings, rows), *why])


def _why(one: Playbook) -> str:
    from cordiale.joint.playbook.running import MOST

    reason = text(current().lang, one.why, limit=MOST, name=one.owner)
    return tr(_("{name}: {reason}"), name=printable(one.name), reason=reason)


def _search(one: Playbook) -> str:
    asked = one.asked
    parts = (asked.words, asked.type, asked.source, asked.value, asked.marking)
    return " · ".join(part for part in parts if part)[:WIDEST]


def _kind(step: Step) -> str:
    return tr(KINDS[str(type(step).__struct_config__.tag)])


def _tried(found: list[Trial]) -> str:
    if not found:
        return tr(_("Nothing that is held would be found: it waits for what arrives."))
    lines = []
    for trial in found:
        lines.append(f"{printable(trial.item.name or trial.item.id)[:WIDEST]}  {short(trial.item.id)}")
        lines += [
            "  " + labelled(tr(OUTCOMES[outcome]), _said(said, facts)) for outcome, said, facts in trial.steps
        ]
    return "\n".join(lines)


def _logged(found: list[tuple[Entry, Summary]]) -> str:
    if not found:
        return tr(_("Nothing was done yet."))
    headings = (tr(_("When")), tr(_("Object")), tr(_("Outcome")), tr(_("What")))
    rows = [
        (
            when(entry.at),
            printable(item.name or item.id)[:WIDEST],
            tr(OUTCOMES[entry.outcome]),
            _said(entry.said, entry.facts),
        )
        for entry, item in found
    ]
    return table(headings, rows)


def _said(said: str, facts: dict[str, str]) -> str:
    return printable(text(current().lang, said, **facts)) if said else "–"
