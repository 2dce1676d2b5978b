"""Columns of records made of where their values stand in a block of JSON lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numba
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cordiale.domains.cyber.logs.building import LISTS, PORTS, text
from cordiale.domains.cyber.logs.members import Members
from cordiale.domains.cyber.logs.moments import moments
from cordiale.domains.cyber.logs.scanned import NONE, NUMBER, OTHER, TEXT, Bytes, Kinds, Numbers
from cordiale.platform.clock import Instant

Several = tuple[Kinds, Numbers, Numbers]
"""Of one value of each row: what stands there, and from where to where."""


def taken(field: str, values: Sequence[int], found: Members, data: bytes, now: Instant) -> Any:
    """Return a field of records as `built` takes it, None where no row says anything; of several values the first counts.

    `data` is the block in which the places are.
    """
    held = [v for v in values if found.kinds[v].any()]
    if not held:
        return None
    if field in LISTS:
        return _lists([(found.kinds[v], found.starts[v], found.stops[v]) for v in held], data)
    said = _first([(found.kinds[v], found.starts[v], found.stops[v]) for v in held])
    if field == "at":
        return _moments(said, data, now)
    if field in PORTS:
        return _ports(said, data)
    kinds, starts, stops = said
    found_texts = _texts(said, data, TEXT)
    rest = np.flatnonzero(kinds >= NUMBER)
    if not len(rest):
        return found_texts
    written = [text(one) for one in _decoded((kinds[rest], starts[rest], stops[rest]), data)]
    return pc.replace_with_mask(found_texts, pa.array(kinds >= NUMBER), pa.array(written, pa.string()))


def _first(several: Sequence[Several]) -> Several:
    kinds, starts, stops = several[0]
    for other in several[1:]:
        there = kinds != NONE
        kinds = np.where(there, kinds, other[0])
        starts, stops = np.where(there, starts, other[1]), np.where(there, stops, other[2])
    return kinds, starts, stops


def _decoded(said: Several, data: bytes) -> list[Any]:
    """Return values as a decoder makes them of what is written."""
    made: list[Any] = []
    for kind, start, stop in zip(*(one.tolist() for one in said), strict=True):
        if kind == NONE:
            made.append(None)
        elif kind == TEXT:
            made.append(data[start:stop].decode())
        else:
            made.append(msgspec.json.decode(data[start:stop]))
    return made


def _lists(several: Sequence[Several], data: bytes) -> list[Any]:
    first = _decoded(several[0], data)
    for said in several[1:]:
        more = _decoded(said, data)
        first = [b if a is None else a if b is None else [a, b] for a, b in zip(first, more, strict=True)]
    return first


def _moments(said: Several, data: bytes, now: Instant) -> pa.Array:
    most = said[0].max()
    if most == TEXT:
        return moments(_texts(said, data, TEXT), now)
    if most == NUMBER and not (said[0] == TEXT).any():
        return moments(_texts(said, data, NUMBER).cast(pa.float64()), now)
    return moments(_decoded(said, data), now)


def _ports(said: Several, data: bytes) -> Any:
    if said[0].max() == OTHER:
        return _decoded(said, data)
    written = _texts(said, data, NUMBER)
    short = pc.less_equal(pc.binary_length(written), 5)
    if not pc.all(pc.and_(short, pc.ascii_is_decimal(written))).as_py():
        return _decoded(said, data)
    return written.cast(pa.int32())


def _texts(said: Several, data: bytes, most: int) -> pa.Array:
    """Return what is written where the kind is not above `most`, and null elsewhere."""
    kinds, starts, stops = said
    offsets, valid = np.empty(len(kinds) + 1, np.int32), np.zeros((len(kinds) + 7) // 8, np.uint8)
    nulls = _measured(kinds, starts, stops, most, offsets, valid)
    written = np.empty(offsets[-1] + 8, np.uint8)
    _copied(np.frombuffer(data, np.uint8), starts, offsets, written)
    buffers = [pa.py_buffer(valid) if nulls else None, pa.py_buffer(offsets), pa.py_buffer(written)]
    return pa.Array.from_buffers(pa.string(), len(kinds), buffers, nulls)


@numba.njit(cache=True)
def _measured(
    kinds: Kinds, starts: Numbers, stops: Numbers, most: int, offsets: Numbers, valid: npt.NDArray[np.uint8]
) -> int:
    """Write where each text begins when they follow one another, and which there are; return how many there are not."""
    at, nulls = 0, 0
    for i in range(len(kinds)):
        offsets[i] = at
        if NONE < kinds[i] <= most:
            at += stops[i] - starts[i]
            valid[i >> 3] |= np.uint8(1 << (i & 7))
        else:
            nulls += 1
    offsets[len(kinds)] = at
    return nulls


@numba.njit(cache=True)
def _copied(data: Bytes, starts: Numbers, offsets: Numbers, out: npt.NDArray[np.uint8]) -> None:
    """Copy texts to where they begin, eight bytes at a time: what is too much lies where the next one is written.

    A loop over single bytes takes six times as long, and so do numbers with a sign: places below 0 count from the end.
    """
    one, eight, most = np.uint64(1), np.uint64(8), np.uint64(len(data))
    for i in range(len(starts)):
        at, to, end = np.uint64(starts[i]), np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        while to < end and at + eight <= most:
            a, b, c, d = data[at], data[at + one], data[at + np.uint64(2)], data[at + np.uint64(3)]
            e, f, g, h = (
                data[at + np.uint64(4)],
                data[at + np.uint64(5)],
                data[at + np.uint64(6)],
                data[at + np.uint64(7)],
            )
            out[to], out[to + one], out[to + np.uint64(2)], out[to + np.uint64(3)] = a, b, c, d
            out[to + np.uint64(4)], out[to + np.uint64(5)], out[to + np.uint64(6)], out[to + np.uint64(7)] = (
                e,
                f,
                g,
                h,
            )
            at += eight
            to += eight
        while to < end:
            out[to] = data[at]
            at += one
            to += one
