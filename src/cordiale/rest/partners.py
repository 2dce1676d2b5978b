"""`/partners`: the state of links, suspending and resuming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from litestar import Response, get, post
from litestar.params import JSONBody

from cordiale.desk import verbs
from cordiale.platform.languages import text
from cordiale.rest.asking import Asked, Asking, Key, act, answer, asking, refusals
from cordiale.rest.release import ACT, Partner
from cordiale.sdk import partners as wire
from cordiale.sdk.wire import Reason

if TYPE_CHECKING:
    from cordiale.desk.answers import PartnerView


@get("/partners", responses=refusals(), sync_to_thread=True, tags=["partners"])
def partners(request: Asked) -> Response[wire.Partners]:
    """List partners with the state of their links and how long releases take."""
    asked = asking(request)
    found = verbs.partner_list(asked.desk, asked.actor)
    return answer(request, wire.Partners(items=tuple(_partner(asked, one) for one in found)))


@post("/partners/{name:str}/suspend", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["partners"])  # fmt: skip
def suspend_partner(
    request: Asked, name: Partner, data: JSONBody[wire.SuspendAsked], idempotency_key: Key = None
) -> Response[wire.Partner]:
    """Stop all exchange with a partner at once."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: _partner(
            asked, verbs.partner_suspend(asked.desk, asked.actor, name, reason=data.reason)
        ),
    )


@post("/partners/{name:str}/resume", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["partners"])  # fmt: skip
def resume_partner(
    request: Asked, name: Partner, data: JSONBody[wire.SuspendAsked], idempotency_key: Key = None
) -> Response[wire.Partner]:
    """Exchange with a suspended partner again."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: _partner(
            asked, verbs.partner_resume(asked.desk, asked.actor, name, reason=data.reason)
        ),
    )


def _partner(asked: Asking, one: PartnerView) -> wire.Partner:
    said = text(asked.lang, one.last_error, **one.error_params) if one.last_error else ""
    return asked.tell(one, wire.Partner, problem=Reason(code=one.link, message=said) if said else None)


HANDLERS: Final = (partners, suspend_partner, resume_partner)
