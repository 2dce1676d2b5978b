"""The signed unit of a pair's stream: its header, its salted leaves, and what signing them means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256, shake_256
from struct import Struct, iter_unpack
from typing import Final

import msgspec
import orjson

SALT: Final = 16
"""Bytes of salt in a leaf: enough that a leaf hides a content somebody could guess."""

NO_PREVIOUS: Final = bytes(32)
"""What the first segment of a generation names as the one before it."""

_LEAF = Struct(
    f"x{SALT}s64s"
).pack  # the 0x00 of a leaf, the salt, the pair: one call instead of two additions

Verify = Callable[[bytes, bytes, bytes], bool]
"""Given (public key, message, signature), tell whether the key signed the message."""


class SegmentHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a node signs about entries `first`…`last` of one pair's stream.

    `date_added` of entry n is `base_us + (n - first)`; instants are microseconds, hashes 32 bytes.
    """

    pair: str
    generation: int
    first: int
    last: int
    previous: bytes
    root: bytes
    cut_at: int
    base_us: int
    rules_version: str


def header_bytes(header: SegmentHeader) -> bytes:
    """Return the canonical bytes that are signed and hashed; hashes in hexadecimal, keys sorted."""
    value = {
        "pair": header.pair,
        "generation": header.generation,
        "first": header.first,
        "last": header.last,
        "previous": header.previous.hex(),
        "root": header.root.hex(),
        "cut_at": header.cut_at,
        "base_us": header.base_us,
        "rules_version": header.rules_version,
    }
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def header_hash(header: SegmentHeader) -> bytes:
    """Return what the next header names as `previous` (32 bytes)."""
    return sha256(header_bytes(header)).digest()


def salts(seed: bytes, count: int) -> bytes:
    """Return the salts of a segment's leaves, 16 bytes each, from its seed (SHAKE-256)."""
    return shake_256(b"cordiale/salts/1\x00" + seed).digest(SALT * count)


def leaf(salt: bytes, content_hash: bytes, marking_hash: bytes) -> bytes:
    """Return the leaf SHA-256(0x00 ‖ salt ‖ content hash ‖ marking hash): an RFC 9162 leaf of the three."""
    return sha256(b"\x00" + salt + content_hash + marking_hash).digest()


def leaves(seed: bytes, content_hashes: Sequence[bytes], marking_hashes: Sequence[bytes]) -> list[bytes]:
    """Return the leaves of a segment in order."""
    return salted(seed, [c + m for c, m in zip(content_hashes, marking_hashes, strict=True)])


def salted(seed: bytes, pairs: Sequence[bytes]) -> list[bytes]:
    """Return the leaves over (content hash ‖ marking hash), 64 bytes each, which many partners' segments share."""
    salt = iter_unpack(f"{SALT}s", salts(seed, len(pairs)))
    return [sha256(_LEAF(one, pair)).digest() for (one,), pair in zip(salt, pairs, strict=True)]


def message(purpose: str, payload: bytes) -> bytes:
    """Return what is really signed: a signature for one purpose never serves another.

    Raises ValueError for a purpose that could be confused with another.
    """
    return _begin(purpose) + payload


@lru_cache(maxsize=64)
def _begin(purpose: str) -> bytes:
    if not purpose or not all(c.isascii() and (c.isalnum() or c == "-") for c in purpose):
        raise ValueError(f"{purpose!r} is not a purpose: use letters, digits and hyphens")
    return b"cordiale/" + purpose.encode() + b"/1\n"


def verify_segment(header: SegmentHeader, signature: bytes, public_key: bytes, verify: Verify) -> bool:
    """Tell whether a key signed this header as a segment."""
    return verify(public_key, message("segment", header_bytes(header)), signature)
