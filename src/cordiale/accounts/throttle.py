"""How long somebody who got it wrong has to wait, so that guessing is hopeless and nobody is locked out for ever.

Three counts are kept. That of a name tried from one place grows to a quarter of an hour. That of a place, whatever
names it tried, does too. That of a name, wherever it was tried from, ends at a minute, and does not count for places
its person signed in from lately: an attacker can slow their sign-in by password down, never prevent it.
"""

from __future__ import annotations

import hmac
import ipaddress
from hashlib import sha256
from typing import Final

import msgspec

from cordiale.platform.clock import DAY, MINUTE, SECOND, Instant


class Limit(msgspec.Struct, frozen=True):
    """How often something may fail before there is a wait (µs), which doubles from `first` to `most`."""

    free: int
    first: int
    most: int


PAIR: Final = Limit(5, 2 * SECOND, 15 * MINUTE)
NAME: Final = Limit(20, 2 * SECOND, MINUTE)
PLACE: Final = Limit(30, 2 * SECOND, 15 * MINUTE)
CODE: Final = Limit(5, 5 * SECOND, 5 * MINUTE)
"""One-time codes: 1 of 333,333 guesses is right, and five minutes leave 288 guesses a day to who has the password."""

FORGOTTEN: Final = DAY
"""How long after the last failure a count is forgotten."""

KNOWN: Final = 30 * DAY
"""How long a place from which somebody signed in is known as theirs."""


def wait(limit: Limit, count: int, last: Instant, now: Instant) -> int:
    """Return how long it still takes (µs) until the next attempt is looked at, after `count` failures up to `last`."""
    if count < limit.free or now - last >= FORGOTTEN:
        return 0
    # 2 to the power of 30 is beyond any `most`: no need for numbers without end
    pause = min(limit.most, limit.first << min(count - limit.free, 30))
    return max(0, last + pause - now)


def subject(key: bytes, kind: str, *parts: str) -> bytes:
    """Return the digest under which something is counted: what people typed as a name may be their password."""
    said = "\x00".join((kind, *parts)).encode("utf-8", "surrogatepass")
    return hmac.new(key, b"cordiale/tried/1\n" + said, sha256).digest()


def place(address: str) -> str:
    """Return where an address is, as far as it counts: a whole /64 of IPv6 is one subscriber."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
