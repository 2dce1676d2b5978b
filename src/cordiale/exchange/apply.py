"""Take in one partner's segment: verify all of it, then write objects and cursor at once."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordiale.exchange.home import Home, Partner
from cordiale.store.connection import Store


class SetAside(msgspec.Struct, frozen=True):
    """Keep one entry that could not be applied, with the reason a person can act on."""

    partner: str
    sequence: int
    object_id: str | None
    code: str
    message_id: str
    params: dict[str, str] = {}
    raw: bytes | None = None


class Applied(msgspec.Struct, frozen=True):
    """Report what one segment did; `same` counts what was already held."""

    partner: str
    first: int
    last: int
    new: int = 0
    same: int = 0
    withdrawn: int = 0
    set_aside: tuple[SetAside, ...] = ()
    already: bool = False


#: Called with a name before each step of apply, so that a test can crash between any two lines.
Step = Callable[[str], None]


def apply(
    store: Store, home: Home, partner: Partner, segment: bytes, now: int, *, step: Step | None = None
) -> Applied:
    """Verify and apply one segment as received.

    Raises ProtocolError or IntegrityError with the reason; nothing is written then.
    """
    raise NotImplementedError
