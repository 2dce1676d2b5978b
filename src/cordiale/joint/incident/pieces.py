"""What an incident consists of, made of what objects say: events, impacts, tasks in their order, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from cordiale.joint.incident.model import Event, Impact, Piece, Task, Tied
from cordiale.joint.incident.said import Said, worded
from cordiale.joint.moment import at
from cordiale.stix.incident_core import DEFINITIONS, IMPACTS, core_of
from cordiale.stix.sectors import sectors_of

OPEN: Final = ("pending", "ongoing", "unknown")
"""Outcomes of a task that is still to be done."""

TIES: Final = ("related-to", "led-to", "part-of")
"""Relationships that tie an event, an impact or a task to an incident."""

CONCERNS: Final = ("impacts", "targets")
"""Relationships by which an incident names whom or what it concerns."""


def pieces_of(held: Said, beside: Iterable[Said]) -> dict[str, bool]:
    """Return the ids of what belongs to an incident, and whether it names them itself, in its order."""
    core = core_of(held.value)
    named = [
        *(one.get("event_ref") for one in core.get("events") or () if isinstance(one, dict)),
        *(one.get("task_ref") for one in core.get("tasks") or () if isinstance(one, dict)),
        *(core.get("impact_refs") or ()),
        *(core.get("event_refs") or ()),  # drafts of the extension listed them so
        *(core.get("task_refs") or ()),
    ]
    found = {one: True for one in named if isinstance(one, str)}
    for one in beside:
        if one.type == "relationship" and one.value.get("relationship_type") in TIES:
            other = far(one.value, held.id)
            if other.partition("--")[0] in DEFINITIONS:
                found.setdefault(other, False)
    return found


def ends_of(incident: str, beside: Iterable[Said]) -> dict[str, str]:
    """Return what relationships tie to an incident, and how each names it."""
    found: dict[str, str] = {}
    for one in beside:
        other = far(one.value, incident) if one.type == "relationship" else ""
        if other:
            found.setdefault(other, text_of(one.value.get("relationship_type")))
    return found


def far(value: Mapping[str, Any], near: str) -> str:
    """Return the other end of a relationship with an object, "" where it is none of its ends."""
    source, target = text_of(value.get("source_ref")), text_of(value.get("target_ref"))
    return target if source == near else source if target == near else ""


def owned(beside: Iterable[Said]) -> dict[str, list[str]]:
    """Return identity → the tasks that it was assigned or does."""
    found: dict[str, list[str]] = {}
    for one in beside:
        if one.type == "relationship" and one.value.get("relationship_type") in ("assigned", "performed"):
            found.setdefault(text_of(one.value.get("source_ref")), []).append(text_of(one.value.get("target_ref")))  # fmt: skip
    return found


def _piece(one: Said, beside: Iterable[Said], mine: Mapping[str, bool]) -> dict[str, Any]:
    value, beside = one.value, list(beside)
    return {
        "id": one.id,
        "name": worded(one, "name", beside),
        "words": worded(one, "description", beside),
        "source": one.source,
        "ours": one.ours,
        "marking": tuple(sorted(one.marking)),
        "start": at(text_of(value.get("start_time"))),
        "fidelity": text_of(value.get("start_time_fidelity")),
        "end": at(text_of(value.get("end_time"))),
        "listed": mine.get(one.id, False),
    }


def event_of(one: Said, beside: Iterable[Said], mine: Mapping[str, bool]) -> Event:
    """Return an event; `mine` tells of the pieces of its incident whether that names them."""
    return Event(
        **_piece(one, beside, mine),
        status=text_of(one.value.get("status")),
        types=texts_of(one.value.get("event_types")),
        goal=text_of(one.value.get("goal")),
        sightings=texts_of(one.value.get("sighting_refs")),
    )


def impact_of(one: Said, beside: Iterable[Said], mine: Mapping[str, bool]) -> Impact:
    """Return an impact, with the details that its category knows."""
    category = text_of(one.value.get("impact_category")).removesuffix("-ext")
    extensions = one.value.get("extensions")
    details = extensions.get(f"{category}-ext") if isinstance(extensions, dict) else None
    known = IMPACTS[f"{category}-ext"].properties if f"{category}-ext" in IMPACTS else {}
    grave = one.value.get("criticality")
    return Impact(
        **_piece(one, beside, mine),
        category=category,
        details={k: v for k, v in details.items() if k in known and type(v) in (str, int, float)} if isinstance(details, dict) else {},
        criticality=grave if type(grave) is int else None,
        recoverability=text_of(one.value.get("recoverability")),
        counts=counts_of(one.value.get("impacted_entity_counts")),
        refs=texts_of(one.value.get("impacted_refs")),
        superseded_by=text_of(one.value.get("superseded_by_ref")),
    )  # fmt: skip


def task_of(
    one: Said, beside: Iterable[Said], mine: Mapping[str, bool], others: Mapping[str, Said], now: int
) -> Task:
    """Return a task, with whom it was given to as far as they are among `others`, and whether it is late."""
    outcome = text_of(one.value.get("outcome"))
    priority, end = one.value.get("priority"), at(text_of(one.value.get("end_time")))
    beside = list(beside)
    owners = [others[i] for i, does in owned(beside).items() if one.id in does and i in others]
    return Task(
        **_piece(one, beside, mine),
        outcome=outcome,
        types=texts_of(one.value.get("task_types")),
        priority=priority if type(priority) is int else None,
        error=text_of(one.value.get("error")),
        owners=tuple(sorted(text_of(owner.value.get("name")) for owner in owners)),
        late=outcome in OPEN and end is not None and end < now,
    )


def in_turn(tasks: Sequence[Task], core: Mapping[str, Any]) -> list[Task]:
    """Return tasks in their order, each with whether what has to come before it is done, as far as that is seen."""
    done = {one.id: one.outcome not in OPEN for one in tasks}
    waits: set[str] = set()
    place: dict[str, int] = {}
    for n, entry in enumerate(one for one in core.get("tasks") or () if isinstance(one, dict)):
        place.setdefault(text_of(entry.get("task_ref")), n)
        if done.get(text_of(entry.get("task_ref")), True):
            continue
        steps = [one for one in entry.get("next_steps") or () if isinstance(one, dict)]
        waits |= {text_of(one.get("task_ref")) for one in steps if one.get("condition_type") != "optional"}
    made = [replace(one, ready=one.id not in waits) for one in tasks]
    return sorted(made, key=lambda one: (place.get(one.id, len(place)), begins(one)))


def next_of(tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks that can be done now, the most urgent first."""
    can = [one for one in tasks if one.outcome in OPEN and one.ready]
    return sorted(can, key=lambda one: (one.end is None, one.end or 0, -(one.priority or 0), one.id))


