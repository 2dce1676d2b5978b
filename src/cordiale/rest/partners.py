"""`/partners`: connecting, the state of links, comparing, suspending and resuming."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from litestar import Response, get, post
from litestar.params import JSONBody
from msgspec import structs

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


@post("/partners/invite", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["partners"])
def invite_partner(request: Asked, idempotency_key: Key = None) -> Response[wire.Invitation]:
    """Make this node's invitation, to hand to a partner; its people read the words aloud."""

    def do(asked: Asking) -> wire.Invitation:
        made = verbs.partner_invite(asked.desk, asked.actor)
        words, french = (tuple(verbs.own_words(asked.desk, lang)) for lang in ("en", "fr"))
        return wire.Invitation(invitation=made.decode(), words=words, words_fr=french)

    return act(request, idempotency_key, None, do)


@post("/partners/add", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["partners"])
def add_partner(
    request: Asked, data: JSONBody[wire.PartnerAsked], idempotency_key: Key = None
) -> Response[wire.Partner]:
    """Record the partner of an invitation. Nothing is exchanged until its words are confirmed; they are not in the answer."""

    def do(asked: Asking) -> wire.Partner:
        added = verbs.partner_add(asked.desk, asked.actor, data.invitation.encode())
        # who can read them off an answer need not listen
        return _partner(asked, structs.replace(added, words=(), words_fr=()))

    return act(request, idempotency_key, data, do)


@post("/partners/{name:str}/confirm", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["partners"])  # fmt: skip
def confirm_partner(
    request: Asked, name: Partner, data: JSONBody[wire.WordsAsked], idempotency_key: Key = None
) -> Response[wire.Partner]:
    """Confirm a partner by the words that its people read aloud."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: _partner(asked, verbs.partner_confirm(asked.desk, asked.actor, name, data.words)),
    )


@post("/partners/{name:str}/rejoin", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["partners"])  # fmt: skip
def rejoin_partner(
    request: Asked, name: Partner, data: JSONBody[wire.RejoinAsked], idempotency_key: Key = None
) -> Response[wire.Partner]:
    """Serve a partner again after this node was restored from a copy, as somebody who made good what happened since."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: _partner(
            asked, verbs.partner_rejoin(asked.desk, asked.actor, name, unvisited=data.unvisited)
        ),
    )


@post("/partners/{name:str}/reconcile", status_code=200, responses=refusals(*ACT), sync_to_thread=True, tags=["partners"])  # fmt: skip
def reconcile_partner(
    request: Asked, name: Partner, data: JSONBody[wire.ReconcileAsked], idempotency_key: Key = None
) -> Response[wire.Reconciled]:
    """Visit a partner and compare what is held of its stream; repair what differs."""
    return act(
        request,
        idempotency_key,
        data,
        lambda asked: asked.tell(
            verbs.partner_reconcile(asked.desk, asked.actor, name, full=data.full), wire.Reconciled
        ),
    )


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


HANDLERS: Final = (
    partners,
    invite_partner,
    add_partner,
    confirm_partner,
    rejoin_partner,
    reconcile_partner,
    suspend_partner,
    resume_partner,
)
