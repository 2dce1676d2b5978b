"""Tokens of programs that act for a person: shown once, kept as a digest, for some verbs, until a day."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Final

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.ids import Randomness

BEGINS: Final = "cdl_"
"""How every token begins, so that programs which look for lost secrets know one."""

LONGEST: Final = 128


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """One token, without what would let anybody use it; `scopes` are the verbs that it is for."""

    id: str
    person: str
    name: str
    scopes: tuple[str, ...]
    made: Instant
    until: Instant
    by: str


def fresh(random: Randomness) -> str:
    """Return a new token."""
    return BEGINS + base64.urlsafe_b64encode(random(32)).decode().rstrip("=")


def digest(token: str) -> bytes:
    """Return what is kept of a token."""
    return sha256(b"cordiale/api-token/1\n" + token.encode()).digest()
