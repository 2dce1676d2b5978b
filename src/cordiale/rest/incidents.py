"""`/incidents`: opened from findings, grown by events, impacts and tasks, and given to partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.joint.incident import adding, giving, opening, ordering, reading
from cordiale.rest.asking import After, Asked, Asking, Key, act, answer, asking, limit_of, options, refusals
from cordiale.rest.joint import words
from cordiale.rest.release import ACT
from cordiale.rest.told import instant
from cordiale.sdk import incidents as wire
from cordiale.sdk.joint import Given
from cordiale.sdk.wire import ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.joint.incident.writing import Wrote

MOST: Final = 200

IncidentId = Annotated[
    str, Parameter(pattern=r"^[0-9a-z][0-9a-z-]{3,60}$", description="The incident, as `id` of its answer, or how its UUID begins.")
]  # fmt: skip
PieceId = Annotated[
    str, Parameter(pattern=ID, max_length=300, description="The event, impact or task, as `id` of its answer.")
]  # fmt: skip


@route("/incidents", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def incidents_options(request: Asked) -> Response[None]:
    """Say what is done to this address."""
    return options(request)


@get("/incidents", responses=refusals(), sync_to_thread=True, tags=["incidents"])
def incidents(
    request: Asked,
    everything: Annotated[bool, Parameter(description="Closed ones too.")] = False,
    sector: Annotated[str, Parameter(max_length=100, description="Only those about a sector, such as energy or ca:health.")] = "",
    after: After = None,
    limit: Annotated[int, limit_of(MOST)] = 50,
) -> Response[wire.IncidentLines]:  # fmt: skip
    """List the incidents that are under way, the last changed first."""
    asked = asking(request)
    held = reading.incidents(asked.desk, asked.actor, everything=everything)
    found = [one for one in held if not sector or sector in one.sectors]
    items, more = asked.page(f"incidents {everything} {sector}", found, lambda one: one.id, after, limit)
    told = tuple(asked.tell(one, wire.IncidentLine) for one in items)
    return answer(request, wire.IncidentLines(items=told, next=more))


@get("/incidents/{incident_id:str}", responses=refusals(404), sync_to_thread=True, tags=["incidents"])
def incident(request: Asked, incident_id: IncidentId) -> Response[wire.Incident]:
    """Read one incident: its timeline, its impacts, its tasks and which is next, whom it concerns, what it was opened from."""
    asked = asking(request)
    found = reading.incident_show(asked.desk, asked.actor, incident_id)
    scores = tuple(
        wire.IncidentScore(name=name, value=value, description=said) for name, value, said in found.scores
    )
    return answer(request, asked.tell(found, wire.Incident, scores=scores))


@post("/incidents", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])
def open_incident(
    request: Asked, data: JSONBody[wire.IncidentAsked], idempotency_key: Key = None
) -> Response[wire.IncidentDone]:
    """Open an incident, from findings or from nothing; sightings among the findings become its first event."""

    def do(asked: Asking) -> wire.IncidentDone:
        made = opening.open_incident(
            asked.desk,
            asked.actor,
            words(data.name),
            words=words(data.words),
            findings=data.findings,
            marking=" ".join(data.marking),
            determination=data.determination,
            criticality=data.criticality,
            types=data.types,
            detected=data.detected,
            sectors=data.sectors,
        )
        return asked.tell(made, wire.IncidentDone, sent=())

    return act(request, idempotency_key, data, do)


@post("/incidents/{incident_id:str}/events", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])  # fmt: skip
def add_incident_event(
    request: Asked, incident_id: IncidentId, data: JSONBody[wire.EventAsked], idempotency_key: Key = None
) -> Response[wire.IncidentDone]:
    """Add something that happened, or that may; it goes to the partners that have the incident, as far as they may have it."""

    def add(desk: Desk, actor: Actor) -> Wrote:
        return adding.add_event(
            desk,
            actor,
            incident_id,
            words(data.name),
            words=words(data.words),
            status=data.status,
            start=instant(data.start),
            end=instant(data.end),
            fidelity=data.fidelity,
            types=data.types,
            goal=data.goal,
            sightings=data.sightings,
            marking=" ".join(data.marking),
        )

    return act(request, idempotency_key, data, lambda asked: _added(asked, add))


@post("/incidents/{incident_id:str}/impacts", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])  # fmt: skip
def add_incident_impact(
    request: Asked, incident_id: IncidentId, data: JSONBody[wire.ImpactAsked], idempotency_key: Key = None
) -> Response[wire.IncidentDone]:
    """Add what an incident did, of one category with the details that Incident Core has for it."""

    def add(desk: Desk, actor: Actor) -> Wrote:
        return adding.add_impact(
            desk,
            actor,
            incident_id,
            data.category,
            data.details,
            words=words(data.words),
            criticality=data.criticality,
            recoverability=data.recoverability,
            counts=data.counts,
            refs=data.refs,
            start=instant(data.start),
            end=instant(data.end),
            marking=" ".join(data.marking),
        )

    return act(request, idempotency_key, data, lambda asked: _added(asked, add))


@post("/incidents/{incident_id:str}/tasks", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])  # fmt: skip
def add_incident_task(
    request: Asked,
    incident_id: IncidentId,
    data: JSONBody[wire.IncidentTaskAsked],
    idempotency_key: Key = None,
) -> Response[wire.IncidentDone]:
    """Add what is to be done, or was."""

    def add(desk: Desk, actor: Actor) -> Wrote:
        return adding.add_task(
            desk,
            actor,
            incident_id,
            words(data.name),
            words=words(data.words),
            outcome=data.outcome,
            start=instant(data.start),
            end=instant(data.end),
            types=data.types,
            priority=data.priority,
            owner=data.owner,
            marking=" ".join(data.marking),
        )

    return act(request, idempotency_key, data, lambda asked: _added(asked, add))


@post("/incidents/pieces/{piece_id:str}/change", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])  # fmt: skip
def change_incident_piece(
    request: Asked, piece_id: PieceId, data: JSONBody[wire.PieceAsked], idempotency_key: Key = None
) -> Response[wire.IncidentDone]:
    """Say how an event, an impact or a task of this node stands now; what is over without an end ends now."""

    def do(asked: Asking) -> wire.IncidentDone:
        made = adding.change_piece(
            asked.desk,
            asked.actor,
            piece_id,
            state=data.state,
            start=instant(data.start),
            end=instant(data.end),
            error=data.error,
            superseded_by=data.superseded_by,
        )
        return asked.tell(made, wire.IncidentDone, sent=())

    return act(request, idempotency_key, data, do)


@post("/incidents/{incident_id:str}/affected", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])  # fmt: skip
def affect_by_incident(
    request: Asked, incident_id: IncidentId, data: JSONBody[wire.AffectAsked], idempotency_key: Key = None
) -> Response[wire.IncidentDone]:
    """Say whom or what an incident concerns."""

    def add(desk: Desk, actor: Actor) -> Wrote:
        return opening.affect(desk, actor, incident_id, data.who, how=data.how)

    return act(request, idempotency_key, data, lambda asked: _added(asked, add))


@post("/incidents/{incident_id:str}/change", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])  # fmt: skip
def change_incident(
    request: Asked, incident_id: IncidentId, data: JSONBody[wire.ChangeAsked], idempotency_key: Key = None
) -> Response[wire.IncidentDone]:
    """Change what this node says of its own incident; what partners state they alone change."""

    def do(asked: Asking) -> wire.IncidentDone:
        made = opening.change_incident(
            asked.desk,
            asked.actor,
            incident_id,
            determination=data.determination,
            status=data.status,
            criticality=data.criticality,
            types=data.types,
            detected=data.detected,
            recoverability=data.recoverability,
            counts=data.counts,
            sectors=data.sectors,
        )
        return asked.tell(made, wire.IncidentDone, sent=())

    return act(request, idempotency_key, data, do)


@post("/incidents/{incident_id:str}/order", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])  # fmt: skip
def order_incident(
    request: Asked, incident_id: IncidentId, data: JSONBody[wire.OrderAsked], idempotency_key: Key = None
) -> Response[wire.IncidentDone]:
    """Say which event or task follows another, among those that this node's incident names itself (`listed`)."""

    def do(asked: Asking) -> wire.IncidentDone:
        made = ordering.order(asked.desk, asked.actor, incident_id, data.first, data.then, required=data.required, when=data.when)  # fmt: skip
        return asked.tell(made, wire.IncidentDone, sent=())

    return act(request, idempotency_key, data, do)


