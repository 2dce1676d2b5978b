"""What partners would see and why, and the acts that release: `/preview`, `/why`, `/releases`, `/refusals`, `/proofs`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.params import JSONBody, Parameter

from cordiale.desk import verbs
from cordiale.rest.asking import Asked, Asking, Key, act, answer, asking, common, refusals, repeatable
from cordiale.rest.objects import ObjectId
from cordiale.sdk import release as wire
from cordiale.sdk.wire import StixId

PROOF: Final = "application/vnd.cordiale.proof"
ACT: Final = (404, 409, 413, 503, 507)

Partner = Annotated[str, Parameter(min_length=1, max_length=400, description="The partner's name.")]
ActId = Annotated[
    str, Parameter(pattern=r"^[0-9a-f-]{8,36}$", description="The act, as `act` of its answer.")
]


def written(until: datetime | None) -> str | None:
    """Write a date as the desk takes it; one without a zone is in UTC."""
    if until is None:
        return None
    at = until if until.tzinfo else until.replace(tzinfo=UTC)
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@get("/preview", responses=refusals(404), sync_to_thread=True, tags=["release"])
def preview(
    request: Asked,
    partner: Annotated[
        str | None, Parameter(min_length=1, max_length=400, description="One partner; else each.")
    ] = None,
    id: Annotated[
        list[StixId] | None, Parameter(max_items=100, description="Only these objects, one line each.")
    ] = None,
) -> Response[wire.Preview]:
    """Say what partners have, would get, and would not get, by reason."""
    asked = asking(request)
    found = verbs.preview(asked.desk, asked.actor, partner=partner, ids=id)
    return answer(
        request, wire.Preview(partners=tuple(asked.tell(one, wire.PartnerPreview) for one in found))
    )


@get("/objects/{stix_id:str}/why", responses=refusals(404), sync_to_thread=True, tags=["release"])
def why(request: Asked, stix_id: ObjectId, partner: Partner) -> Response[wire.Why]:
    """Say why an object reached a partner or did not: every step of the decision."""
    asked = asking(request)
    return answer(request, asked.tell(verbs.why(asked.desk, asked.actor, stix_id, partner), wire.Why))


@post("/releases", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["release"])
def release(
    request: Asked, data: JSONBody[wire.ReleaseAsked], idempotency_key: Key = None
) -> Response[wire.Acted]:
    """Approve objects for a partner. Marking, rules and exceptions still decide; the answer says what they keep back."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.release(
                asked.desk,
                asked.actor,
                data.partner,
                ids=data.ids,
                types=data.types,
                marking_within=data.marking_within,
                until=written(data.until),
                reason=data.reason,
            ),
            wire.Acted,
        ),
    )


@post("/releases/{act_id:str}/confirm", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["release"])  # fmt: skip
def confirm_release(request: Asked, act_id: ActId, idempotency_key: Key = None) -> Response[wire.Acted]:
    """Confirm an approval as its second officer, where the rules ask for four eyes."""
    return act(
        request,
        idempotency_key,
        None,
        lambda asked: asked.tell(verbs.confirm_act(asked.desk, asked.actor, act_id), wire.Acted),
    )


@post("/releases/{act_id:str}/withdraw", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["release"])  # fmt: skip
def withdraw_release(request: Asked, act_id: ActId, idempotency_key: Key = None) -> Response[wire.Acted]:
    """Withdraw an approval: what did not go yet does not go; what went is for a recall."""
    return act(
        request,
        idempotency_key,
        None,
        lambda asked: asked.tell(verbs.withdraw_act(asked.desk, asked.actor, act_id), wire.Acted),
    )


@post("/refusals/lift", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["release"])
def lift_refusals(
    request: Asked, data: JSONBody[wire.LiftAsked], idempotency_key: Key = None
) -> Response[wire.Acted]:
    """End refusals and holds: marking, rules and acts decide again."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(verbs.lift(asked.desk, asked.actor, data.partner, ids=data.ids), wire.Acted),
    )


@post("/refusals", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["release"])
def refuse(
    request: Asked, data: JSONBody[wire.RefuseAsked], idempotency_key: Key = None
) -> Response[wire.Acted]:
    """Keep objects from a partner whatever the rules allow; with `until`, only so long."""

    def do(asked: Asking) -> wire.Acted:
        until = written(data.until)
        if until is None:
            done = verbs.refuse(asked.desk, asked.actor, data.partner, ids=data.ids, reason=data.reason)
        else:
            done = verbs.hold(
                asked.desk, asked.actor, data.partner, ids=data.ids, until=until, reason=data.reason
            )
        return asked.tell(done, wire.Acted)

    return act(request, idempotency_key, data, do)


@post("/proofs", status_code=200, responses=refusals(*ACT), sync_to_thread=True, media_type=PROOF, tags=["release"])  # fmt: skip
def prove(request: Asked, data: JSONBody[wire.ProofAsked], idempotency_key: Key = None) -> Response[bytes]:
    """Make the proof file of an object with a partner, or of the log alone: `cordiale verify` checks it without a node."""

    def do(asked: Asking) -> Response[bytes]:
        made = verbs.prove(
            asked.desk, asked.actor, data.id, data.partner, received=data.received, since=data.since
        )
        return Response(made, headers=common(asked.lang), media_type=PROOF, status_code=200)

    return repeatable(request, idempotency_key, data, do)


HANDLERS: Final = (preview, why, release, confirm_release, withdraw_release, refuse, lift_refusals, prove)
