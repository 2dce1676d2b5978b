"""Hashes of values and the tables that find them: what costs no more with a million values than with ten thousand."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from cordiale.desk.analysis.kernels import mix

Bytes = npt.NDArray[np.uint8]
Starts = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

BASIS: Final = np.uint64(0xCBF29CE484222325)
PRIME: Final = np.uint64(0x100000001B3)
"""Of FNV-1a with 64 bits (Fowler, Noll and Vo): each byte goes in by itself, so that every prefix has its hash on the way."""

NONE: Final = -1
_BITS: Final = 16
"""Bits of the filter for each value: one in sixteen hashes of other values passes it and is looked up in vain."""


class Table(NamedTuple):
    """Distinct 64-bit hashes and what each stands for.

    `filter` (bits in words of 64) is small enough to stay near the processor and turns most values away; `keys` and
    `slots` are a table with open addressing, at most half full: key 0 is never stored, its slot is NONE.
    """

    filter: Hashes
    keys: Hashes
    slots: npt.NDArray[np.int32]

    @property
    def filled(self) -> bool:
        """Tell whether it holds anything."""
        return bool(self.filter.any())


def table(hashes: Hashes, numbers: npt.NDArray[np.int32]) -> Table:
    """Return the table that finds numbers by their hashes, which are distinct."""
    size = 16
    while size < 2 * len(hashes):
        size *= 2
    bits = 1024
    while bits < _BITS * len(hashes):
        bits *= 2
    found = Table(np.zeros(bits // 64, np.uint64), np.zeros(size, np.uint64), np.full(size, NONE, np.int32))
    _fill(found.filter, found.keys, found.slots, hashes, numbers)
    return found


@numba.njit(cache=True)
def _fill(filter: Hashes, keys: Hashes, slots: npt.NDArray[np.int32], hashes: Hashes, numbers: Any) -> None:
    mask = np.uint64(len(keys) - 1)
    bits = np.uint64(len(filter) * 64 - 1)
    for i in range(len(hashes)):
        h = hashes[i] | np.uint64(1)
        place = h >> np.uint64(1) & bits
        filter[place >> np.uint64(6)] |= np.uint64(1) << (place & np.uint64(63))
        at = (h >> np.uint64(20)) & mask
        while keys[at] != 0:
            at = (at + np.uint64(1)) & mask
        keys[at] = h
        slots[at] = numbers[i]


@numba.njit(cache=True)
def find(filter: Hashes, keys: Hashes, slots: npt.NDArray[np.int32], state: Any) -> Any:
    """Return the number that a running FNV-1a state stands for, NONE where there is none."""
    h = mix(state) | np.uint64(1)
    place = h >> np.uint64(1) & np.uint64(len(filter) * 64 - 1)
    if filter[place >> np.uint64(6)] >> (place & np.uint64(63)) & np.uint64(1) == 0:
        return NONE
    mask = np.uint64(len(keys) - 1)
    at = (h >> np.uint64(20)) & mask
    while keys[at] != 0:
        if keys[at] == h:
            return slots[at]
        at = (at + np.uint64(1)) & mask
    return NONE


@numba.njit(cache=True)
def lower(byte: int) -> int:
    """Return an ASCII letter in lower case, anything else as it is."""
    if byte >= 65 and byte <= 90:
        return byte | 32
    return byte


@numba.njit(cache=True)
def forwards(starts: Starts, data: Bytes) -> Hashes:
    """Return the hash of each text, from its first byte to its last; bit 0 is always set."""
    out = np.empty(len(starts) - 1, np.uint64)
    for i in range(len(starts) - 1):
        h = BASIS
        for j in range(starts[i], starts[i + 1]):
            h = (h ^ np.uint64(data[j])) * PRIME
        out[i] = mix(h) | np.uint64(1)
    return out


@numba.njit(cache=True)
def backwards(starts: Starts, data: Bytes) -> Hashes:
    """Return the hash of each text, from its last byte to its first: so that every suffix of a name has one."""
    out = np.empty(len(starts) - 1, np.uint64)
    for i in range(len(starts) - 1):
        h = BASIS
        for j in range(starts[i + 1] - 1, starts[i] - 1, -1):
            h = (h ^ np.uint64(data[j])) * PRIME
        out[i] = mix(h) | np.uint64(1)
    return out
