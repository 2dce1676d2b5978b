"""Numbers that a device or a provider must answer with: made without being kept, good for a while, for one browser, once."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

from cordiale.platform.clock import MINUTE, SECOND, Instant
from cordiale.platform.ids import Randomness

LASTS: Final = 10 * MINUTE

_RANDOM: Final = 16
_TIME: Final = 8
_TAG: Final = 16


def fresh(key: bytes, purpose: str, bound: str, now: Instant, random: Randomness) -> bytes:
    """Return a new challenge; `bound` is something that only the browser has that may answer it."""
    said = random(_RANDOM) + (now // SECOND).to_bytes(_TIME, "big")
    return said + _tag(key, purpose, bound, said)


def is_ours(shown: bytes, key: bytes, purpose: str, bound: str, now: Instant) -> bool:
    """Tell whether a challenge was made here for this purpose and browser, not long ago."""
    said, tag = shown[:-_TAG], shown[-_TAG:]
    if len(said) != _RANDOM + _TIME or not hmac.compare_digest(_tag(key, purpose, bound, said), tag):
        return False
    return 0 <= now - int.from_bytes(said[_RANDOM:], "big") * SECOND <= LASTS


def digest(shown: bytes) -> bytes:
    """Return what is written down of a challenge that was answered."""
    return sha256(b"cordiale/answered/1\n" + shown).digest()


def _tag(key: bytes, purpose: str, bound: str, said: bytes) -> bytes:
    about = f"cordiale/challenge/1\n{purpose}\n{bound}\n".encode()
    return hmac.new(key, about + said, sha256).digest()[:_TAG]
