"""Read incidents: a list of them, and one with its events, impacts and tasks, whom it concerns and what is next.

What belongs to an incident is what it names itself and what relationships tie to it; a reader gets of both what they may see,
and everything counted here is counted of that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Reason
from cordiale.desk.visible import unknown, visible
from cordiale.joint.case import SHORTEST
from cordiale.joint.incident.model import IncidentView, Line
from cordiale.joint.incident.pieces import (
    CONCERNS,
    OPEN,
    affected_by,
    begins,
    counts_of,
    ends_of,
    event_of,
    impact_of,
    in_turn,
    next_of,
    owned,
    pieces_of,
    task_of,
    text_of,
    texts_of,
    tied_as,
)
from cordiale.joint.incident.said import Said, around, said_of, worded
from cordiale.joint.moment import at
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _
from cordiale.stix.extensions import PUBLISHED
from cordiale.stix.incident_core import CORE, DEFINITIONS, core_of
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
    ends = ends_of(held.id, beside)
    refs = {i for one in found.values() for i in one.value.get("impacted_refs") or () if isinstance(i, str)}
    others = said_of(tx, desk, actor, {*ends, *refs, *owned(beside)} - found.keys(), seen)
    now = desk.clock()
    events = [event_of(one, beside, mine) for one in found.values() if one.type == "event"]
    impacts = [impact_of(one, beside, mine) for one in found.values() if one.type == "impact"]
    tasks = in_turn([task_of(one, beside, mine, others, now) for one in found.values() if one.type == "task"], core)  # fmt: skip
    affected = affected_by(held, beside, others, impacts)
    tied = [
        tied_as(others[i], how)
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
        detected=texts_of(core.get("detection_methods")),
        recoverability=text_of(core.get("recoverability")),
        counts=counts_of(core.get("impacted_entity_counts")),
        scores=tuple(
            (str(one.get("name")), float(one["value"]), text_of(one.get("description")))
            for one in core.get("scores") or ()
            if isinstance(one, dict) and type(one.get("value")) in (int, float)
        ),
        sectors=tuple(dict.fromkeys((*sectors_of(held.value), *sorted(said)))),
        labels=labels,
        events=tuple(sorted(events, key=begins)),
        impacts=tuple(sorted(impacts, key=lambda one: (bool(one.superseded_by), one.category, begins(one)))),
        tasks=tuple(tasks),
        affected=tuple(affected),
        found=tuple(sorted(tied, key=lambda one: (one.how, one.type, one.name, one.id))),
        next=tuple(one.id for one in next_of(tasks)),
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
    seen = [task_of(task, (), {}, {}, now) for task in tasks]
    return Line(
        id=one.id,
        name=worded(one, "name", beside),
        source=one.source,
        ours=one.ours,
        marking=tuple(sorted(one.marking.union(*(task.marking for task in tasks)))),
        **_standing(core),
        sectors=sectors_of(one.value),
        start=at(text_of(one.value.get("created"))),
        changed=one.modified,
        open_tasks=sum(1 for task in seen if task.outcome in OPEN),
        late_tasks=sum(1 for task in seen if task.late),
    )


def _standing(core: Mapping[str, Any]) -> dict[str, Any]:
    grave = core.get("criticality")
    return {
        "determination": text_of(core.get("determination")),
        "status": text_of(core.get("investigation_status")),
        "criticality": grave if type(grave) is int else None,
        "types": texts_of(core.get("incident_types")),
    }


def _remarks(held: Said) -> list[Reason]:
    place = f"extensions.{CORE}"
    found = [one for one in validate(held.value) if one.path.startswith(place)]
    return [
        Reason(code=one.code, message_id=one.message_id, params={**one.params, "path": one.path[len(place) + 1 :]})
        for one in found
    ]  # fmt: skip
