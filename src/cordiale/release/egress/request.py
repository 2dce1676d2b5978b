"""What is asked of the egress and what it answers, as values."""

from __future__ import annotations

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.recipient import Recipient
from cordiale.release.segment import SegmentHeader


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One candidate: its content hash (32 bytes) and which of the request's markings is claimed as effective.

    `body` may be left empty when the egress has seen the hash. For a tear-line `redaction` names the place in
    `SegmentRequest.redactions` that says what it was made from.
    """

    hash: bytes
    marking: int
    body: bytes = b""
    redaction: int | None = None


class RedactionClaim(msgspec.Struct, frozen=True):
    """What a tear-line was made from, so that the egress makes it again and compares.

    `targets` maps each referenced id to its state and mapped id; `definitions` of both are in the request.
    """

    parent: bytes
    base: tuple[str, ...]
    id: str
    created: Instant
    modified: Instant
    targets: dict[str, tuple[str, str | None, tuple[str, ...]]]
    original: bytes | None = None


class SegmentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates for one segment, in order, and all that is needed to decide again.

    `markings` are canonical marking texts; `definitions` are the raw marking definitions that the bodies refer to;
    `consents` maps a place in `entries` to originators who consented. `seed` (32 bytes) makes the salts.
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


class Refused(msgspec.Struct, frozen=True):
    """A candidate the egress does not sign: its place in the request and the code of the reason."""

    index: int
    code: str
    atom: str | None = None


class SignedSegment(msgspec.Struct, frozen=True):
    """The signed header over the candidates that passed, in their order; `header` is None when none did."""

    header: SegmentHeader | None
    signature: bytes
    refused: tuple[Refused, ...] = ()
