"""`/recalls`: take back what was released, and answer what partners ask back."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import HttpMethod, Response, get, post, route
from litestar.params import JSONBody, Parameter

from cordiale.desk import verbs
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
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
from cordiale.rest.release import ACT, written
from cordiale.sdk import recalls as wire

MOST: Final = 200

NOTHING: Final = _("Name what to take back: object ids, or entries of a partner's stream.")

RecallId = Annotated[
    str, Parameter(pattern=r"^[0-9a-f-]{8,36}$", description="The recall, as `recall` of its answer.")
]


@route("/recalls", http_method=HttpMethod.OPTIONS, include_in_schema=False, sync_to_thread=False)
def recalls_options(request: Asked) -> Response[None]:
    """Say what is done to this address: the framework forgets all but the first of two handlers."""
    return options(request)


@get("/recalls", responses=refusals(404), sync_to_thread=True, tags=["recalls"])
def recalls(
    request: Asked,
    partner: Annotated[
        str | None, Parameter(min_length=1, max_length=400, description="Only to this partner.")
    ] = None,
    after: After = None,
    limit: Annotated[int, limit_of(MOST)] = 50,
) -> Response[wire.Recalls]:
    """List the recalls of this node, newest first."""
    asked = asking(request)
    found = verbs.recall_list(asked.desk, asked.actor, partner=partner)
    items, more = asked.page(f"recalls {partner}", found, lambda one: one.recall, after, limit)
    return answer(
        request, wire.Recalls(items=tuple(asked.tell(one, wire.Recalled) for one in items), next=more)
    )


@get("/recalls/received", responses=refusals(), sync_to_thread=True, tags=["recalls"])
def recalls_received(
    request: Asked, after: After = None, limit: Annotated[int, limit_of(MOST)] = 50
) -> Response[wire.RecallsReceived]:
    """List the recalls that partners sent, newest first, and what was answered."""
    asked = asking(request)
    found = verbs.recall_received(asked.desk, asked.actor)
    items, more = asked.page("received", found, lambda one: one.recall, after, limit)
    shown = tuple(asked.tell(one, wire.RecallReceived) for one in items)
    return answer(request, wire.RecallsReceived(items=shown, next=more))


@get("/recalls/{recall_id:str}", responses=refusals(404), sync_to_thread=True, tags=["recalls"])
def recall_shown(request: Asked, recall_id: RecallId) -> Response[wire.Recalled]:
    """Read one recall of this node."""
    asked = asking(request)
    return answer(request, asked.tell(verbs.recall_show(asked.desk, asked.actor, recall_id), wire.Recalled))


@post("/recalls", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["recalls"])
def recall(
    request: Asked, data: JSONBody[wire.RecallAsked], idempotency_key: Key = None
) -> Response[wire.Recalls]:
    """Ask objects back: one recall for every partner that holds them. Many stay a draft until somebody confirms."""

    def do(asked: Asking) -> wire.Recalls:
        if not data.ids and data.entries is None:
            raise InputError("recall-nothing", NOTHING)
        done = verbs.recall(
            asked.desk,
            asked.actor,
            ids=data.ids,
            entries=data.entries,
            partner=data.partner,
            reason=data.reason,
            action=data.action,
            scope=data.scope,
            marking=data.marking,
            members=data.members,
            erasure=data.erasure,
        )
        return wire.Recalls(items=tuple(asked.tell(one, wire.Recalled) for one in done))

    return act(request, idempotency_key, data, do)


@post("/recalls/{recall_id:str}/confirm", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["recalls"])  # fmt: skip
def confirm_recall(
    request: Asked, recall_id: RecallId, data: JSONBody[wire.ConfirmAsked], idempotency_key: Key = None
) -> Response[wire.Recalled]:
    """Send a drafted recall, as somebody who saw how many objects it concerns."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.recall_confirm(asked.desk, asked.actor, recall_id, objects=data.objects), wire.Recalled
        ),
    )


@post("/recalls/{recall_id:str}/drop", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["recalls"])  # fmt: skip
def drop_recall(request: Asked, recall_id: RecallId, idempotency_key: Key = None) -> Response[wire.Recalled]:
    """Forget a drafted recall that is not to be sent; what a partner may not have any more is not dropped."""
    return act(
        request,
        idempotency_key,
        None,
        lambda asked: asked.tell(verbs.recall_drop(asked.desk, asked.actor, recall_id), wire.Recalled),
    )


@post("/recalls/received/{recall_id:str}/answer", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["recalls"])  # fmt: skip
def answer_recall(
    request: Asked, recall_id: RecallId, data: JSONBody[wire.RecallAnswerAsked], idempotency_key: Key = None
) -> Response[wire.RecallReceived]:
    """Answer a recall that a partner sent, in one's own name."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.recall_answer(
                asked.desk,
                asked.actor,
                recall_id,
                data.outcome,
                until=written(data.until),
                note=data.note,
                products=data.products,
            ),
            wire.RecallReceived,
        ),
    )


HANDLERS: Final = (
    recalls_options,
    recalls,
    recalls_received,
    recall_shown,
    recall,
    confirm_recall,
    drop_recall,
    answer_recall,
)
