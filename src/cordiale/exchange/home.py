"""This node as the exchange sees it, and the partners it is paired with."""

from __future__ import annotations

import msgspec

from cordiale.platform.clock import Clock
from cordiale.platform.ids import Randomness
from cordiale.release.egress.client import Egress
from cordiale.release.recipient import Recipient
from cordiale.release.rules import Rules


class Limits(msgspec.Struct, frozen=True):
    """Bound what one exchange may cost.

    Entries are counted in objects, sizes in bytes, times in microseconds.
    """

    segment_entries: int = 1024
    page_objects: int = 1000
    page_bytes: int = 16 * 1024 * 1024
    request_bytes: int = 16 * 1024 * 1024
    response_bytes: int = 64 * 1024 * 1024
    segments_per_pull: int = 64
    scanned_segments: int = 64
    clock_window: int = 5 * 60 * 1_000_000
    nonces: int = 100_000


class Home(msgspec.Struct, frozen=True):
    """Say who this node is and what it signs with.

    `secret` (32 bytes) derives cursors, salts and tear-line ids and never leaves the node;
    `keys` are our raw Ed25519 public keys, the current one first; `identities` are the STIX
    identity ids nobody else may speak for.
    """

    node: str
    title: str
    nation: str
    organisation: str
    url: str
    secret: bytes
    keys: tuple[bytes, ...]
    egress: Egress
    clock: Clock
    random: Randomness
    identities: frozenset[str] = frozenset()
    limits: Limits = Limits()


class Partner(msgspec.Struct, frozen=True):
    """Describe one partner node as its confirmed invitation states it.

    `kind` is two-way, delayed or one-way; `assurance` is node, taxii or file;
    `state` is invited, confirmed, suspended or left.
    """

    node: str
    title: str
    nation: str
    organisation: str
    url: str
    keys: tuple[bytes, ...]
    kind: str = "two-way"
    assurance: str = "node"
    state: str = "invited"
    number: int = 0


class Partnership(msgspec.Struct, frozen=True):
    """Join a partner with the recipient it is under the rules of the moment."""

    partner: Partner
    recipient: Recipient
    rules: Rules
