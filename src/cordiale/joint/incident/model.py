"""An incident as a reader sees it: what happened, what it did, what is done about it, whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordiale.desk.answers import Answer, Reason
from cordiale.joint.words import NONE, Words


class Piece(Answer, frozen=True, kw_only=True):
    """One object that belongs to an incident; instants in microseconds, `fidelity` is how exactly the start is known.

    `listed`: the incident itself names it; else a relationship ties it. `ours`: this node states it and can change it.
    """

    id: str
    name: Words
    words: Words = NONE
    source: str
    ours: bool
    marking: tuple[str, ...]
    start: int | None = None
    fidelity: str = ""
    end: int | None = None
    listed: bool = False


class Event(Piece, frozen=True, kw_only=True):
    """Something that happened or may happen; `status` and `types` as the extension words them."""

    status: str
    types: tuple[str, ...] = ()
    goal: str = ""
    sightings: tuple[str, ...] = ()


class Impact(Piece, frozen=True, kw_only=True):
    """What an incident did: `category` without its suffix, `details` what that category says, `counts` entities by kind."""

    category: str
    details: Mapping[str, Any] = {}
    criticality: int | None = None
    recoverability: str = ""
    counts: Mapping[str, int] = {}
    refs: tuple[str, ...] = ()
    superseded_by: str = ""


class Task(Piece, frozen=True, kw_only=True):
    """What is done about an incident. `ready`: nothing that has to come before it is open. `late`: its planned end is over."""

    outcome: str
    types: tuple[str, ...] = ()
    priority: int | None = None
    error: str = ""
    owners: tuple[str, ...] = ()
    ready: bool = True
    late: bool = False


class Tied(Answer, frozen=True, kw_only=True):
    """Another object that an incident has to do with: who is affected, or what was found; `how` is the relationship."""

    id: str
    type: str
    name: str
    how: str
    source: str
    marking: tuple[str, ...]
    sectors: tuple[str, ...] = ()


class Line(Answer, frozen=True, kw_only=True):
    """One incident of a list; counts are of what the reader sees."""

    id: str
    name: Words
    source: str
    ours: bool
    marking: tuple[str, ...]
    determination: str
    status: str
    criticality: int | None
    types: tuple[str, ...]
    sectors: tuple[str, ...]
    start: int | None
    changed: int | None
    open_tasks: int
    late_tasks: int


class IncidentView(Answer, frozen=True, kw_only=True):
    """All of one incident that a reader sees; `core` is false where it says nothing by Incident Core.

    `next` are ids of the tasks that can be done now, the most urgent first. `remarks` say what in it is not as the extension
    has it. `marking` governs everything that is here, `vias` are the relationships and translations it comes by; `more` tells
    that not all of it is.
    """

    id: str
    name: Words
    words: Words
    source: str
    ours: bool
    own_marking: tuple[str, ...]
    marking: tuple[str, ...]
    changed: int | None
    core: bool
    determination: str
    status: str
    criticality: int | None
    types: tuple[str, ...]
    detected: tuple[str, ...]
    recoverability: str
    counts: Mapping[str, int]
    scores: tuple[tuple[str, float, str], ...]
    sectors: tuple[str, ...]
    labels: tuple[str, ...]
    events: tuple[Event, ...]
    impacts: tuple[Impact, ...]
    tasks: tuple[Task, ...]
    affected: tuple[Tied, ...]
    found: tuple[Tied, ...]
    next: tuple[str, ...]
    remarks: tuple[Reason, ...]
    vias: tuple[str, ...] = ()
    more: bool = False
