"""This node as the exchange sees it, and the partners it is paired with."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordiale.platform.clock import Clock
from cordiale.platform.ids import Randomness
from cordiale.release.decide import Compiled, compile_rules
from cordiale.release.egress.client import Egress
from cordiale.release.keys import verify_ed25519
from cordiale.release.recipient import ASSURANCES, Assurance, Recipient
from cordiale.release.rules import Rules
from cordiale.release.segment import Verify

LEAVING = "leaving"
"""State of a partner that is sent nothing more and still fetches recalls and signs the last checkpoint."""


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


class Own(msgspec.Struct, frozen=True):
    """Hold this node's public keys of the moment.

    `keys` are raw Ed25519 public keys that sign, `former` those that signed before; `certificates` (DER) are of the
    TLS keys partners may meet. `root` is the public key of the offline root, empty without one, and
    `certified` what it signed about the current key.
    """

    keys: tuple[bytes, ...]
    former: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = ()
    root: bytes = b""
    certified: bytes = b""


class Home(msgspec.Struct, frozen=True):
    """Say who this node is and what it signs with.

    `secret` (32 bytes) derives cursors, salts and tear-line ids and never leaves the node.
    `egress` gives the signing process, started on first use. `keys` are our raw Ed25519 public
    keys, the current one first. `identities` are the STIX identity ids nobody else may speak
    for. `verify` is replaced by the simulator only. `own` gives the keys of the moment where they may
    change while the node runs; ask `keys_now`.
    """

    node: str
    title: str
    nation: str
    organisation: str
    url: str
    secret: bytes
    keys: tuple[bytes, ...]
    egress: Callable[[], Egress]
    clock: Clock
    random: Randomness
    identities: frozenset[str] = frozenset()
    verify: Verify = verify_ed25519
    limits: Limits = Limits()
    own: Callable[[], Own] | None = None


def keys_now(home: Home) -> Own:
    """Return this node's public keys of the moment."""
    return home.own() if home.own is not None else Own(home.keys)


def own_keys(home: Home) -> tuple[bytes, ...]:
    """Return every signing key of ours, the current first: what we signed in the past we recognise."""
    own = keys_now(home)
    return (*own.keys, *own.former)


class Partner(msgspec.Struct, frozen=True):
    """Describe one partner node as its confirmed invitation states it.

    `kind` is two-way, delayed or one-way; `assurance` is node, taxii or file; `state` is invited, confirmed,
    suspended, compromised, leaving or left. `certificates` (DER) are of its TLS keys and `pins` their hashes; `former`
    signing keys count only for what they signed in their time; `root` certifies its key until
    `certified_until` (µs). `protocol` is the lowest we accept of it, `changes` the last change of its keys
    that we know, `told` the last of ours that it knows; `issued` (µs) is of the invitation that counts.
    """

    node: str
    title: str
    nation: str
    organisation: str
    url: str
    keys: tuple[bytes, ...]
    kind: str = "two-way"
    assurance: Assurance = "node"
    state: str = "invited"
    number: int = 0
    identities: frozenset[str] = frozenset()
    certificates: tuple[bytes, ...] = ()
    pins: tuple[bytes, ...] = ()
    former: tuple[bytes, ...] = ()
    root: bytes = b""
    certified_until: int | None = None
    protocol: int = 1
    changes: int = 0
    told: int = 0
    issued: int = 0


class Partnership(msgspec.Struct, frozen=True):
    """Join a partner with the recipient it is under the rules of the moment."""

    partner: Partner
    recipient: Recipient
    rules: Rules
    home: str = ""

    @property
    def compiled(self) -> Compiled:
        """Return the decision table, which remembers its verdicts between requests."""
        key = (self.rules.version, self.recipient, self.home)
        found = _COMPILED.get(key)
        if found is None:
            if len(_COMPILED) >= _REMEMBERED:
                _COMPILED.clear()
            found = _COMPILED[key] = compile_rules(self.rules, self.recipient, self.home)
        return found


# A table depends on nothing but the rules' content (`version` is its hash) and the recipient, so
# that it may be kept for the life of the process.
_COMPILED: dict[tuple[str, Recipient, str], Compiled] = {}
_REMEMBERED = 1024


def pair_up(partner: Partner, rules: Rules | None, home: str = "") -> Partnership | None:
    """Join a confirmed partner with the rules that name it; None when they do not.

    `home` is the name of this node; without it what this node controls as the originator stays.
    """
    if rules is None or partner.state != "confirmed" or partner.node not in rules.partners:
        return None
    stated = rules.partners[partner.node]
    # the weaker of what the rules assume and what the link really is
    weaker = min(stated.assurance, partner.assurance, key=ASSURANCES.index)
    return Partnership(partner, msgspec.structs.replace(stated, assurance=weaker), rules, home)