def affected_by(
    held: Said, beside: Sequence[Said], others: Mapping[str, Said], impacts: Sequence[Impact]
) -> list[Tied]:
    """Return whom and what an incident or one of its impacts names as concerned, each once."""
    found: dict[str, Tied] = {}
    for one in beside:
        how = text_of(one.value.get("relationship_type")) if one.type == "relationship" else ""
        target = text_of(one.value.get("target_ref"))
        if how in CONCERNS and one.value.get("source_ref") == held.id and target in others:
            found.setdefault(target, tied_as(others[target], how))
    for impact in impacts:
        for ref in impact.refs:
            if ref in others:
                found.setdefault(ref, tied_as(others[ref], "impacts"))
    return sorted(found.values(), key=lambda one: (one.how, one.name.casefold(), one.id))


def tied_as(one: Said, how: str) -> Tied:
    """Return an object that is tied to an incident, by what it is called."""
    value = one.value
    named = next((text_of(value.get(key)) for key in ("name", "value", "description", "pattern") if text_of(value.get(key))), "")  # fmt: skip
    return Tied(
        id=one.id,
        type=one.type,
        name=named[:200] or one.id,
        how=how,
        source=one.source,
        marking=tuple(sorted(one.marking)),
        sectors=sectors_of(value),
    )


def begins(one: Piece) -> tuple[bool, int, str]:
    """Return by what pieces are ordered: when they begin, those of unknown time last."""
    first = one.start if one.start is not None else one.end
    return first is None, first or 0, one.id


def text_of(item: Any) -> str:
    """Return a text, "" for anything else: what is read here may come from anybody."""
    return item if isinstance(item, str) else ""


def texts_of(item: Any) -> tuple[str, ...]:
    """Return the texts of a list, none for anything else."""
    return tuple(one for one in item if isinstance(one, str)) if isinstance(item, list) else ()


def counts_of(item: Any) -> dict[str, int]:
    """Return the whole numbers of a table, none for anything else."""
    return {k: v for k, v in item.items() if type(v) is int} if isinstance(item, dict) else {}
