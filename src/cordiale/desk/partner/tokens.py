"""Tokens of plain TAXII clients: shown once, kept as a digest."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import audit, records
from cordiale.desk.actor import authorise
from cordiale.desk.partnerships import partnerships

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partnership
    from cordiale.exchange.message import Request

LONGEST = 4096


def partner_token(desk: Desk, actor: Actor, name: str) -> str:
    """Make a token for a partner's TAXII client and return it; earlier ones end at once.

    Raises NotFound for a partner who is not recorded.
    """
    from cordiale.exchange.partners.pairing import partner

    authorise(actor, "partner")
    token = base64.urlsafe_b64encode(desk.random(32)).decode().rstrip("=")
    with desk.store.write() as tx:
        found = partner(tx, name)
        records.put_token(tx, _digest(token), found.node, desk.clock(), actor.name)
        audit.acted(tx, desk, actor, "partner-token", partner=found.node)
    return token


def identify(desk: Desk, request: Request) -> Partnership | None:
    """Return whose token a request shows (Bearer, or Basic with the token as password), or None.

    Whatever its node could do, a token makes a `taxii` recipient: it can be copied to anything.
    """
    token = _shown(request.headers.get("authorization", ""))
    if token is None:
        return None
    digest = _digest(token)
    known = _known(desk)
    found = known.get(digest)
    if found is None:
        found = _looked_up(desk, digest)
        if found is not None:  # tokens nobody was given would fill the memory
            known[digest] = found
    return found


def _known(desk: Desk) -> dict[bytes, Partnership]:
    """Return who was found behind a token since anything was last committed: a client reads page after page."""
    at = desk.store.changed()
    held = desk.cache.get("tokens")
    if held is None or held[0] != at:
        held = desk.cache["tokens"] = (at, {})
    found: dict[bytes, Partnership] = held[1]
    return found


def _looked_up(desk: Desk, digest: bytes) -> Partnership | None:
    with desk.store.read() as tx:
        name = records.partner_of_token(tx, digest)
        joined = partnerships(tx, desk.node).get(name) if name else None
    if joined is None:
        return None
    recipient = joined.recipient
    if recipient.assurance == "node":
        recipient = msgspec.structs.replace(recipient, assurance="taxii")
    return msgspec.structs.replace(joined, recipient=recipient)


def _shown(header: str) -> str | None:
    scheme, _space, rest = header.partition(" ")
    if len(header) > LONGEST:
        return None
    if scheme.lower() == "bearer":
        return rest.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        _user, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return password if colon and password else None


def _digest(token: str) -> bytes:
    # a token is 256 random bits: a plain digest is enough, there is nothing to guess slowly
    return sha256(b"cordiale/token/1\n" + token.encode()).digest()
