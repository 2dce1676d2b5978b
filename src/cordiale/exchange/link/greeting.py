"""What a greeting carries beside positions: changes of keys, the root's certificate, and a signature on its answer.

The answer is signed over the nonce of the very request it answers, so that nobody in between can alter it, take
it from another day, or talk two nodes down to an older protocol.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner, keys_now
from cordiale.exchange.link import signatures
from cordiale.exchange.link.wire import Hello, Welcome
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners.keychange import is_newer, learn, proves, refuse_expired
from cordiale.exchange.protocol import SIGNED_WELCOME, choose, floor
from cordiale.exchange.signing import peek_statement
from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.release.segment import message
from cordiale.store.connection import Store, Transaction

PURPOSE = "welcome"
CARRIED = "carry"
HEADER = "cordiale-signature"
_HELLO = "/cordiale/v1/hello"


class _Told(msgspec.Struct):
    known: int = 0
    changes: tuple[str, ...] = ()
    certified: str = ""


def telling(tx: Transaction, home: Home, partner: Partner) -> dict[str, Any]:
    """Return the fields of a greeting that tell a partner about our keys, and how much we know of its."""
    changes = tuple(one.decode() for one in records.changes_after(tx, partner.number, partner.told))
    return {"known": partner.changes, "changes": changes, "certified": keys_now(home).certified.decode()}


def introduce(store: Store, home: Home, request: Request, partner: Partner) -> bool:
    """Take in what a greeting with an unknown key says of it; tell whether we believe something new.

    The request is not proven: only what the known key, or the root, signed is believed.
    """
    if (request.method, request.path.rstrip("/")) != ("POST", _HELLO) or len(request.body) > 4 * 1024 * 1024:
        return False
    try:
        told = msgspec.json.decode(request.body, type=_Told)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    # judged before anything is written: whoever reaches the port may send such a greeting
    if not proves(home, partner, told.changes, told.certified, home.clock()):
        return False
    with store.write() as tx:
        now = home.clock()
        return learn(tx, home, partner, told.changes, told.certified, now, proven=False) != partner


def hear(store: Store, home: Home, partner: Partner, hello: Hello) -> Partner:
    """Take in what a proven greeting says; return the partner as it is then.

    Raises ProtocolError where no common protocol is left, or only one older than the partner is known to speak.
    """
    protocol = choose(partner, hello.protocols)
    news = bool(hello.changes) or is_newer(partner, hello.certified)
    if not news and hello.known <= partner.told and protocol <= floor(partner):
        return partner
    with store.write() as tx:
        known = learn(tx, home, partner, hello.changes, hello.certified, home.clock(), proven=True)
        known = msgspec.structs.replace(
            known,
            told=max(known.told, min(hello.known, records.last_change(tx, partner.number))),
            protocol=max(known.protocol, protocol),
        )
        if known != partner:
            records.save_partner(tx, known, home.clock())
    return known


def on_medium(store: Store, home: Home, partner: Partner, statement: bytes) -> Partner:
    """Take in what the list of a bundle says of keys, as of a greeting; return the partner as it is then.

    What is not proven changes nothing here: whether the list itself may be believed is asked afterwards.
    """
    body, signature = peek_statement(statement, CARRIED)
    told = msgspec.json.decode(body, type=_Told)
    signed, now = message(CARRIED, body), home.clock()
    with store.read() as tx:
        known = records.partner(tx, partner.node)

    def proven() -> bool:
        return any(home.verify(key, signed, signature) for key in known.keys)

    if not proven() and proves(home, known, told.changes, told.certified, now):
        with store.write() as tx:
            known = learn(tx, home, known, told.changes, told.certified, now, proven=False)
    news = bool(told.changes) or is_newer(known, told.certified) or told.known > known.told
    if news and proven():
        with store.write() as tx:
            known = learn(tx, home, known, told.changes, told.certified, now, proven=True)
            heard = max(known.told, min(told.known, records.last_change(tx, known.number)))
            if heard != known.told:
                known = msgspec.structs.replace(known, told=heard)
                records.save_partner(tx, known, now)
    return known


def sign_answer(home: Home, request: Request, protocol: int, answer: Response) -> Response:
    """Sign the answer to a greeting, from the protocol on that has signed answers."""
    if protocol < SIGNED_WELCOME:
        return answer
    signature = home.egress().sign(PURPOSE, _signed_bytes(request, answer))
    headers = {**answer.headers, HEADER: base64.b64encode(signature).decode()}
    return msgspec.structs.replace(answer, headers=headers)


def check_answer(
    store: Store, home: Home, partner: Partner, request: Request, answer: Response, welcome: Welcome
) -> Partner:
    """Check the answer to our greeting and take in what it says; return the partner as it is then.

    `request` is the signed one that was answered. Raises ProtocolError for a protocol that was not offered or is
    older than known, IntegrityError for an answer the partner did not sign, NotAllowed when its key has ended.
    """
    protocol = choose(partner, (welcome.protocol,))
    known = partner
    if protocol >= SIGNED_WELCOME:
        if not _is_signed(home, partner, request, answer):
            with store.write() as tx:
                known = learn(
                    tx, home, partner, welcome.changes, welcome.certified, home.clock(), proven=False
                )
            if not _is_signed(home, known, request, answer):
                raise IntegrityError(
                    "exchange.welcome.signature",
                    _("The answer to our greeting is not signed by {node}: somebody may be in between."),
                    node=partner.node,
                )
        news = bool(welcome.changes) or is_newer(known, welcome.certified)
        if news or welcome.known > known.told or protocol > floor(known):
            with store.write() as tx:
                known = learn(tx, home, known, welcome.changes, welcome.certified, home.clock(), proven=True)
                told = max(known.told, min(welcome.known, records.last_change(tx, known.number)))
                renewed = msgspec.structs.replace(known, told=told, protocol=max(known.protocol, protocol))
                if renewed != known:
                    records.save_partner(tx, renewed, home.clock())
                known = renewed
    refuse_expired(home, known, home.clock())
    return known


def _is_signed(home: Home, partner: Partner, request: Request, answer: Response) -> bool:
    try:
        signature = base64.b64decode(answer.headers.get(HEADER, ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    signed = message(PURPOSE, _signed_bytes(request, answer))
    return any(home.verify(key, signed, signature) for key in partner.keys)


def _signed_bytes(request: Request, answer: Response) -> bytes:
    return signatures.nonce_of(request).encode() + b"\n" + answer.body
