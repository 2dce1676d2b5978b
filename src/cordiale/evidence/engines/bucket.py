"""Which bucket a row belongs to: one function for every engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]


def bucket(table: pa.Table, key: Sequence[str], count: int) -> npt.NDArray[np.int32]:
    """Return for each row a number below `count` that depends on the values of its key alone."""
    if count == 1:
        return np.zeros(table.num_rows, np.int32)
    found = np.zeros(table.num_rows, np.uint64)
    for name in key:
        _combine(found, hashed(table[name]))
    return (found % np.uint64(count)).astype(np.int32)


def hashed(column: pa.ChunkedArray) -> Hashes:
    """Return 64-bit hashes of texts, whole numbers, instants or truth values: FNV-1a or itself, then splitmix64."""
    out = np.empty(len(column), np.uint64)
    start = 0
    for chunk in column.chunks:
        end = start + len(chunk)
        out[start:end] = _of(chunk)
        start = end
    return out


def texts(chunk: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Return where each text of an array begins (one more at the end) and the UTF-8 bytes they lie in."""
    large = chunk if pa.types.is_large_string(chunk.type) else chunk.cast(pa.large_string())
    _valid, offsets, data = large.buffers()
    starts = np.frombuffer(offsets, np.int64)[large.offset : large.offset + len(large) + 1]
    found = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    # loops are compiled for arrays that may be written and for those that may not: for one kind is enough
    starts.flags.writeable = found.flags.writeable = False
    return starts, found


def _of(chunk: pa.Array) -> Any:
    if len(chunk) == 0:
        return np.zeros(0, np.uint64)
    if pa.types.is_string(chunk.type) or pa.types.is_large_string(chunk.type):
        return _hash_texts(*texts(pc.fill_null(chunk, "\x00null")))
    if pa.types.is_timestamp(chunk.type):
        chunk = chunk.cast(pa.int64())
    whole = pc.fill_null(chunk.cast(pa.int64()), -(1 << 63) + 1)
    return _mixed(whole.to_numpy(zero_copy_only=False).view(np.uint64))


@numba.njit(cache=True)
def mix(value: np.uint64) -> np.uint64:
    """Return splitmix64's finaliser of a value (Steele, Lea and Flood 2014)."""
    value ^= value >> np.uint64(30)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@numba.njit(cache=True)
def _mixed(values: Hashes) -> Hashes:
    out = np.empty(len(values), np.uint64)
    for i in range(len(values)):
        out[i] = mix(values[i] + np.uint64(0x9E3779B97F4A7C15))
    return out


@numba.njit(cache=True)
def _hash_texts(starts: npt.NDArray[np.int64], data: npt.NDArray[np.uint8]) -> Hashes:
    out = np.empty(len(starts) - 1, np.uint64)
    for i in range(len(starts) - 1):
        h = np.uint64(0xCBF29CE484222325)
        for j in range(starts[i], starts[i + 1]):
            h = (h ^ np.uint64(data[j])) * np.uint64(0x100000001B3)
        out[i] = mix(h)
    return out


@numba.njit(cache=True)
def _combine(into: Hashes, more: Hashes) -> None:
    for i in range(len(into)):
        into[i] = mix(into[i] * np.uint64(31) + more[i])
