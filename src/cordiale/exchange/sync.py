"""Pull from a partner, deliver what is owed to it, and record how the link is."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordiale.exchange.home import Home, Partner
from cordiale.exchange.message import Transport
from cordiale.store.connection import Store, Transaction


class Link(msgspec.Struct, frozen=True):
    """Describe the state of one link.

    `state` is new, up, down, refused, garbage, clock or rejoin. `sent` and `acknowledged` are
    our entry numbers, `received` theirs, `news` the last number they announced.
    """

    partner: str
    state: str
    code: str = ""
    message_id: str = ""
    params: dict[str, str] = {}
    last_contact: int | None = None
    last_attempt: int | None = None
    failures: int = 0
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    news: int = 0
    clock_difference: int | None = None


class Pulled(msgspec.Struct, frozen=True):
    """Report one visit to a partner."""

    partner: str
    link: Link
    segments: int = 0
    new: int = 0
    same: int = 0
    withdrawn: int = 0
    set_aside: int = 0
    recalls: int = 0
    more: bool = False


def visit(store: Store, home: Home, partner: Partner, transport: Transport) -> Pulled:
    """Say hello, fetch and apply segments and recalls, hand over receipts and checkpoints.

    Never raises for what the partner does; the link state says what happened.
    """
    raise NotImplementedError


def listen(
    store: Store, home: Home, partner: Partner, transport: Transport, *, seconds: float = 25.0
) -> int:
    """Wait at the partner for news beyond what we hold (long poll); returns its last number."""
    raise NotImplementedError


def links(tx: Transaction) -> tuple[Link, ...]:
    """Return the state of every link."""
    raise NotImplementedError


Carrier = Callable[[Partner], Transport]
