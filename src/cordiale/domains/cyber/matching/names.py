"""Names, URLs and whole values looked up by their hashes, on the bytes as they lie in a column."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt

from cordiale.domains.cyber.matching.hashing import BASIS, NONE, PRIME, Bytes, Hashes, Starts, find, lower

Numbers = npt.NDArray[np.int32]
Hows = npt.NDArray[np.int8]
Found = tuple[npt.NDArray[np.int64], Numbers, Hows]

EXACT: Final = 0
PART: Final = 1
"""How a value was met: as it is, or as a part: the end of a name, the beginning of a URL, the network of an address."""

_MOST: Final = 64
"""Parts of one value that are looked up: no name has more labels that matter, no URL more steps."""

_NAMES, _URLS, _WHOLE = 0, 1, 2
_DOT, _COLON, _SLASH, _HASH, _AT, _ASK = 46, 58, 47, 35, 64, 63


@numba.njit(cache=True)
def _implied(data: Bytes, start: int, at: int, first: int, stop: int) -> bool:
    """Tell whether a port is the one that its scheme implies, or none is written after the colon."""
    if first == stop:
        return True
    port: Any = 0
    for j in range(first, stop):
        if data[j] < 48 or data[j] > 57 or port > 65535:
            return False
        port = port * 10 + np.int64(data[j]) - 48
    length = at - 3 - start
    first_letter = lower(data[start])
    if first_letter == 104:
        return (length == 4 and port == 80) or (length == 5 and port == 443)
    return first_letter == 102 and length == 3 and port == 21


@numba.njit(cache=True)
def _name(
    data: Bytes,
    start: int,
    end: int,
    filter: Hashes,
    keys: Hashes,
    slots: Numbers,
    parts: bool,
    numbers: Numbers,
    hows: Hows,
) -> int:
    """Write the numbers of one name and of those it stands under; return how many. A loop that allocates is far slower."""
    size = 0
    if end > start and data[end - 1] == _DOT:
        end -= 1
    if end <= start:
        return 0
    h = BASIS
    labels = 0
    for j in range(end - 1, start - 1, -1):
        if data[j] == _DOT:
            labels += 1
            # one label alone is all of .com: only a whole name may be so short
            if parts and labels > 1 and size < _MOST - 1:
                number = find(filter, keys, slots, h)
                if number != NONE:
                    numbers[size], hows[size] = number, PART
                    size += 1
        h = (h ^ np.uint64(lower(data[j]))) * PRIME
    number = find(filter, keys, slots, h)
    if number != NONE:
        numbers[size], hows[size] = number, EXACT
        size += 1
    return size


@numba.njit(cache=True)
def _url(
    data: Bytes,
    start: int,
    end: int,
    filter: Hashes,
    keys: Hashes,
    slots: Numbers,
    parts: bool,
    numbers: Numbers,
    hows: Hows,
) -> int:
    """Write the numbers of one URL and of those it lies below; return how many."""
    at = -1
    for j in range(start, min(end - 2, start + 20)):
        if data[j] == _COLON and data[j + 1] == _SLASH and data[j + 2] == _SLASH:
            at = j + 3
            break
    if at < 0:
        return 0
    stop, host = -1, at
    for j in range(at, end):
        c = data[j]
        if c == _HASH:
            end = j
            break
        if stop < 0:
            if c in (_SLASH, _ASK):
                stop = j
            elif c == _AT:
                host = j + 1
    if stop < 0:
        stop = end
    h = BASIS
    for j in range(start, at):
        h = (h ^ np.uint64(lower(data[j]))) * PRIME
    for j in range(at, host):
        h = (h ^ np.uint64(data[j])) * PRIME
    plain = stop
    if host < stop and data[host] != 91:
        for j in range(host, stop):
            if data[j] == _COLON:
                plain = j
    if plain < stop and not _implied(data, start, at, plain + 1, stop):
        plain = stop
    for j in range(host, plain):
        h = (h ^ np.uint64(lower(data[j]))) * PRIME
    if stop == end or data[stop] != _SLASH:
        h = (h ^ np.uint64(_SLASH)) * PRIME
    size = 0
    for j in range(stop, end):
        c = data[j]
        step = parts and size < _MOST - 2 and c in (_SLASH, _ASK, 38, 59)
        if step:
            number = find(filter, keys, slots, h)
            if number != NONE:
                numbers[size], hows[size] = number, PART
                size += 1
        h = (h ^ np.uint64(c)) * PRIME
        if step and c == _SLASH and j + 1 < end and data[j + 1] != _SLASH and data[j + 1] != _ASK:
            number = find(filter, keys, slots, h)
            if number != NONE:
                numbers[size], hows[size] = number, PART
                size += 1
    number = find(filter, keys, slots, h)
    if number != NONE:
        numbers[size], hows[size] = number, EXACT
        size += 1
    return size


@numba.njit(cache=True)
def _whole(
    data: Bytes,
    start: int,
    end: int,
    filter: Hashes,
    keys: Hashes,
    slots: Numbers,
    caseless: bool,
    numbers: Numbers,
    hows: Hows,
) -> int:
    """Write the number of one value; return 1 where it has one."""
    if start == end:
        return 0
    h = BASIS
    if caseless:
        for j in range(start, end):
            h = (h ^ np.uint64(lower(data[j]))) * PRIME
    else:
        for j in range(start, end):
            h = (h ^ np.uint64(data[j])) * PRIME
    number = find(filter, keys, slots, h)
    if number == NONE:
        return 0
    numbers[0], hows[0] = number, EXACT
    return 1


@numba.njit(cache=True)
def _each(
    way: int,
    begins: Starts,
    ends: Starts,
    data: Bytes,
    filter: Hashes,
    keys: Hashes,
    slots: Numbers,
    flag: bool,
) -> Found:
    room = 256
    rows, numbers, hows = np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.int8)
    mine, my_hows = np.empty(_MOST, np.int32), np.empty(_MOST, np.int8)
    size = 0
    for i in range(len(begins)):
        if way == _NAMES:
            count = _name(data, begins[i], ends[i], filter, keys, slots, flag, mine, my_hows)
        elif way == _URLS:
            count = _url(data, begins[i], ends[i], filter, keys, slots, flag, mine, my_hows)
        else:
            count = _whole(data, begins[i], ends[i], filter, keys, slots, flag, mine, my_hows)
        if count == 0:
            continue
        if size + count > room:
            room *= 4
            rows, numbers, hows = _wider(rows, room), _wider(numbers, room), _wider(hows, room)
        for k in range(count):
            rows[size + k], numbers[size + k], hows[size + k] = i, mine[k], my_hows[k]
        size += count
    return rows[:size], numbers[:size], hows[:size]


@numba.njit(cache=True)
def _wider(values: Any, room: int) -> Any:
    out = np.empty(room, values.dtype)
    out[: len(values)] = values
    return out


def names(
    begins: Starts, ends: Starts, data: Bytes, filter: Hashes, keys: Hashes, slots: Numbers, parts: bool
) -> Found:
    """Look up names, and with `parts` every name they stand under; a last dot and case make no difference.

    Text i is `data[begins[i]:ends[i]]`. Returns rows, numbers and how each was met.
    """
    return _each(_NAMES, begins, ends, data, filter, keys, slots, parts)


def urls(
    begins: Starts, ends: Starts, data: Bytes, filter: Hashes, keys: Hashes, slots: Numbers, parts: bool
) -> Found:
    """Look up URLs as `values.folded` writes them, and with `parts` those they lie below (up to a /, ?, & or ;)."""
    return _each(_URLS, begins, ends, data, filter, keys, slots, parts)


def whole(
    begins: Starts, ends: Starts, data: Bytes, filter: Hashes, keys: Hashes, slots: Numbers, caseless: bool
) -> Found:
    """Look up whole values; with `caseless` ASCII letters are compared in lower case."""
    return _each(_WHOLE, begins, ends, data, filter, keys, slots, caseless)


@numba.njit(cache=True)
def domains(starts: Starts, stops: Starts, data: Bytes) -> tuple[Starts, Starts]:
    """Return where the domain of each address of e-mail begins and ends: equal where it has none."""
    begins, ends = stops.copy(), stops.copy()
    for i in range(len(starts)):
        for j in range(stops[i] - 1, starts[i] - 1, -1):
            if data[j] == 62:  # >, of an address in brackets
                ends[i] = j
                begins[i] = j
            elif data[j] == _AT:
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
            if data[j] == _COLON and data[j + 1] == _SLASH and data[j + 2] == _SLASH:
                at = j + 3
                break
        if at < 0:
            continue
        stop = end
        for j in range(at, end):
            if data[j] == _SLASH or data[j] == 63 or data[j] == _HASH:
                stop = j
                break
        for j in range(at, stop):
            if data[j] == _AT:
                at = j + 1
        if at < stop and data[at] == 91:
            begins[i] = at + 1
            ends[i] = at + 1
            for j in range(at, stop):
                if data[j] == 93:
                    ends[i] = j
            continue
        begins[i], ends[i] = at, stop
        for j in range(at, stop):
            if data[j] == _COLON:
                ends[i] = j
                break
    return begins, ends
