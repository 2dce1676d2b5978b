"""Incidents by Incident Core: what happened, what it did, what is done about it, whom it concerns."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from cordiale.sdk.joint import Both, BothAsked, Given
from cordiale.sdk.wire import Asked, Ids, Line, Marking, Moment, Reason, StixId, Told

Score = Annotated[int, msgspec.Meta(ge=0, le=100)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Words = Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)]
Nodes = Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=100)]
Counts = Annotated[dict[str, Count], msgspec.Meta(max_length=100)]
Details = Annotated[dict[str, str | int | float], msgspec.Meta(max_length=20)]


class IncidentLine(Told, frozen=True, kw_only=True):
    """One incident of a list; counts are of what the reader sees. `ours`: this node states it and can change it."""

    id: str
    name: Both
    source: str
    ours: bool
    marking: Marking
    determination: str
    status: str
    criticality: int | None
    types: tuple[str, ...]
    sectors: tuple[str, ...]
    start: Moment | None
    changed: Moment | None
    open_tasks: int
    late_tasks: int


class IncidentLines(Told, frozen=True, kw_only=True):
    """Incidents, the last changed first; `next` is handed back as `after` to read on."""

    items: tuple[IncidentLine, ...]
    next: str | None = None


class Piece(Told, frozen=True, kw_only=True):
    """One object that belongs to an incident; `fidelity` is how exactly its start is known, `listed` that the incident names it itself."""

    id: str
    name: Both
    words: Both
    source: str
    ours: bool
    marking: Marking
    start: Moment | None
    fidelity: str
    end: Moment | None
    listed: bool


class IncidentEvent(Piece, frozen=True, kw_only=True):
    """Something that happened or may happen; `status` and `types` as Incident Core words them."""

    status: str
    types: tuple[str, ...]
    goal: str
    sightings: tuple[str, ...]


class IncidentImpact(Piece, frozen=True, kw_only=True):
    """What an incident did: `details` is what impacts of its `category` say, `counts` how many of what."""

    category: str
    details: dict[str, str | int | float]
    criticality: int | None
    recoverability: str
    counts: dict[str, int]
    refs: tuple[str, ...]
    superseded_by: str


class IncidentTask(Piece, frozen=True, kw_only=True):
    """What is done about an incident. `ready`: nothing that has to come before it is open. `late`: its planned end is over."""

    outcome: str
    types: tuple[str, ...]
    priority: int | None
    error: str
    owners: tuple[str, ...]
    ready: bool
    late: bool


class Concerned(Told, frozen=True, kw_only=True):
    """Another object that an incident has to do with: who is affected, or what was found; `how` is the relationship."""

    id: str
    type: str
    name: str
    how: str
    source: str
    marking: Marking
    sectors: tuple[str, ...]


class IncidentScore(Told, frozen=True, kw_only=True):
    """A score by some method: its name, its value, what is said of it."""

    name: str
    value: float
    description: str


class Incident(Told, frozen=True, kw_only=True):
    """All of one incident that the reader sees; `core` is false where it says nothing by Incident Core.

    `marking` governs all that is here, `own_marking` is that of the incident itself. `next` are ids of the tasks that can be
    done now, the most urgent first; `remarks` say what in it is not as Incident Core has it; `more` that not all of it is here.
    """

    id: str
    name: Both
    words: Both
    source: str
    ours: bool
    own_marking: Marking
    marking: Marking
    changed: Moment | None
    core: bool
    determination: str
    status: str
    criticality: int | None
    types: tuple[str, ...]
    detected: tuple[str, ...]
    recoverability: str
    counts: dict[str, int]
    scores: tuple[IncidentScore, ...]
    sectors: tuple[str, ...]
    labels: tuple[str, ...]
    events: tuple[IncidentEvent, ...]
    impacts: tuple[IncidentImpact, ...]
    tasks: tuple[IncidentTask, ...]
    affected: tuple[Concerned, ...]
    found: tuple[Concerned, ...]
    next: tuple[str, ...]
    remarks: tuple[Reason, ...]
    more: bool


class IncidentDone(Told, frozen=True, kw_only=True):
    """An act on an incident: the object that was written, how it is marked, and what became of giving it to who has the incident."""

    incident: str
    id: str
    marking: Marking
    sent: tuple[Given, ...] = ()


class IncidentGiven(Told, frozen=True, kw_only=True):
    """What became of giving an incident to each node, and how many pieces it names itself afterwards."""

    incident: str
    sent: tuple[Given, ...]
    named: int


class IncidentAsked(Asked, frozen=True, kw_only=True):
    """Open an incident, from findings or from nothing. Its marking is that of all its findings together, and `marking` besides."""

    name: BothAsked
    words: BothAsked = BothAsked()
    findings: Ids = ()
    marking: Words = ()
    determination: Line = "suspected"
    criticality: Score | None = None
    types: Words = ()
    detected: Words = ()
    sectors: Words = ()


class EventAsked(Asked, frozen=True, kw_only=True):
    """Add something that happened, or that may: `status` is occurred, ongoing, pending, not-occurred or undetermined."""

    name: BothAsked
    words: BothAsked = BothAsked()
    status: Line = "occurred"
    start: Moment | None = None
    end: Moment | None = None
    fidelity: Line = ""
    types: Words = ()
    goal: Line = ""
    sightings: Ids = ()
    marking: Words = ()


class ImpactAsked(Asked, frozen=True, kw_only=True):
    """Add what an incident did. `category`: availability, confidentiality, external, integrity, monetary, physical or traceability."""

    category: Line
    details: Details = msgspec.field(default_factory=dict)
    words: BothAsked = BothAsked()
    criticality: Score | None = None
    recoverability: Line = ""
    counts: Counts = msgspec.field(default_factory=dict)
    refs: Ids = ()
    start: Moment | None = None
    end: Moment | None = None
    marking: Words = ()


class IncidentTaskAsked(Asked, frozen=True, kw_only=True):
    """Add what is to be done, or was; `end` of what is still to be done is by when, `owner` the id of an identity or `us`."""

    name: BothAsked
    words: BothAsked = BothAsked()
    outcome: Line = "pending"
    start: Moment | None = None
    end: Moment | None = None
    types: Words = ()
    priority: Score | None = None
    owner: Line = ""
    marking: Words = ()


class PieceAsked(Asked, frozen=True, kw_only=True):
    """Say how an event (its status), a task (its outcome) or an impact stands now; what is left out stays as it is."""

    state: Line = ""
    start: Moment | None = None
    end: Moment | None = None
    error: Line = ""
    superseded_by: Line = ""


class ChangeAsked(Asked, frozen=True, kw_only=True):
    """Change what this node says of its own incident; what is left out stays, an empty list takes out."""

    status: Line = ""
    determination: Line = ""
    criticality: Score | None = None
    recoverability: Line = ""
    types: Words | None = None
    detected: Words | None = None
    counts: Counts | None = None
    sectors: Words | None = None


class AffectAsked(Asked, frozen=True, kw_only=True):
    """Say whom or what an incident concerns: an identity or an infrastructure, which it `impacts` or `targets`."""

    who: StixId
    how: Literal["impacts", "targets"] = "impacts"


class OrderAsked(Asked, frozen=True, kw_only=True):
    """Let one event follow another, or one task; `required`: it cannot come without `first`, and `when` says on what of it."""

    first: StixId
    then: StixId
    required: bool = True
    when: Literal["completion", "success", "failure", "unknown"] = "completion"


class GiveAsked(Asked, frozen=True, kw_only=True):
    """Give an incident to these partners, each with what it may have of it."""

    to: Nodes
