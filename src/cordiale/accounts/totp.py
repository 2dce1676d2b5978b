"""One-time codes from a clock (RFC 6238), as authenticator apps make them: SHA-1, 6 digits, 30 seconds."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha1
from typing import Final
from urllib.parse import quote

from cordiale.platform.clock import SECOND, Instant

STEP: Final = 30
DIGITS: Final = 6
AROUND: Final = 1
"""Steps before and after the present one whose codes are taken: clocks of telephones are seldom further off."""


def step(now: Instant) -> int:
    """Return the number of the step an instant falls in."""
    return now // SECOND // STEP


def code(secret: bytes, number: int, digits: int = DIGITS) -> str:
    """Return the code of a step (RFC 4226 §5.3)."""
    # SHA-1 because every authenticator app speaks it; what is known against SHA-1 does not weaken HMAC
    made = hmac.new(secret, number.to_bytes(8, "big"), sha1).digest()
    at = made[-1] & 15
    return str((int.from_bytes(made[at : at + 4], "big") & 0x7FFFFFFF) % 10**digits).zfill(digits)


def matching_step(secret: bytes, typed: str, now: Instant, after: int) -> int | None:
    """Return the step whose code was typed, None when it is none of now or was used: `after` is the last used one."""
    plain = "".join(c for c in typed if c.isascii() and c.isdigit())
    found = None
    for number in range(step(now) - AROUND, step(now) + AROUND + 1):
        # all are compared, so that the time taken does not say which one it was
        if hmac.compare_digest(code(secret, number), plain) and number > after:
            found = number
    return found


def written(secret: bytes) -> str:
    """Return a secret as people type it into an app: letters and digits, in groups of four."""
    plain = base64.b32encode(secret).decode()
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def address(secret: bytes, name: str, node: str) -> str:
    """Return the `otpauth:` address that apps read."""
    plain = base64.b32encode(secret).decode()
    label = quote(f"{node}:{name}", safe="")
    return (
        f"otpauth://totp/{label}?secret={plain}&issuer={quote(node, safe='')}&digits={DIGITS}&period={STEP}"
    )
