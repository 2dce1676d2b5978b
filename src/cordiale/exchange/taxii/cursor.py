"""Opaque, authenticated positions in one partner's stream."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct

import msgspec

from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

# pair number, generation, sequence; a truncated HMAC keeps `next` short in a URL, and 96 bits
# are far beyond what anybody can guess over a network.
_BODY = struct.Struct(">III")
_MAC = 12


class Cursor(msgspec.Struct, frozen=True):
    """Name the last entry a partner has read: (pair, generation, sequence)."""

    pair: int
    generation: int
    sequence: int


def encode_cursor(secret: bytes, cursor: Cursor) -> str:
    """Write a cursor as an opaque URL-safe token that only this node can make."""
    body = _BODY.pack(cursor.pair, cursor.generation, cursor.sequence)
    token = body + _mac(secret, body)
    return base64.urlsafe_b64encode(token).decode("ascii").rstrip("=")


def decode_cursor(secret: bytes, token: str, pair: int) -> Cursor:
    """Read a cursor back.

    Raises InputError when the token was not made here or belongs to another partner; both give
    the same answer, so that a token tells nothing about another pair.
    """
    refusal = InputError(
        "exchange.cursor",
        _("The value of “next” was not issued by this collection; start again without it."),
    )
    if len(token) > 64:
        raise refusal
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise refusal from None
    if len(raw) != _BODY.size + _MAC:
        raise refusal
    body, mac = raw[: _BODY.size], raw[_BODY.size :]
    if not hmac.compare_digest(mac, _mac(secret, body)):
        raise refusal
    cursor = Cursor(*_BODY.unpack(body))
    if cursor.pair != pair:
        raise refusal
    return cursor


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"cordiale cursor v1\0" + body, hashlib.sha256)[:_MAC]