@post("/incidents/{incident_id:str}/give", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["incidents"])  # fmt: skip
def give_incident(
    request: Asked, incident_id: IncidentId, data: JSONBody[wire.GiveAsked], idempotency_key: Key = None
) -> Response[wire.IncidentGiven]:
    """Give an incident with what belongs to it to partners, each with what it may have of it."""

    def do(asked: Asking) -> wire.IncidentGiven:
        given = giving.give(asked.desk, asked.actor, incident_id, data.to)
        return asked.tell(given, wire.IncidentGiven)

    return act(request, idempotency_key, data, do)


def _added(asked: Asking, add: Callable[[Desk, Actor], Wrote]) -> wire.IncidentDone:
    """Add something to an incident, and let it follow to the partners that have it."""
    made = add(asked.desk, asked.actor)
    handed = giving.hand_on(asked.desk, asked.actor, made.incident, made.made)
    return asked.tell(made, wire.IncidentDone, sent=tuple(asked.tell(one, Given) for one in handed.sent))


HANDLERS: Final = (
    incidents_options,
    incidents,
    incident,
    open_incident,
    add_incident_event,
    add_incident_impact,
    add_incident_task,
    change_incident_piece,
    affect_by_incident,
    change_incident,
    order_incident,
    give_incident,
)
