"""`cordiale incident open|list|show|event|impact|task|stand|affect|change|order|give|sectors`: incidents by Incident Core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cordiale.cli.incident_shown import listed, sector_table, shown, wrote
from cordiale.cli.moment import instant_of
from cordiale.cli.opened import opened
from cordiale.cli.output import emit
from cordiale.cli.response_shown import short, told
from cordiale.cli.tree import Command, group, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordiale.desk.actor import Actor
    from cordiale.joint.incident.giving import Handed
    from cordiale.joint.incident.writing import Wrote
    from cordiale.node import Node

app = group(_("Keep incidents with partners: events, impacts, tasks, whom they concern, what is next."))

ID = typer.Argument(metavar="INCIDENT", help=tr(_("The incident; the first characters of its id are enough.")))  # fmt: skip
NAME_EN = typer.Option("--name-en", metavar="TEXT", help=tr(_("What it is called, in English.")))
NAME_FR = typer.Option("--name-fr", metavar="TEXT", help=tr(_("What it is called, in French.")))
EN = typer.Option("--en", metavar="TEXT", help=tr(_("In English.")))
FR = typer.Option("--fr", metavar="TEXT", help=tr(_("In French.")))
MARKING = typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("Its marking; without one it is marked as the incident is.")))  # fmt: skip
SINCE = typer.Option("--since", metavar="TIME", help=tr(_("When it began.")))
UNTIL = typer.Option("--until", metavar="TIME", help=tr(_("When it ended; for what is to be done, by when.")))
TYPE = typer.Option("--type", metavar="WORD", help=tr(_("What kind, as Incident Core words it; may be repeated.")))  # fmt: skip
SCORE = typer.Option("--criticality", metavar="N", help=tr(_("How critical, from 0 to 100.")))
SECTOR = typer.Option("--sector", metavar="WORD", help=tr(_("A sector, such as energy or ca:health; may be repeated.")))  # fmt: skip


@app.command("open", cls=Command, help=tr(_("Open an incident, from findings or from nothing.")))
def open_(
    findings: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help=tr(_("What it is opened from, by STIX id.")))] = None,
    name_en: Annotated[str, NAME_EN] = "",
    name_fr: Annotated[str, NAME_FR] = "",
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    marking: Annotated[str, typer.Option("-m", "--marking", metavar="ATOM", help=tr(_("Its marking, beside that of the findings.")))] = "",
    determination: Annotated[str, typer.Option("--determination", metavar="WORD", help=tr(_("suspected, confirmed, blocked, failed-attempt, false-positive or low-value.")))] = "suspected",
    criticality: Annotated[int | None, SCORE] = None,
    types: Annotated[list[str] | None, TYPE] = None,
    sectors: Annotated[list[str] | None, SECTOR] = None,
) -> None:  # fmt: skip
    """Open an incident."""
    from cordiale.joint.incident.opening import open_incident
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = open_incident(
            node.desk,
            actor,
            Words(name_en, name_fr),
            words=Words(en, fr),
            findings=findings or (),
            marking=marking,
            determination=determination,
            criticality=criticality,
            types=types or (),
            sectors=sectors or (),
        )
    emit(done, lambda: wrote(tr(_("Opened: {id}"), id=short(done.id)), done.marking))


@app.command("list", cls=Command, help=tr(_("List the incidents that are under way, the last changed first.")))  # fmt: skip
def list_(
    all_: Annotated[bool, typer.Option("--all", help=tr(_("Closed ones too.")))] = False,
    sector: Annotated[str, typer.Option("--sector", metavar="WORD", help=tr(_("Only those about a sector.")))] = "",
) -> None:  # fmt: skip
    """List incidents."""
    import msgspec

    from cordiale.joint.incident.reading import incidents

    with opened() as (node, actor):
        found = [
            one for one in incidents(node.desk, actor, everything=all_) if not sector or sector in one.sectors
        ]
    emit({"incidents": msgspec.to_builtins(found)}, lambda: listed(found))


@app.command("show", cls=Command, help=tr(_("Show an incident: what is next, its timeline, its impacts, whom it concerns.")))  # fmt: skip
def show(id: Annotated[str, ID]) -> None:
    """Show an incident."""
    from cordiale.joint.incident.reading import incident_show

    with opened() as (node, actor):
        found = incident_show(node.desk, actor, id)
    emit(found, lambda: shown(found))


@app.command("event", cls=Command, help=tr(_("Add something that happened, or that may.")))
def event(
    id: Annotated[str, ID],
    name_en: Annotated[str, NAME_EN] = "",
    name_fr: Annotated[str, NAME_FR] = "",
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    since: Annotated[str | None, SINCE] = None,
    until: Annotated[str | None, UNTIL] = None,
    status: Annotated[str, typer.Option("--status", metavar="WORD", help=tr(_("occurred, ongoing, pending, not-occurred or undetermined.")))] = "occurred",
    types: Annotated[list[str] | None, TYPE] = None,
    sightings: Annotated[list[str] | None, typer.Option("--sighting", metavar="ID", help=tr(_("A sighting it rests on; may be repeated.")))] = None,
    marking: Annotated[str, MARKING] = "",
) -> None:  # fmt: skip
    """Add an event."""
    from cordiale.joint.incident.adding import add_event
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = add_event(
            node.desk,
            actor,
            id,
            Words(name_en, name_fr),
            words=Words(en, fr),
            status=status,
            start=_at(since),
            end=_at(until),
            types=types or (),
            sightings=sightings or (),
            marking=marking,
        )
        handed = _hand_on(node, actor, done)
    _added(done, handed)


@app.command("impact", cls=Command, help=tr(_("Add what an incident did: of one kind, with the details Incident Core has for it.")))  # fmt: skip
def impact(
    id: Annotated[str, ID],
    category: Annotated[str, typer.Argument(metavar="KIND", help=tr(_("availability, confidentiality, external, integrity, monetary, physical or traceability.")))],
    details: Annotated[list[str] | None, typer.Option("--detail", metavar="NAME=VALUE", help=tr(_("Such as availability_impact=70 or loss_type=confirmed-loss; may be repeated.")))] = None,
    counts: Annotated[list[str] | None, typer.Option("--count", metavar="WORD=N", help=tr(_("How many of what, such as organization=3; may be repeated.")))] = None,
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    criticality: Annotated[int | None, SCORE] = None,
    since: Annotated[str | None, SINCE] = None,
    until: Annotated[str | None, UNTIL] = None,
    marking: Annotated[str, MARKING] = "",
) -> None:  # fmt: skip
    """Add an impact."""
    from cordiale.joint.incident.adding import add_impact
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = add_impact(
            node.desk,
            actor,
            id,
            category,
            _pairs(details or ()),
            words=Words(en, fr),
            criticality=criticality,
            counts={name: _whole(many) for name, many in _pairs(counts or ()).items()},
            start=_at(since),
            end=_at(until),
            marking=marking,
        )
        handed = _hand_on(node, actor, done)
    _added(done, handed)


@app.command("task", cls=Command, help=tr(_("Add what is to be done, or was.")))
def task(
    id: Annotated[str, ID],
    name_en: Annotated[str, NAME_EN] = "",
    name_fr: Annotated[str, NAME_FR] = "",
    en: Annotated[str, EN] = "",
    fr: Annotated[str, FR] = "",
    since: Annotated[str | None, SINCE] = None,
    until: Annotated[str | None, UNTIL] = None,
    outcome: Annotated[str, typer.Option("--outcome", metavar="WORD", help=tr(_("pending, ongoing, successful, failed, cancelled or unknown.")))] = "pending",
    types: Annotated[list[str] | None, TYPE] = None,
    priority: Annotated[int | None, typer.Option("--priority", metavar="N", help=tr(_("From 0 to 100.")))] = None,
    owner: Annotated[str, typer.Option("--owner", metavar="ID", help=tr(_("Who does it: the id of an identity, or “us”.")))] = "",
    marking: Annotated[str, MARKING] = "",
) -> None:  # fmt: skip
    """Add a task."""
    from cordiale.joint.incident.adding import add_task
    from cordiale.joint.words import Words

    with opened() as (node, actor):
        done = add_task(
            node.desk,
            actor,
            id,
            Words(name_en, name_fr),
            words=Words(en, fr),
            outcome=outcome,
            start=_at(since),
            end=_at(until, end=True),
            types=types or (),
            priority=priority,
            owner=owner,
            marking=marking,
        )
        handed = _hand_on(node, actor, done)
    _added(done, handed)


@app.command("stand", cls=Command, help=tr(_("Say how an event, a task or an impact of ours stands now.")))
def stand(
    piece: Annotated[str, typer.Argument(metavar="ID", help=tr(_("The event, task or impact, by its whole STIX id.")))],
    state: Annotated[str, typer.Argument(metavar="[WORD]", help=tr(_("An event's status or a task's outcome.")))] = "",
    until: Annotated[str | None, UNTIL] = None,
    error: Annotated[str, typer.Option("--error", metavar="TEXT", help=tr(_("What went wrong with a task.")))] = "",
    became: Annotated[str, typer.Option("--became", metavar="ID", help=tr(_("The impact that an impact became.")))] = "",
) -> None:  # fmt: skip
    """Change a piece."""
    from cordiale.joint.incident.adding import change_piece

    with opened() as (node, actor):
        done = change_piece(
            node.desk, actor, piece, state=state, end=_at(until), error=error, superseded_by=became
        )
    emit(done, lambda: wrote(tr(_("Changed: {id}"), id=done.id), done.marking))


@app.command("affect", cls=Command, help=tr(_("Say whom or what an incident concerns.")))
def affect(
    id: Annotated[str, ID],
    who: Annotated[str, typer.Argument(metavar="ID", help=tr(_("An identity or an infrastructure.")))],
    targeted: Annotated[bool, typer.Option("--targeted", help=tr(_("It was the target; whether it was affected is not said.")))] = False,
) -> None:  # fmt: skip
    """Name who is affected."""
    from cordiale.joint.incident.opening import affect as affected

    with opened() as (node, actor):
        done = affected(node.desk, actor, id, who, how="targets" if targeted else "impacts")
        handed = _hand_on(node, actor, done)
    _added(done, handed)


@app.command("change", cls=Command, help=tr(_("Change what this node says of its own incident.")))
def change(
    id: Annotated[str, ID],
    status: Annotated[str, typer.Option("--status", metavar="WORD", help=tr(_("new, open or closed.")))] = "",
    determination: Annotated[str, typer.Option("--determination", metavar="WORD", help=tr(_("suspected, confirmed, blocked, failed-attempt, false-positive or low-value.")))] = "",
    criticality: Annotated[int | None, SCORE] = None,
    recoverability: Annotated[str, typer.Option("--recovery", metavar="WORD", help=tr(_("regular, supplemented, extended, not-recoverable or not-applicable.")))] = "",
    types: Annotated[list[str] | None, TYPE] = None,
    sectors: Annotated[list[str] | None, SECTOR] = None,
) -> None:  # fmt: skip
    """Change an incident."""
    from cordiale.joint.incident.opening import change_incident

    with opened() as (node, actor):
        done = change_incident(
            node.desk,
            actor,
            id,
            determination=determination,
            status=status,
            criticality=criticality,
            recoverability=recoverability,
            types=types,
            sectors=sectors,
        )
    emit(done, lambda: wrote(tr(_("Changed: {id}"), id=short(done.id)), done.marking))


@app.command("order", cls=Command, help=tr(_("Say which event or task follows another, by their whole STIX ids.")))  # fmt: skip
def order(
    id: Annotated[str, ID],
    first: Annotated[str, typer.Argument(metavar="ID", help=tr(_("What comes first.")))],
    then: Annotated[str, typer.Argument(metavar="ID", help=tr(_("What follows it.")))],
    optional: Annotated[bool, typer.Option("--optional", help=tr(_("It can also come without what comes first.")))] = False,
    when: Annotated[str, typer.Option("--when", metavar="WORD", help=tr(_("On what it follows: completion, success, failure or unknown.")))] = "completion",
) -> None:  # fmt: skip
    """Order two pieces."""
    from cordiale.joint.incident.ordering import order as ordered

    with opened() as (node, actor):
        done = ordered(node.desk, actor, id, first, then, required=not optional, when=when)
    emit(done, lambda: wrote(tr(_("Changed: {id}"), id=short(done.id)), done.marking))


@app.command("give", cls=Command, help=tr(_("Give an incident to partners, each with what it may have of it.")))  # fmt: skip
def give(
    id: Annotated[str, ID],
    to: Annotated[list[str] | None, typer.Option("--to", metavar="NODE", help=tr(_("A partner; may be repeated.")))] = None,
) -> None:  # fmt: skip
    """Give an incident."""
    from cordiale.joint.incident.giving import give as given

    if not to:
        raise typer.BadParameter(tr(_("Say to whom (--to NODE).")))
    with opened() as (node, actor):
        done = given(node.desk, actor, id, to)
    emit(done, lambda: told(tr(_("Given: {id}"), id=short(done.incident)), done.sent))


@app.command("sectors", cls=Command, help=tr(_("List the sectors that can be named: STIX's, and those of critical infrastructure.")))  # fmt: skip
def sectors() -> None:
    """List sectors."""
    from cordiale.stix.sectors import SECTORS, schemes

    found = [*SECTORS, *(f"{name}:{one}" for name, scheme in schemes().items() for one in scheme.sectors)]
    emit({"sectors": found}, lambda: sector_table(found))


def _hand_on(node: Node, actor: Actor, done: Wrote) -> Handed:
    from cordiale.joint.incident.giving import hand_on

    return hand_on(node.desk, actor, done.incident, done.made)


def _added(done: Wrote, handed: Handed) -> None:
    import msgspec

    said = wrote(tr(_("Added: {id}"), id=done.id), done.marking)
    emit(
        {**msgspec.to_builtins(done), "sent": msgspec.to_builtins(handed.sent)},
        lambda: told(said, handed.sent),
    )


def _at(written: str | None, *, end: bool = False) -> int | None:
    return instant_of(written, end=end) if written else None


def _pairs(written: Sequence[str]) -> dict[str, str]:
    wrong = [one for one in written if "=" not in one]
    if wrong:
        raise typer.BadParameter(tr(_("Write {words} as NAME=VALUE."), words=wrong[0][:60]))
    return {one.partition("=")[0].strip(): one.partition("=")[2].strip() for one in written}


def _whole(written: str) -> int:
    if not written.isdecimal():
        raise typer.BadParameter(tr(_("{words} is no whole number."), words=written[:40]))
    return int(written)
