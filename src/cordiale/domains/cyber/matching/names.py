"""Names, URLs and whole values looked up by their hashes, on the bytes as they lie in a column.

Places are read without a sign: one below 0 would count from the end, and to ask takes a tenth of the time.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt

from cordiale.domains.cyber.matching.hashing import (
    BASIS,
    NONE,
    PRIME,
    Bytes,
    Hashes,
    Starts,
    Table,
    find,
    lower,
)

Numbers = npt.NDArray[np.int32]
Hows = npt.NDArray[np.int8]
Found = tuple[npt.NDArray[np.int64], Numbers, Hows]

EXACT: Final = 0
PART: Final = 1
"""How a value was met: as it is, or as a part: the end of a name, the beginning of a URL, the network of an address."""

_MOST: Final = 64
"""Parts of one value that are looked up: no name has more labels that matter, no URL more steps."""

_LARGEST: Final = 1 << 20

_DOT, _COLON, _SLASH, _HASH, _AT, _ASK = 46, 58, 47, 35, 64, 63


@numba.njit(cache=True)
def _implied(data: Bytes, start: int, at: int, first: int, stop: int) -> bool:
    """Tell whether a port is the one that its scheme implies, or none is written after the colon."""
    if first == stop:
        return True
    port: Any = 0
    for j in range(first, stop):
        if data[np.uint64(j)] < 48 or data[np.uint64(j)] > 57 or port > 65535:
            return False
        port = port * 10 + np.int64(data[np.uint64(j)]) - 48
    length = at - 3 - start
    first_letter = lower(data[start])
    if first_letter == 104:
        return (length == 4 and port == 80) or (length == 5 and port == 443)
    return first_letter == 102 and length == 3 and port == 21


@numba.njit(cache=True)
def _names(
    begins: Starts,
    ends: Starts,
    data: Bytes,
    filter: Hashes,
    keys: Hashes,
    slots: Numbers,
    parts: bool,
    at: int,
    rows: Starts,
    numbers: Numbers,
    hows: Hows,
) -> tuple[int, int]:
    """Write what names from `at` on stand for and under what; return where it stopped for want of room, and how many."""
    size = 0
    for i in range(at, len(begins)):
        if size + _MOST > len(rows):
            return i, size
        start, end = begins[i], ends[i]
        if end > start and data[end - 1] == _DOT:
            end -= 1
        if end <= start:
            continue
        before = size
        h = BASIS
        labels = 0
        for j in range(end - 1, start - 1, -1):
            c = data[np.uint64(j)]
            if c == _DOT:
                labels += 1
                # one label alone is all of .com: only a whole name may be so short
                if parts and labels > 1 and size - before < _MOST - 1:
                    number = find(filter, keys, slots, h)
                    if number != NONE:
                        rows[size], numbers[size], hows[size] = i, number, PART
                        size += 1
            h = (h ^ np.uint64(lower(c))) * PRIME
        number = find(filter, keys, slots, h)
        if number != NONE:
            rows[size], numbers[size], hows[size] = i, number, EXACT
            size += 1
    return len(begins), size


@numba.njit(cache=True)
def _urls(
    begins: Starts,
    ends: Starts,
    data: Bytes,
    filter: Hashes,
    keys: Hashes,
    slots: Numbers,
    parts: bool,
    at: int,
    rows: Starts,
    numbers: Numbers,
    hows: Hows,
) -> tuple[int, int]:
    """Write what URLs from `at` on stand for and lie below; return where it stopped for want of room, and how many."""
    size = 0
    for i in range(at, len(begins)):
        if size + _MOST > len(rows):
            return i, size
        start, end = begins[i], ends[i]
        before = size
        after = -1
        for j in range(start, min(end - 2, start + 20)):
            if (
                data[np.uint64(j)] == _COLON
                and data[np.uint64(j + 1)] == _SLASH
                and data[np.uint64(j + 2)] == _SLASH
            ):
                after = j + 3
                break
        if after < 0:
            continue
        h = BASIS
        for j in range(start, after):
            h = (h ^ np.uint64(lower(data[np.uint64(j)]))) * PRIME
        stop, host, colon = end, after, -1
        for j in range(after, end):
            c = data[np.uint64(j)]
            if c == _SLASH or c == _ASK or c == _HASH:  # noqa: SIM109 - what is compiled
                stop = j
                break
            if c == _AT:
                host, colon = j + 1, -1
            elif c == _COLON:
                colon = j
        for j in range(after, host):
            h = (h ^ np.uint64(data[np.uint64(j)])) * PRIME
        plain = stop
        if colon >= 0 and data[host] != 91 and _implied(data, start, after, colon + 1, stop):
            plain = colon
        for j in range(host, plain):
            h = (h ^ np.uint64(lower(data[np.uint64(j)]))) * PRIME
        if stop == end or data[stop] != _SLASH:
            h = (h ^ np.uint64(_SLASH)) * PRIME
        for j in range(stop, end):
            c = data[np.uint64(j)]
            if c == _HASH:
                break
            step = parts and (c == _SLASH or c == _ASK or c == 38 or c == 59)  # noqa: SIM109
            if step and size - before < _MOST - 2:
                number = find(filter, keys, slots, h)
                if number != NONE:
                    rows[size], numbers[size], hows[size] = i, number, PART
                    size += 1
            h = (h ^ np.uint64(c)) * PRIME
            if step and c == _SLASH and j + 1 < end and size - before < _MOST - 2:
                c = data[np.uint64(j + 1)]
                if c != _SLASH and c != _ASK and c != _HASH:
                    number = find(filter, keys, slots, h)
                    if number != NONE:
                        rows[size], numbers[size], hows[size] = i, number, PART
                        size += 1
        number = find(filter, keys, slots, h)
        if number != NONE:
            rows[size], numbers[size], hows[size] = i, number, EXACT
            size += 1
    return len(begins), size


@numba.njit(cache=True)
def _whole(
    begins: Starts,
    ends: Starts,
    data: Bytes,
    filter: Hashes,
    keys: Hashes,
    slots: Numbers,
    caseless: bool,
    at: int,
    rows: Starts,
    numbers: Numbers,
    hows: Hows,
) -> tuple[int, int]:
    """Write what values from `at` on stand for; return where it stopped for want of room, and how many."""
    size = 0
    for i in range(at, len(begins)):
        if size == len(rows):
            return i, size
        if begins[i] == ends[i]:
            continue
        h = BASIS
        if caseless:
            for j in range(begins[i], ends[i]):
                h = (h ^ np.uint64(lower(data[np.uint64(j)]))) * PRIME
        else:
            for j in range(begins[i], ends[i]):
                h = (h ^ np.uint64(data[np.uint64(j)])) * PRIME
        number = find(filter, keys, slots, h)
        if number != NONE:
            rows[size], numbers[size], hows[size] = i, number, EXACT
            size += 1
    return len(begins), size


def _run(kernel: Any, begins: Starts, ends: Starts, data: Bytes, table: Table, flag: bool) -> Found:
    """Call a kernel until it is through: a loop that makes room itself is many times slower."""
    found: list[Found] = []
    room = 4096
    at = 0
    while at < len(begins):
        rows, numbers, hows = np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.int8)
        at, size = kernel(begins, ends, data, *table, flag, at, rows, numbers, hows)
        found.append((rows[:size], numbers[:size], hows[:size]))
        room = min(4 * room, _LARGEST)
    if len(found) == 1:
        return found[0]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int8)
    rows, numbers, hows = (np.concatenate(column) for column in zip(*found, strict=True))
    return rows, numbers, hows


def names(begins: Starts, ends: Starts, data: Bytes, table: Table, parts: bool) -> Found:
    """Look up names, and with `parts` every name they stand under; a last dot and case make no difference.

    Text i is `data[begins[i]:ends[i]]`. Returns rows, numbers and how each was met.
    """
    return _run(_names, begins, ends, data, table, parts)


def urls(begins: Starts, ends: Starts, data: Bytes, table: Table, parts: bool) -> Found:
    """Look up URLs as `values.folded` writes them, and with `parts` those they lie below (up to a /, ?, & or ;)."""
    return _run(_urls, begins, ends, data, table, parts)


def whole(begins: Starts, ends: Starts, data: Bytes, table: Table, caseless: bool) -> Found:
    """Look up whole values; with `caseless` ASCII letters are compared in lower case."""
    return _run(_whole, begins, ends, data, table, caseless)


@numba.njit(cache=True)
def same(
    begins: Starts,
    ends: Starts,
    data: Bytes,
    starts: Starts,
    values: Bytes,
    part: Any,
    last: bool,
) -> npt.NDArray[np.bool_]:
    """Tell which texts are, byte for byte, the value beside them, or with `part` begin with it (or with `last` end)."""
    out = np.zeros(len(begins), np.bool_)
    for i in range(len(begins)):
        size = starts[i + 1] - starts[i]
        more = ends[i] - begins[i] - size
        if more < 0 or (more > 0) != part[i]:
            continue
        at = ends[i] - size if last else begins[i]
        # a name is part of another only after a dot
        equal = not (last and more > 0) or data[at - 1] == _DOT
        for j in range(size):
            if data[at + j] != values[starts[i] + j]:
                equal = False
                break
        out[i] = equal
    return out


@numba.njit(cache=True)
def domains(starts: Starts, stops: Starts, data: Bytes) -> tuple[Starts, Starts]:
    """Return where the domain of each address of e-mail begins and ends: equal where it has none."""
    begins, ends = stops.copy(), stops.copy()
    for i in range(len(starts)):
        for j in range(stops[i] - 1, starts[i] - 1, -1):
            if data[np.uint64(j)] == 62:  # >, of an address in brackets
                ends[i] = j
                begins[i] = j
            elif data[np.uint64(j)] == _AT:
                begins[i] = j + 1
                break
    return begins, ends


@numba.njit(cache=True)
def hosts(starts: Starts, stops: Starts, data: Bytes) -> tuple[Starts, Starts]:
    """Return where the host of each URL begins and ends (equal where it has none); brackets of IPv6 are left outside."""
    begins, ends = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    for i in range(len(starts)):
        start, end = starts[i], stops[i]
        at = -1
        for j in range(start, min(end - 2, start + 20)):
            if (
                data[np.uint64(j)] == _COLON
                and data[np.uint64(j + 1)] == _SLASH
                and data[np.uint64(j + 2)] == _SLASH
            ):
                at = j + 3
                break
        if at < 0:
            continue
        stop = end
        for j in range(at, end):
            if data[np.uint64(j)] == _SLASH or data[np.uint64(j)] == 63 or data[np.uint64(j)] == _HASH:
                stop = j
                break
        for j in range(at, stop):
            if data[np.uint64(j)] == _AT:
                at = j + 1
        if at < stop and data[at] == 91:
            begins[i] = at + 1
            ends[i] = at + 1
            for j in range(at, stop):
                if data[np.uint64(j)] == 93:
                    ends[i] = j
            continue
        begins[i], ends[i] = at, stop
        for j in range(at, stop):
            if data[np.uint64(j)] == _COLON:
                ends[i] = j
                break
    return begins, ends
