"""Read incidents: a list of them, and one with its events, impacts and tasks, whom it concerns and what is next.

What belongs to an incident is what it names itself and what relationships tie to it; a reader gets of both what they may see,
and everything counted here is counted of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Reason
from cordiale.desk.visible import unknown, visible
from cordiale.joint.case import SHORTEST
from cordiale.joint.incident.model import Event, Impact, IncidentView, Line, Piece, Task, Tied
from cordiale.joint.incident.said import Said, around, said_of, worded
from cordiale.joint.moment import at
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _
from cordiale.stix.extensions import PUBLISHED
from cordiale.stix.incident_core import CORE, DEFINITIONS, IMPACTS, core_of
from cordiale.stix.sectors import sectors_of
from cordiale.stix.validate import validate
from cordiale.store import versions
from cordiale.store.types import Filter

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

LISTED: Final = 200
"""Incidents that a list reads, the last changed first."""

TOGETHER: Final = 20
"""Incidents of a list around which is looked at once, so that those with much around them hide nothing of the others."""

PAGES: Final = 20
"""How many times as many objects of their type are looked through for them: cases, which are of it too, are passed over."""

OPEN: Final = ("pending", "ongoing", "unknown")
"""Outcomes of a task that is still to be done."""

TIES: Final = ("related-to", "led-to", "part-of")
"""Relationships that tie an event, an impact or a task to an incident."""

CONCERNS: Final = ("impacts", "targets")
"""Relationships by which an incident names whom or what it concerns."""

_WHOLE: Final = re.compile(r"incident--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def incidents(desk: Desk, actor: Actor, *, everything: bool = False) -> list[Line]:
    """Return the incidents that a reader sees, the last changed first; closed ones only with `everything`.

    Cases are no incidents, though they are objects of that type.
    """
    authorise(actor, "joint")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        held = said_of(tx, desk, actor, list(islice(_ids(tx, seen), LISTED)), seen)
        chosen = [one for one in held.values() if not _is_case(one.value)]
        beside = [
            tied
            for start in range(0, len(chosen), TOGETHER)
            for tied in around(tx, desk, actor, [one.id for one in chosen[start : start + TOGETHER]], seen)[0]
        ]
        of = {one.id: pieces_of(one, beside) for one in chosen}
        tasks = said_of(tx, desk, actor, {i for ids in of.values() for i in ids if i.startswith("task--")}, seen)  # fmt: skip
        now = desk.clock()
        found = [_line(one, beside, [tasks[i] for i in of[one.id] if i in tasks], now) for one in chosen]
    audit.read(desk, actor, "incidents", found=len(found))
    shown = [one for one in found if everything or one.status != "closed"]
    return sorted(shown, key=lambda one: (-(one.changed or 0), one.id))


def incident_show(desk: Desk, actor: Actor, written: str) -> IncidentView:
    """Return one incident, named by its id or the beginning of its UUID; raises NotFound alike for what is hidden."""
    authorise(actor, "joint")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        found = view_of(tx, desk, actor, find(tx, desk, actor, written, seen), seen)
    audit.read(desk, actor, "incident", id=found.id)
    return found


def find(tx: Transaction, desk: Desk, actor: Actor, written: str, seen: Visible) -> Said:
    """Return what is said of the incident that an id, or the beginning of its UUID, names; raises NotFound, InputError."""
    asked = written.strip().lower().removeprefix("incident--")
    if _WHOLE.fullmatch(f"incident--{asked}"):
        ids = [f"incident--{asked}"]
    else:
        ids = [one for one in _ids(tx, seen) if len(asked) >= SHORTEST and one.partition("--")[2].startswith(asked)]  # fmt: skip
    known = [one for one in said_of(tx, desk, actor, ids, seen).values() if not _is_case(one.value)]
    if not known:
        if _WHOLE.fullmatch(written):
            raise unknown(written)
        raise NotFound("no-incident", _("There is no incident {id} that you may see."), id=written[:80])
    if len(known) > 1:
        raise InputError("which-incident", _("Several incidents begin with {id}: write more of it."), id=written[:80])  # fmt: skip
    return known[0]


def view_of(tx: Transaction, desk: Desk, actor: Actor, held: Said, seen: Visible) -> IncidentView:
    """Return one incident with all that belongs to it and that the reader sees."""
    core = core_of(held.value)
    beside, more = around(tx, desk, actor, [held.id], seen)
    mine = pieces_of(held, beside)
    found = said_of(tx, desk, actor, mine, seen)
    below, more_below = around(tx, desk, actor, found, seen) if found else ([], False)
    beside = list({one.id: one for one in (*beside, *below)}.values())
    ends = _ends(held.id, beside)
    refs = {i for one in found.values() for i in one.value.get("impacted_refs") or () if isinstance(i, str)}
    others = said_of(tx, desk, actor, {*ends, *refs, *_owners(beside)} - found.keys(), seen)
    now = desk.clock()
    events = [_event(one, beside, mine) for one in found.values() if one.type == "event"]
    impacts = [_impact(one, beside, mine) for one in found.values() if one.type == "impact"]
    tasks = _in_turn([_task(one, beside, mine, others, now) for one in found.values() if one.type == "task"], core)  # fmt: skip
    affected = _affected(held, beside, others, impacts)
    tied = [
        _tied(others[i], how)
        for i, how in ends.items()
        if i in others and how not in CONCERNS and others[i].type not in ("incident", *DEFINITIONS)
    ]
    vias = [one.id for one in beside]
    marking = held.marking.union(*(one.marking for one in (*found.values(), *others.values(), *beside)))
    labels = tuple(str(one) for one in held.value.get("labels") or ())
    said = {sector for one in affected for sector in one.sectors}
    return IncidentView(
        id=held.id,
        name=worded(held, "name", beside),
        words=worded(held, "description", beside),
        source=held.source,
        ours=held.ours,
        own_marking=tuple(sorted(held.base)),
        marking=tuple(sorted(marking)),
        changed=held.modified,
        core=bool(core),
        **_standing(core),
        detected=_texts(core.get("detection_methods")),
        recoverability=_text(core.get("recoverability")),
        counts=_counts(core.get("impacted_entity_counts")),
        scores=tuple(
            (str(one.get("name")), float(one["value"]), _text(one.get("description")))
            for one in core.get("scores") or ()
            if isinstance(one, dict) and type(one.get("value")) in (int, float)
        ),
        sectors=tuple(dict.fromkeys((*sectors_of(held.value), *sorted(said)))),
        labels=labels,
        events=tuple(sorted(events, key=_when)),
        impacts=tuple(sorted(impacts, key=lambda one: (bool(one.superseded_by), one.category, _when(one)))),
        tasks=tuple(tasks),
        affected=tuple(affected),
        found=tuple(sorted(tied, key=lambda one: (one.how, one.type, one.name, one.id))),
        next=tuple(one.id for one in _next(tasks)),
        remarks=tuple(_remarks(held)),
        vias=tuple(vias),
        more=more or more_below,
    )  # fmt: skip


def _ids(tx: Transaction, seen: Visible) -> Iterator[str]:
    """Return the ids of incidents that are no cases, the last changed first, each once; see `PAGES`."""
    known: set[str] = set()
    after = None
    for _page in range(PAGES):
        page = versions.current(tx, Filter(types=("incident",)), after, LISTED, seen)
        for row in page.rows:
            if row.id not in known and row.raw is not None and not _is_case(orjson.loads(row.raw)):
                known.add(row.id)
                yield row.id
        after = page.next
        if after is None:
            return


def _is_case(value: Mapping[str, Any]) -> bool:
    extensions = value.get("extensions")
    return isinstance(extensions, dict) and PUBLISHED["joint-case"] in extensions


def _line(one: Said, beside: Sequence[Said], tasks: Sequence[Said], now: int) -> Line:
    core = core_of(one.value)
    seen = [_task(task, (), {}, {}, now) for task in tasks]
    return Line(
        id=one.id,
        name=worded(one, "name", beside),
        source=one.source,
        ours=one.ours,
        marking=tuple(sorted(one.marking.union(*(task.marking for task in tasks)))),
        **_standing(core),
        sectors=sectors_of(one.value),
        start=at(_text(one.value.get("created"))),
        changed=one.modified,
        open_tasks=sum(1 for task in seen if task.outcome in OPEN),
        late_tasks=sum(1 for task in seen if task.late),
    )


def _standing(core: Mapping[str, Any]) -> dict[str, Any]:
    grave = core.get("criticality")
    return {
        "determination": _text(core.get("determination")),
        "status": _text(core.get("investigation_status")),
        "criticality": grave if type(grave) is int else None,
        "types": _texts(core.get("incident_types")),
    }


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


def _ends(incident: str, beside: Iterable[Said]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in beside:
        other = far(one.value, incident) if one.type == "relationship" else ""
        if other:
            found.setdefault(other, _text(one.value.get("relationship_type")))
    return found


def far(value: Mapping[str, Any], near: str) -> str:
    """Return the other end of a relationship with an object, "" where it is none of its ends."""
    source, target = _text(value.get("source_ref")), _text(value.get("target_ref"))
    return target if source == near else source if target == near else ""


def _owners(beside: Iterable[Said]) -> dict[str, list[str]]:
    """Return identity → the tasks that it was assigned or does."""
    found: dict[str, list[str]] = {}
    for one in beside:
        if one.type == "relationship" and one.value.get("relationship_type") in ("assigned", "performed"):
            found.setdefault(_text(one.value.get("source_ref")), []).append(_text(one.value.get("target_ref")))  # fmt: skip
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
        "start": at(_text(value.get("start_time"))),
        "fidelity": _text(value.get("start_time_fidelity")),
        "end": at(_text(value.get("end_time"))),
        "listed": mine.get(one.id, False),
    }


def _event(one: Said, beside: Iterable[Said], mine: Mapping[str, bool]) -> Event:
    return Event(
        **_piece(one, beside, mine),
        status=_text(one.value.get("status")),
        types=_texts(one.value.get("event_types")),
        goal=_text(one.value.get("goal")),
        sightings=_texts(one.value.get("sighting_refs")),
    )


def _impact(one: Said, beside: Iterable[Said], mine: Mapping[str, bool]) -> Impact:
    category = _text(one.value.get("impact_category")).removesuffix("-ext")
    extensions = one.value.get("extensions")
    details = extensions.get(f"{category}-ext") if isinstance(extensions, dict) else None
    known = IMPACTS[f"{category}-ext"].properties if f"{category}-ext" in IMPACTS else {}
    grave = one.value.get("criticality")
    return Impact(
        **_piece(one, beside, mine),
        category=category,
        details={k: v for k, v in details.items() if k in known and type(v) in (str, int, float)} if isinstance(details, dict) else {},
        criticality=grave if type(grave) is int else None,
        recoverability=_text(one.value.get("recoverability")),
        counts=_counts(one.value.get("impacted_entity_counts")),
        refs=_texts(one.value.get("impacted_refs")),
        superseded_by=_text(one.value.get("superseded_by_ref")),
    )  # fmt: skip


def _task(
    one: Said, beside: Iterable[Said], mine: Mapping[str, bool], others: Mapping[str, Said], now: int
) -> Task:
    outcome = _text(one.value.get("outcome"))
    priority, end = one.value.get("priority"), at(_text(one.value.get("end_time")))
    beside = list(beside)
    owners = [others[i] for i, does in _owners(beside).items() if one.id in does and i in others]
    return Task(
        **_piece(one, beside, mine),
        outcome=outcome,
        types=_texts(one.value.get("task_types")),
        priority=priority if type(priority) is int else None,
        error=_text(one.value.get("error")),
        owners=tuple(sorted(_text(owner.value.get("name")) for owner in owners)),
        late=outcome in OPEN and end is not None and end < now,
    )


def _in_turn(tasks: Sequence[Task], core: Mapping[str, Any]) -> list[Task]:
    """Return tasks in their order, each with whether what has to come before it is done, as far as that is seen."""
    done = {one.id: one.outcome not in OPEN for one in tasks}
    waits: set[str] = set()
    place: dict[str, int] = {}
    for n, entry in enumerate(one for one in core.get("tasks") or () if isinstance(one, dict)):
        place.setdefault(_text(entry.get("task_ref")), n)
        if done.get(_text(entry.get("task_ref")), True):
            continue
        steps = [one for one in entry.get("next_steps") or () if isinstance(one, dict)]
        waits |= {_text(one.get("task_ref")) for one in steps if one.get("condition_type") != "optional"}
    made = [_with(one, ready=one.id not in waits) for one in tasks]
    return sorted(made, key=lambda one: (place.get(one.id, len(place)), _when(one)))


def _next(tasks: Sequence[Task]) -> list[Task]:
    can = [one for one in tasks if one.outcome in OPEN and one.ready]
    return sorted(can, key=lambda one: (one.end is None, one.end or 0, -(one.priority or 0), one.id))


def _affected(
    held: Said, beside: Sequence[Said], others: Mapping[str, Said], impacts: Sequence[Impact]
) -> list[Tied]:
    found: dict[str, Tied] = {}
    for one in beside:
        how = _text(one.value.get("relationship_type")) if one.type == "relationship" else ""
        target = _text(one.value.get("target_ref"))
        if how in CONCERNS and one.value.get("source_ref") == held.id and target in others:
            found.setdefault(target, _tied(others[target], how))
    for impact in impacts:
        for ref in impact.refs:
            if ref in others:
                found.setdefault(ref, _tied(others[ref], "impacts"))
    return sorted(found.values(), key=lambda one: (one.how, one.name.casefold(), one.id))


def _tied(one: Said, how: str) -> Tied:
    value = one.value
    named = next((_text(value.get(key)) for key in ("name", "value", "description", "pattern") if _text(value.get(key))), "")  # fmt: skip
    return Tied(
        id=one.id,
        type=one.type,
        name=named[:200] or one.id,
        how=how,
        source=one.source,
        marking=tuple(sorted(one.marking)),
        sectors=sectors_of(value),
    )


def _remarks(held: Said) -> list[Reason]:
    place = f"extensions.{CORE}"
    found = [one for one in validate(held.value) if one.path.startswith(place)]
    return [
        Reason(code=one.code, message_id=one.message_id, params={**one.params, "path": one.path[len(place) + 1 :]})
        for one in found
    ]  # fmt: skip


def _when(one: Piece) -> tuple[bool, int, str]:
    """Return by what pieces are ordered: when they begin, those of unknown time last."""
    first = one.start if one.start is not None else one.end
    return first is None, first or 0, one.id


def _with(one: Task, **changed: Any) -> Task:
    import msgspec

    return msgspec.structs.replace(one, **changed)


def _text(item: Any) -> str:
    return item if isinstance(item, str) else ""


def _texts(item: Any) -> tuple[str, ...]:
    return tuple(one for one in item if isinstance(one, str)) if isinstance(item, list) else ()


def _counts(item: Any) -> dict[str, int]:
    return {k: v for k, v in item.items() if type(v) is int} if isinstance(item, dict) else {}
