"""Frames between the node and its egress: a length of four bytes, then one MessagePack value."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.egress.request import RedactionClaim, SegmentRequest, SignedSegment
from cordiale.release.recipient import Recipient

LARGEST: Final = 256 << 20
"""Bytes of a frame beyond which it is taken for garbage."""

PIECE: Final = 1 << 20
"""Bytes read at once, so that a length alone never makes memory grow."""


class Cut(msgspec.Struct, frozen=True, tag="cut", array_like=True):
    """A segment request without its bodies: hashes packed 32 bytes each, definitions by the hash of all of them."""

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
    hashes: bytes
    claimed: list[int]
    definitions: bytes
    redacted: dict[int, RedactionClaim] = {}
    consents: dict[int, tuple[str, ...]] = {}
    mine: tuple[int, ...] = ()
    origin: bytes = b""
    named: dict[int, str] = {}


class Supply(msgspec.Struct, frozen=True, tag="supply", array_like=True):
    """The bodies and definitions that the egress said it had not seen; None where the node has none."""

    bodies: dict[int, bytes] = {}
    definitions: tuple[bytes, ...] | None = None


class Sign(msgspec.Struct, frozen=True, tag="sign", array_like=True):
    """A payload to sign under a purpose."""

    purpose: str
    payload: bytes


class Ready(msgspec.Struct, frozen=True, tag="ready", array_like=True):
    """Said once at the start: the public key."""

    public_key: bytes


class Needs(msgspec.Struct, frozen=True, tag="needs", array_like=True):
    """What the egress has not seen yet: places of bodies, and whether it needs the definitions."""

    bodies: list[int]
    definitions: bool


class Signed(msgspec.Struct, frozen=True, tag="signed", array_like=True):
    """The answer to a cut."""

    segment: SignedSegment


class Signature(msgspec.Struct, frozen=True, tag="signature", array_like=True):
    """The answer to a payload."""

    signature: bytes


class Failed(msgspec.Struct, frozen=True, tag="failed", array_like=True):
    """A request that cannot be served at all, in the words of an error."""

    code: str
    message_id: str
    params: dict[str, str] = {}


Ask = Cut | Supply | Sign
Answer = Ready | Needs | Signed | Signature | Failed

_ask = msgspec.msgpack.Decoder(Ask)
_answer = msgspec.msgpack.Decoder(Answer)
_encode = msgspec.msgpack.Encoder().encode


def read_ask(stream: BinaryIO) -> Ask | None:
    """Read what the node asks; None at the end of the stream. Raises ValueError on garbage."""
    frame = _read(stream)
    return None if frame is None else _ask.decode(frame)


def read_answer(stream: BinaryIO) -> Answer | None:
    """Read what the egress answers; None at the end of the stream. Raises ValueError on garbage."""
    frame = _read(stream)
    return None if frame is None else _answer.decode(frame)


def write(stream: BinaryIO, value: Ask | Answer) -> None:
    """Write one frame and flush it."""
    frame = _encode(value)
    stream.write(struct.pack(">I", len(frame)))
    stream.write(frame)
    stream.flush()


def without_bodies(request: SegmentRequest, definitions: bytes) -> Cut:
    """Return the first frame of a segment request; `definitions` is the hash of its definitions."""
    entries = request.entries
    return Cut(
        request.pair,
        request.generation,
        request.first,
        request.previous,
        request.cut_at,
        request.base_us,
        request.recipient,
        request.rules,
        request.seed,
        request.markings,
        b"".join([entry.hash for entry in entries]),
        [entry.marking for entry in entries],
        definitions,
        {n: request.redactions[e.redaction] for n, e in enumerate(entries) if e.redaction is not None},
        request.consents,
        request.mine,
        request.origin,
        request.named,
    )


def _read(stream: BinaryIO) -> bytes | None:
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    if length > LARGEST:
        raise ValueError(f"a frame of {length} bytes")
    pieces, missing = [], length
    while missing:
        piece = stream.read(min(missing, PIECE))
        if not piece:
            return None
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
