"""Who is signed in: a random number that only the browser has, kept here as a digest.

How long a browser was idle is told by the cookie itself, which carries the time it was last written, sealed with a
keyed hash. So a page that is only read writes nothing here, and an old copy of a cookie is worth nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from hashlib import sha256
from typing import Final, Literal

import msgspec

from cordiale.platform.clock import SECOND, Instant
from cordiale.platform.ids import Randomness

Stage = Literal["full", "second", "enrol"]
"""`second`: a password was right and the one-time code is missing; `enrol`: no second factor is set up yet."""

BYTES: Final = 32
REWRITTEN_AFTER: Final = 60 * SECOND
"""How old the time in a cookie may be before it is written again: idle time is measured to a minute."""

_TAG: Final = 16
_LONGEST: Final = 120


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One browser in which somebody has signed in; `means` says by what, `until` is when it ends whatever happens."""

    digest: bytes
    person: str
    stage: Stage
    means: str
    made: Instant
    until: Instant
    address: str = ""
    agent: str = ""


class Shown(msgspec.Struct, frozen=True):
    """What a cookie showed: the secret number, and when the cookie was written."""

    secret: bytes
    written: Instant


def fresh(random: Randomness) -> bytes:
    """Return the secret number of a new session."""
    return random(BYTES)


def digest(secret: bytes) -> bytes:
    """Return what is kept of a secret number."""
    # 256 random bits: a plain digest is enough, there is nothing to guess slowly
    return sha256(b"cordiale/session/1\n" + secret).digest()


def cookie(secret: bytes, now: Instant, key: bytes) -> str:
    """Write the value of a session's cookie."""
    content = secret + (now // SECOND).to_bytes(8, "big")
    return base64.urlsafe_b64encode(content + _tag(content, key)).decode().rstrip("=")


def read_cookie(value: str, key: bytes) -> Shown | None:
    """Return what a cookie shows, None when this node did not write it."""
    if len(value) > _LONGEST:
        return None
    try:
        content = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        return None
    said, tag = content[:-_TAG], content[-_TAG:]
    if len(said) != BYTES + 8 or not hmac.compare_digest(_tag(said, key), tag):
        return None
    return Shown(said[:BYTES], int.from_bytes(said[BYTES:], "big") * SECOND)


def form_token(secret: bytes, key: bytes) -> str:
    """Return the token that the forms of one browser must carry; it tells nothing about the secret number."""
    made = hmac.new(key, b"cordiale/form/1\n" + secret, sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _tag(content: bytes, key: bytes) -> bytes:
    return hmac.new(key, b"cordiale/cookie/1\n" + content, sha256).digest()[:_TAG]
