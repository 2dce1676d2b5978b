"""What is asked of the egress and what it answers, as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.recipient import Recipient
from cordiale.release.segment import SegmentHeader

Fetch = Callable[[Sequence[int]], Sequence[bytes]]
"""Given places in `SegmentRequest.entries`, return their bodies; asked only for what the egress has not seen."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One candidate: its content hash (32 bytes) and the place in `markings` of what is claimed as effective.

    `body` may be left empty when `fetch` is given. For a tear-line `redaction` is the place in `redactions` of what
    it was made from; its body is not needed, since the egress makes it again.
    """

    hash: bytes
    marking: int
    body: bytes = b""
    redaction: int | None = None


class TargetClaim(msgspec.Struct, frozen=True):
    """What the target of a reference is for the recipient, see `form.Target`."""

    state: str
    as_id: str | None = None
    words: tuple[str, ...] = ()


class RedactionClaim(msgspec.Struct, frozen=True):
    """What a tear-line was made from, so that the egress makes it again and compares.

    `original` is the version that a translation translates. `created` and `modified` are the instants it carries.
    """

    parent: bytes
    id: str
    created: Instant
    modified: Instant
    targets: dict[str, TargetClaim] = {}
    original: bytes | None = None


class SegmentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates for one segment, in order, and all that is needed to decide again.

    `rules` is the rules text, `recipient` the partner as the rules have it. `markings` are canonical marking texts;
    `definitions` are the raw marking definitions the bodies refer to (TLP needs none). `consents` maps a place in
    `entries` to the originators who consented, or to the atoms that they lifted. `seed` (32 bytes) makes the salts and must be new for every segment.
    `mine` are the places of this node's own objects that go under its origin signature; with them, `origin` (32 bytes)
    makes their batch. `named` maps the place of what names somebody to the act by which an officer named it.
    """

    pair: str
    generation: int
    first: int
    previous: bytes
    cut_at: Instant
    base_us: Instant
    recipient: Recipient
    rules: str
    seed: bytes
    markings: tuple[str, ...]
    entries: tuple[Entry, ...]
    definitions: tuple[bytes, ...] = ()
    redactions: tuple[RedactionClaim, ...] = ()
    consents: dict[int, tuple[str, ...]] = {}
    mine: tuple[int, ...] = ()
    origin: bytes = b""
    named: dict[int, str] = {}


class Refused(msgspec.Struct, frozen=True):
    """A candidate the egress does not sign: its place in the request and the code of the reason."""

    index: int
    code: str
    atom: str | None = None


class SignedSegment(msgspec.Struct, frozen=True):
    """The signed header over the candidates that passed, in their order; `header` is None when none did.

    `origin` signs the batch of those of `mine` that passed, empty when there are none.
    """

    header: SegmentHeader | None
    signature: bytes
    refused: tuple[Refused, ...] = ()
    origin: bytes = b""
