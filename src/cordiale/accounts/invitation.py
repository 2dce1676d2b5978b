"""Links by which somebody without a way to sign in gets one."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Final, Literal

import msgspec

from cordiale.platform.clock import DAY, Instant
from cordiale.platform.ids import Randomness

Kind = Literal["enrol", "enter"]
"""`enrol` lets a person choose how to sign in; `enter` signs them in as they are: for demonstrations alone."""

LASTS: Final = 7 * DAY


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A link that was given out: for whom, by whom, how often it may still be used."""

    digest: bytes
    person: str
    kind: Kind
    made: Instant
    until: Instant
    uses: int
    by: str


def fresh(random: Randomness) -> str:
    """Return a new code: 160 random bits in letters and digits that survive being typed."""
    return base64.b32encode(random(20)).decode()


def digest(code: str) -> bytes:
    """Return what is kept of a code, however it was typed."""
    plain = "".join(c for c in code.upper() if c.isalnum())
    return sha256(b"cordiale/invitation/1\n" + plain.encode()).digest()
