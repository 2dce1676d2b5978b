"""What a node serves to a partner's node, below /cordiale/v1/, to requests signed with the link key."""

from __future__ import annotations

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner, Partnership
from cordiale.exchange.link import answered, greeting
from cordiale.exchange.link.wire import BASE, Hello, News, NumberedRecall, Standing, Welcome, numbers
from cordiale.exchange.message import JSON, Request, Response
from cordiale.exchange.originator import consent
from cordiale.exchange.protocol import EXTENSIONS, SIGNED, choose
from cordiale.exchange.recall import basis, ledger, narrowing
from cordiale.exchange.reconcile import concordance
from cordiale.exchange.restore import generation, position, recovery, rejoin
from cordiale.exchange.restore.looking_back import look_back
from cordiale.exchange.stream import checkpoint, segment
from cordiale.platform.errors import ProtocolError
from cordiale.platform.languages import _
from cordiale.store.connection import Store, Transaction

_BINARY = {"content-type": "application/vnd.cordiale.segment+msgpack"}
_RECALLS = 50


def respond_node(request: Request, store: Store, home: Home, partnership: Partnership) -> Response:
    """Answer one request whose signature was verified; raises CordialeError."""
    partner = partnership.partner
    name = request.path[len(BASE) :].rstrip("/")
    if len(request.body) > home.limits.request_bytes:
        raise ProtocolError(
            "exchange.request.size",
            _("A request is larger than {limit} bytes."),
            limit=home.limits.request_bytes,
        )
    match (request.method, name):
        case ("POST", "hello"):
            return _hello(request, store, home, partner)
        case ("GET", "segments"):
            return _segments(request, store, home, partnership)
        case ("GET", "news"):
            with store.read() as tx:
                return _json(news(tx, partner))
        case ("GET", "recalls"):
            return _recalls(request, store, home, partner)
        case ("GET", "standing/headers"):
            given = numbers(request, "generation", "after")
            with store.read() as tx:
                return _json(recovery.headers(tx, partner, given["generation"], given["after"]))
        case ("GET", "standing/recalled"):
            with store.read() as tx:
                return _json(recovery.recalled(tx, partner, numbers(request, "after")["after"]))
        case ("POST", "receipts"):
            with store.write() as tx:
                ledger.record_receipt(tx, home, partner, request.body, home.clock())
            return Response(204)
        case ("GET" | "POST", "consents"):
            return consent.respond(request, store, home, partner)
        case ("POST", "checkpoints"):
            with store.write() as tx:
                return Response(
                    200, JSON, checkpoint.countersign(tx, home, partner, request.body, home.clock())
                )
    found = concordance.respond(request, name, store, home, partner)
    return found if found is not None else Response(404, JSON, b'{"error":"exchange.path"}')


def while_closed(request: Request) -> bool:
    """Tell whether a request is answered even while nothing is served: it asks for statements, not for content."""
    asked = (request.method, request.path[len(BASE) :].rstrip("/"))
    return asked in _WHILE_CLOSED


_WHILE_CLOSED = {
    ("POST", "hello"),
    ("POST", "receipts"),
    ("GET", "recalls"),
    ("GET", "standing/headers"),
    ("GET", "standing/recalled"),
}


def news(tx: Transaction, partner: Partner) -> News:
    """Return up to where there is news for a partner."""
    pair = records.pair(tx, partner.number)
    return News(pair.last, pair.recalls)


def _hello(request: Request, store: Store, home: Home, partner: Partner) -> Response:
    try:
        hello = msgspec.json.decode(request.body, type=Hello)
    except msgspec.MsgspecError as error:
        raise ProtocolError(
            "exchange.hello.form", _("The greeting of {node} cannot be read."), node=partner.node
        ) from error
    partner = greeting.hear(store, home, partner, hello)
    protocol = choose(partner, hello.protocols)
    if hello.standing == Standing():
        with store.read() as tx:
            _refuse_claims(tx, partner, hello)
    else:
        look_back(store, home, partner, hello.standing)
    with store.read() as tx:
        if not (rejoin.closed(tx, partner.number) or position.knows_recalls(tx, partner, hello.standing)):
            # it may have carried out what we forgot that we asked back: our own visit learns it, if anything proves it
            raise rejoin.refusal(partner)
        pair = records.pair(tx, partner.number)
        opening = generation.shown(tx, home, partner) if hello.generation < pair.generation else ""
        answer = Welcome(
            home.node,
            protocol,
            EXTENSIONS,
            pair.generation,
            pair.last,
            pair.recalls,
            home.clock(),
            opening=opening,
            closed=rejoin.closed(tx, partner.number),
            standing=position.of(tx, partner),
        )
        answer = msgspec.structs.replace(answer, **greeting.telling(tx, home, partner))
    return greeting.sign_answer(home, request, protocol, _json(answer))


def _refuse_claims(tx: Transaction, partner: Partner, hello: Hello) -> None:
    """Raise ProtocolError when a node that shows no proof says that it holds what we did not send."""
    pair = records.pair(tx, partner.number)
    ahead = hello.generation == pair.generation and hello.received > pair.last
    if ahead or (hello.received and not _known_head(tx, pair, hello)):
        raise position.unproven(partner)


def _known_head(tx: Transaction, pair: records.Pair, hello: Hello) -> bool:
    held = records.segment_with(tx, pair.number, hello.generation, hello.received)
    return held is not None and held.last == hello.received and held.hash.hex() == hello.head


def _segments(request: Request, store: Store, home: Home, partnership: Partnership) -> Response:
    asked = numbers(request, "after", "origins")
    after = asked["after"]
    with store.read() as tx:
        pair = records.pair(tx, partnership.partner.number)
        held = records.segment_with(tx, pair.number, pair.generation, after + 1)
        if held is None or held.first != after + 1:
            return _whole(request, home, asked["origins"], Response(204))
        body, stopped = segment.serve(
            tx, partnership, held, home.clock(), home.secret if asked["origins"] else None
        )
    if stopped and held.last > pair.acknowledged:
        # What goes as a bare leaf goes as that for good: it is not counted as held, and looked at anew.
        # What the partner signed for it has: it asks again for the sake of another entry, and a recall still names this.
        with store.write() as tx:
            narrowing.let_go(tx, partnership.partner, stopped)
    return _whole(request, home, asked["origins"], Response(200, _BINARY, body))


def _whole(request: Request, home: Home, origins: int, answer: Response) -> Response:
    """Sign an answer for whoever asks for that; one of the release before does not."""
    return answered.sign(home, request, answer) if origins >= SIGNED else answer


def _recalls(request: Request, store: Store, home: Home, partner: Partner) -> Response:
    asked = numbers(request, "after", "origins")
    with store.read() as tx:
        rows = records.recalls_after(tx, partner.number, asked["after"], _RECALLS)
    whole = asked["origins"] >= SIGNED
    found = [
        NumberedRecall(number, message.decode(), basis.unpack(kept) if whole else ())
        for number, message, kept in rows
    ]
    return _whole(request, home, asked["origins"], _json(found))


def _json(value: object) -> Response:
    return Response(200, JSON, msgspec.json.encode(value))
