"""Answer partners and TAXII clients: one function from request value to response value."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordiale.exchange.home import LEAVING, Home, Partner, Partnership
from cordiale.exchange.link import greeting, signatures, wire
from cordiale.exchange.link.signatures import Nonces
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners.keychange import refuse_expired
from cordiale.exchange.restore import rejoin
from cordiale.exchange.serve import nodes
from cordiale.exchange.serve.wake import Bell
from cordiale.exchange.taxii.media import UNAUTHORISED, UNAVAILABLE, error
from cordiale.exchange.taxii.server import respond_taxii
from cordiale.exchange.taxii.wiring import Delivered, Inbox
from cordiale.platform.errors import CordialeError, NotAllowed, Unavailable
from cordiale.platform.log import logger
from cordiale.platform.tracing import span
from cordiale.store.connection import Store

__all__ = ["Delivered", "Identify", "Inbox", "Service", "respond"]

#: Given a request under /cordiale/v1/ that the link key signed, answer it, or None where it is the
#: exchange's own: so the files attached to objects travel beside the stream.
More = Callable[[Request, Partnership], Response | None]

#: Given a request without a link signature (Bearer or Basic), say whose it is, or None.
Identify = Callable[[Request], Partnership | None]

NODES = "/cordiale/v1/"

log = logger("exchange")


class Seen(msgspec.Struct, frozen=True):
    """Remember who the partners are and which links are closed, until anything is committed (`at`)."""

    at: object = None
    joined: dict[str, Partnership] = msgspec.field(default_factory=dict)
    closed: dict[int, bool] = msgspec.field(default_factory=dict)


class Service(msgspec.Struct, frozen=True):
    """Wire what the server functions need.

    `partnerships` gives the partnership of a confirmed partner node by name under the rules
    of the moment, or None. `more` is asked first about signed requests.
    """

    home: Home
    store: Store
    identify: Identify
    partnerships: Callable[[str], Partnership | None]
    inbox: Inbox
    title: str = "Cordiale"
    nonces: Nonces = msgspec.field(default_factory=Nonces)
    more: More | None = None
    #: rung after each cut, so that whoever waits for news is told at once
    bell: Bell = msgspec.field(default_factory=Bell)
    #: the one in use; replaced whole, since requests are answered in several threads
    seen: list[Seen] = msgspec.field(default_factory=lambda: [Seen()])


def respond(request: Request, service: Service) -> Response:
    """Answer one request under /taxii2/ or /cordiale/v1/; never raises."""
    with span("answer", way="node" if request.path.startswith(NODES) else "taxii") as said:
        answer = _respond(request, service)
        said["status"] = answer.status
        return answer


def _respond(request: Request, service: Service) -> Response:
    try:
        if request.path.startswith(NODES):
            return _respond_node(request, service)
        partnership = _caller(request, service)
        if partnership is None:
            return UNAUTHORISED
        if _closed(service, partnership.partner):
            return UNAVAILABLE
        return respond_taxii(request, service.store, service.home, partnership, service.inbox, service.title)
    except Unavailable:
        return UNAVAILABLE
    except Exception as problem:  # noqa: BLE001 - whatever it is, the client learns nothing of it
        log.error("a request failed", error=problem, path=request.path.split("/objects/")[0])
        return error(500, "Internal Server Error")


def _caller(request: Request, service: Service) -> Partnership | None:
    """Say who asks: by link key where the request is signed with one, else by token."""
    if signatures.signer_named(request) is None:
        return service.identify(request)
    try:
        found = authenticate(request, service)
    except NotAllowed:
        return None
    return None if found.partner.state == LEAVING else found


def _seen(service: Service) -> Seen:
    """Return what is known of this moment; a partner that asks page after page costs the store one look."""
    at = service.store.changed()
    found = service.seen[0]
    if found.at != at:
        found = service.seen[0] = Seen(at)
    return found


def _closed(service: Service, partner: Partner) -> bool:
    """Tell whether a partner is served nothing since this node was put back."""
    known = _seen(service).closed
    if partner.number not in known:
        with service.store.read() as tx:
            known[partner.number] = rejoin.closed(tx, partner.number)
    return known[partner.number]


def _joined(service: Service, named: str) -> Partnership | None:
    """Return a partnership by node; only one that exists is remembered."""
    known = _seen(service).joined
    found = known.get(named) or service.partnerships(named)
    if found is not None:
        known[named] = found
    return found


def authenticate(request: Request, service: Service) -> Partnership:
    """Return the partnership whose link key signed the request; raises NotAllowed."""
    named = signatures.signer_named(request) or ""
    partnership = _joined(service, named)
    if partnership is None or not partnership.partner.keys:
        raise NotAllowed("exchange.link.signature", signatures.NOT_SIGNED, node=named[:80])
    try:
        _verify(service, request, partnership)
    except NotAllowed:
        # a greeting may bring the change of the key it is signed with
        if not greeting.introduce(service.store, service.home, request, partnership.partner):
            raise
        partnership = _joined(service, named) or partnership
        _verify(service, request, partnership)
    return partnership


def _verify(service: Service, request: Request, partnership: Partnership) -> None:
    now = service.home.clock()
    signatures.verify_request(service.home, request, partnership.partner, service.nonces, now)
    refuse_expired(service.home, partnership.partner, now)


def _respond_node(request: Request, service: Service) -> Response:
    try:
        partnership = authenticate(request, service)
    except NotAllowed as problem:
        named = signatures.signer_named(request) or ""
        return signatures.refusal_response(service.home, problem, named, service.home.clock(), service.nonces)
    try:
        if not nodes.while_closed(request) and _closed(service, partnership.partner):
            raise rejoin.refusal(partnership.partner)
        leaving = partnership.partner.state == LEAVING
        found = service.more(request, partnership) if service.more is not None and not leaving else None
        if found is not None:
            return found
        return nodes.respond_node(request, service.store, service.home, partnership)
    except CordialeError as problem:
        return wire.refused(problem)
