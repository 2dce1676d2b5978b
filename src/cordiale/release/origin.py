"""Who an object comes from: a node signs the root of a batch of its own objects, and nothing about who gets them.

A batch is a full tree of salted leaves, padded to a fixed size. Neither its header nor a proof from it holds a
recipient, a number, an instant or a hash that follows from another object: places are shuffled, and what fills the
tree cannot be told from a leaf. So whoever holds an object can prove to anybody whose it is, and reveals no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import shake_256
from typing import Final

import msgspec
import orjson

from cordiale.release import multiproof
from cordiale.release.segment import SALT, Verify, leaf, message

PURPOSE: Final = "origin"
"""What the signature is for: an origin signature never serves for a segment, nor the reverse."""

SIZES: Final = (32, 1024)
"""Leaves of a batch. Two sizes tell apart a handful of objects and many, and nothing finer."""

_REMEMBERED: Final = 1024
"""Bytes of a header that is remembered as read; a partner cannot fill our memory with longer ones."""

HEIGHTS: Final = {size: size.bit_length() - 1 for size in SIZES}


class OriginHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: the node, its public key and the root (hexadecimal) of a batch of `size` leaves."""

    format: int
    key: str
    node: str
    root: str
    size: int


class Batch(msgspec.Struct, frozen=True):
    """What one sealing makes: the signed bytes to be, where each object stands, its salt, and the whole tree."""

    header: bytes
    places: tuple[int, ...]
    salts: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    tree: multiproof.Tree
    height: int


def seal(node: str, key: bytes, seed: bytes, contents: Sequence[bytes], markings: Sequence[bytes]) -> Batch:
    """Put objects into a batch: content hashes and marking hashes, 32 bytes each, at most the largest of `SIZES`.

    The same seed (32 bytes, new for every batch) gives the same batch: the egress and the node work it out each.
    Raises ValueError when there are none or too many.
    """
    size = next((size for size in SIZES if 0 < len(contents) <= size), None)
    if size is None:
        raise ValueError(f"{len(contents)} objects in one batch")
    stuff = shake_256(b"cordiale/origin/1\x00" + seed).digest(size * (8 + 32))
    order = sorted(range(size), key=lambda place: stuff[8 * place : 8 * place + 8])
    filling = stuff[8 * size :]
    leaves = [filling[32 * place : 32 * place + 32] for place in range(size)]
    places = tuple(order[: len(contents)])
    salts = shake_256(b"cordiale/origin-salts/1\x00" + seed).digest(SALT * len(contents))
    salted = tuple(salts[SALT * i : SALT * i + SALT] for i in range(len(contents)))
    for place, salt, content, marking in zip(places, salted, contents, markings, strict=True):
        leaves[place] = leaf(salt, content, marking)
    tree = multiproof.full_tree(leaves)
    height = HEIGHTS[size]
    header = header_bytes(OriginHeader(1, key.hex(), node, tree[height, 0].hex(), size))
    return Batch(header, places, salted, tuple(leaves[place] for place in places), tree, height)


def header_bytes(header: OriginHeader) -> bytes:
    """Return the canonical bytes that are signed."""
    return orjson.dumps(msgspec.structs.asdict(header), option=orjson.OPT_SORT_KEYS)


def read_header(data: bytes) -> OriginHeader | None:
    """Read signed bytes; None unless they are exactly canonical and of a size that is used."""
    return _remembered(data) if len(data) <= _REMEMBERED else _read(data)


def _read(data: bytes) -> OriginHeader | None:
    try:
        header = msgspec.json.decode(data, type=OriginHeader)
        sound = header.format == 1 and header.size in SIZES and len(bytes.fromhex(header.key)) == 32
    except (msgspec.MsgspecError, ValueError):
        return None
    return header if sound and header_bytes(header) == data else None


# one batch is read again for each segment that something of it goes in
_remembered = lru_cache(maxsize=1024)(_read)


def proven(
    header: OriginHeader, leaves: Mapping[int, bytes], nodes: Sequence[bytes]
) -> multiproof.Tree | None:
    """Return what is known of a batch's tree when leaves and nodes make its root, else None."""
    height = HEIGHTS[header.size]
    tree = multiproof.rebuild(height, leaves, nodes)
    return tree if tree is not None and tree[height, 0].hex() == header.root else None


def signed(header: bytes, signature: bytes, key: bytes, verify: Verify) -> bool:
    """Tell whether a key signed a batch."""
    return verify(key, message(PURPOSE, header), signature)
