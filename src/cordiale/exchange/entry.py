"""Packed entries of a segment: ten bytes each, as four columns beside one another.

A segment's entries are stored as one blob: all version ids (u32), all marking ids (u32), all
flags (u8), all type numbers (u8), little-endian. Columns let a page be sliced and a type be
looked for without unpacking entries one by one.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence

import msgspec

#: Bytes per entry: u32 version, u32 marking, u8 flags, u8 type.
SIZE = 10

SUPERSEDED = 1  # a later version of the same id is in this stream
NOT_FIRST = 2  # an earlier version of the same id is in this stream
TEAR_LINE = 4  # the version is a tear-line of something kept at home
WITHDRAWN = 8  # recalled, expired or purged: only the leaf is left
STUB = 16  # a revoked version without content, for clients that know no recall

#: Type numbers fit one byte; what does not fit shares number 0 and is looked at object by object.
OTHER_TYPE = 0


class Entries(msgspec.Struct, frozen=True):
    """Hold the columns of one segment; all four have the same length."""

    vids: array[int]
    mids: array[int]
    flags: bytearray
    types: bytes

    def __len__(self) -> int:
        return len(self.flags)


def pack(vids: Sequence[int], mids: Sequence[int], flags: bytes, types: bytes) -> bytes:
    """Write columns of equal length as one blob of ten bytes an entry."""
    return b"".join((numbers(vids), numbers(mids), flags, types))


def unpack(blob: bytes) -> Entries:
    """Read a blob back into columns."""
    count = len(blob) // SIZE
    vids, mids = array("I"), array("I")
    vids.frombytes(blob[: 4 * count])
    mids.frombytes(blob[4 * count : 8 * count])
    if sys.byteorder == "big":
        vids.byteswap()
        mids.byteswap()
    return Entries(vids, mids, bytearray(blob[8 * count : 9 * count]), blob[9 * count :])


def repack(entries: Entries) -> bytes:
    """Write columns again after their flags changed."""
    return pack(entries.vids, entries.mids, bytes(entries.flags), entries.types)


def type_mask(types: bytes) -> int:
    """Return a 63-bit set of the type numbers present, folded, for a first look by the database."""
    mask = 0
    for number in set(types):
        mask |= 1 << (number % 63)
    return mask


def numbers(values: Sequence[int]) -> bytes:
    """Write a column of u32, little-endian."""
    column = values if isinstance(values, array) else array("I", values)
    if sys.byteorder == "big":
        column = array("I", column)
        column.byteswap()
    return column.tobytes()


def read_numbers(blob: bytes) -> array[int]:
    """Read a column of u32 back."""
    column = array("I")
    column.frombytes(blob)
    if sys.byteorder == "big":
        column.byteswap()
    return column
