"""Set up a partner: exchange one small file, compare a fingerprint in words, confirm."""

from __future__ import annotations

import msgspec

from cordiale.exchange.home import Home, Partner
from cordiale.store.connection import Transaction


class Invitation(msgspec.Struct, frozen=True):
    """Hold what a node says about itself in its invitation file; verified against `keys`."""

    node: str
    title: str
    nation: str
    organisation: str
    url: str
    keys: tuple[bytes, ...]
    issued: int
    assurance: str = "node"


def invite(home: Home, now: int) -> bytes:
    """Write this node's signed invitation file (JSON, ASCII, ends with a newline)."""
    raise NotImplementedError


def read_invitation(data: bytes) -> Invitation:
    """Read and verify an invitation file; raises InputError saying what is wrong with it."""
    raise NotImplementedError


def fingerprint(one: tuple[bytes, ...], other: tuple[bytes, ...], lang: str) -> tuple[str, ...]:
    """Return the eight words both people read aloud; the same on both sides."""
    raise NotImplementedError


def add(tx: Transaction, home: Home, invitation: Invitation, now: int) -> Partner:
    """Record an invited partner; nothing is exchanged until its words are confirmed."""
    raise NotImplementedError


def confirm(
    tx: Transaction, home: Home, node: str, words: tuple[str, ...], by: str, now: int
) -> Partner:
    """Record that a person compared the words; raises InputError when they differ."""
    raise NotImplementedError


def partners(tx: Transaction) -> tuple[Partner, ...]:
    """List all partners by name."""
    raise NotImplementedError


def partner(tx: Transaction, node: str) -> Partner:
    """Return one partner; raises NotFound."""
    raise NotImplementedError
