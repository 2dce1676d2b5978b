"""`/consents`: ask originators to let objects go further, and answer those who ask."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.desk import verbs
from cordiale.rest.asking import (
    After,
    Asked,
    Asking,
    Key,
    act,
    answer,
    asking,
    limit_of,
    options,
    refusals,
)
from cordiale.rest.release import ACT
from cordiale.rest.told import instant
from cordiale.sdk import consents as wire

MOST: Final = 200

ConsentId = Annotated[
    str, Parameter(pattern=r"^[0-9a-f-]{8,36}$", description="The request, as `id` of its answer.")
]


@route("/consents", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def consents_options(request: Asked) -> Response[None]:
    """Say what is done to this address: the framework forgets all but the first of two handlers."""
    return options(request)


@get("/consents", responses=refusals(), sync_to_thread=True, tags=["consents"])
def consents(
    request: Asked,
    waiting: Annotated[bool, Parameter(description="Only what nobody answered.")] = False,
    after: After = None,
    limit: Annotated[int, limit_of(MOST)] = 50,
) -> Response[wire.Consents]:
    """List what was asked by this node and of it, newest first."""
    asked = asking(request)
    found = verbs.consent_list(asked.desk, asked.actor, waiting=waiting)
    items, more = asked.page(f"consents {waiting}", found, lambda one: one.id, after, limit)
    return answer(
        request, wire.Consents(items=tuple(asked.tell(one, wire.Consent) for one in items), next=more)
    )


@get("/consents/{consent_id:str}", responses=refusals(404), sync_to_thread=True, tags=["consents"])
def consent_shown(request: Asked, consent_id: ConsentId) -> Response[wire.Consent]:
    """Read one request with everything it names."""
    asked = asking(request)
    return answer(request, asked.tell(verbs.consent_show(asked.desk, asked.actor, consent_id), wire.Consent))


@post("/consents", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["consents"])
def ask_consent(
    request: Asked, data: JSONBody[wire.ConsentAsked], idempotency_key: Key = None
) -> Response[wire.Consents]:
    """Ask the originators of objects to let them go to one more recipient: one request for each originator."""

    def do(asked: Asking) -> wire.Consents:
        done = verbs.consent_ask(
            asked.desk,
            asked.actor,
            to=data.to,
            ids=data.ids,
            of=data.of,
            types=data.types,
            labels=data.labels,
            pinned=data.pinned,
            derived=data.derived,
            until=instant(data.until),
            reason=data.reason,
        )
        return wire.Consents(items=tuple(asked.tell(one, wire.Consent) for one in done))

    return act(request, idempotency_key, data, do)


@post("/consents/{consent_id:str}/answer", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["consents"])  # fmt: skip
def answer_consent(
    request: Asked,
    consent_id: ConsentId,
    data: JSONBody[wire.ConsentAnswerAsked],
    idempotency_key: Key = None,
) -> Response[wire.Consent]:
    """Grant, refuse or withdraw a consent that a partner asked for, in one's own name."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.consent_answer(asked.desk, asked.actor, consent_id, data.state, until=instant(data.until)),
            wire.Consent,
        ),
    )


HANDLERS: Final = (consents_options, consents, consent_shown, ask_consent, answer_consent)
