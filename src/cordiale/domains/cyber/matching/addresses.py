"""Networks as sorted intervals: those that hold an address are found by one search, however they are nested."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from cordiale.domains.cyber.matching.hashing import NONE, Bytes, Starts

Words = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int32]

_BLOCKS: Final = 1 << 24


class Intervals(NamedTuple):
    """Where addresses of one version change the networks that hold them.

    `high` and `low` are the halves of the 128 bits at which a segment begins, in order (IPv4: high is 0); `inner` is the
    smallest network that holds the segment, as an index of `numbers`, `parents` the next larger one of each network: NONE
    ends the chain. `blocks` has a bit for each /24 of IPv4 that a network touches.
    """

    high: Words
    low: Words
    inner: Numbers
    parents: Numbers
    numbers: Numbers
    blocks: Words


def intervals(version: int, networks: Sequence[str], numbers: Sequence[int]) -> Intervals:
    """Return the segments of distinct networks and single addresses of a version (4 or 6), each known by a number.

    A text that is no network of that version is left out.
    """
    first: list[int] = []
    last: list[int] = []
    kept: list[int] = []
    for text, number in zip(networks, numbers, strict=True):
        try:
            found = ipaddress.ip_network(text, strict=False)
        except ValueError:
            continue
        if found.version == version:
            begin = int(found.network_address)
            first.append(begin)
            last.append(begin + found.num_addresses - 1)
            kept.append(number)
    half = (1 << 64) - 1
    fh, fl = (
        np.array([one >> 64 for one in first], np.uint64),
        np.array([one & half for one in first], np.uint64),
    )
    lh, ll = (
        np.array([one >> 64 for one in last], np.uint64),
        np.array([one & half for one in last], np.uint64),
    )
    known = np.array(kept, np.int32)
    # by where they begin, the larger first: networks are within one another or apart
    order = np.lexsort((~ll, ~lh, fl, fh))
    fh, fl, lh, ll, known = fh[order], fl[order], lh[order], ll[order], known[order]
    high, low, inner, parents = _swept(fh, fl, lh, ll)
    blocks = _blocks(fl, ll) if version == 4 else np.zeros(1, np.uint64)
    return Intervals(high, low, inner, parents, known, blocks)


@numba.njit(cache=True)
def _swept(fh: Words, fl: Words, lh: Words, ll: Words) -> tuple[Words, Words, Numbers, Numbers]:
    count = len(fh)
    high, low = np.empty(2 * count + 1, np.uint64), np.empty(2 * count + 1, np.uint64)
    inner, parents = np.empty(2 * count + 1, np.int32), np.full(count, NONE, np.int32)
    high[0], low[0], inner[0] = 0, 0, NONE
    size = 1
    top: Any = NONE
    full = np.uint64(0xFFFFFFFFFFFFFFFF)
    for i in range(count + 1):
        while top != NONE and (i == count or lh[top] < fh[i] or (lh[top] == fh[i] and ll[top] < fl[i])):
            eh, el = lh[top], ll[top]
            top = parents[top]
            if el == full and eh == full:
                continue
            nl = el + np.uint64(1)
            nh = eh + np.uint64(1) if nl == 0 else eh
            if high[size - 1] == nh and low[size - 1] == nl:
                inner[size - 1] = top
            else:
                high[size], low[size], inner[size] = nh, nl, top
                size += 1
        if i < count:
            parents[i] = top
            top = np.int32(i)
            if high[size - 1] == fh[i] and low[size - 1] == fl[i]:
                inner[size - 1] = top
            else:
                high[size], low[size], inner[size] = fh[i], fl[i], top
                size += 1
    return high[:size].copy(), low[:size].copy(), inner[:size].copy(), parents


@numba.njit(cache=True)
def _blocks(first: Words, last: Words) -> Words:
    bits = np.zeros(_BLOCKS // 64, np.uint64)
    for i in range(len(first)):
        for block in range(np.int64(first[i]) >> 8, (np.int64(last[i]) >> 8) + 1):
            bits[block >> 6] |= np.uint64(1) << np.uint64(block & 63)
    return bits


@numba.njit(cache=True)
def held(high: Words, low: Words, inner: Numbers, h: Any, l: Any) -> Any:  # noqa: E741 - two halves
    """Return the smallest network that holds an address, NONE where none does."""
    left, right = 0, len(low)
    while right - left > 1:
        middle = (left + right) >> 1
        if high[middle] < h or (high[middle] == h and low[middle] <= l):
            left = middle
        else:
            right = middle
    return inner[left]


@numba.njit(cache=True)
def v4(data: Bytes, start: Any, end: Any) -> Any:
    """Return an IPv4 address in dotted form as a number, NONE for anything else."""
    if end - start < 7 or end - start > 15:
        return NONE
    value: Any = 0
    part: Any = 0
    digits, dots = 0, 0
    for j in range(start, end):
        c = np.int64(data[np.uint64(j)])
        if 48 <= c <= 57:
            part = part * 10 + c - 48
            digits += 1
            if digits > 3 or part > 255:
                return NONE
        elif c == 46 and digits > 0 and dots < 3:
            value = value << 8 | part
            part, digits = 0, 0
            dots += 1
        else:
            return NONE
    if dots != 3 or digits == 0:
        return NONE
    return value << 8 | part


@numba.njit(cache=True)
def v6(data: Bytes, start: Any, end: Any, out: Words) -> bool:
    """Write the halves of an IPv6 address (RFC 4291 section 2.2, without a zone) to `out`; tell whether it is one."""
    groups = np.zeros(8, np.uint64)
    value: Any = 0
    count, gap, digits = 0, -1, 0
    if end - start < 2 or end - start > 45:
        return False
    j = start
    if data[j] == 58:
        if data[j + 1] != 58:
            return False
        gap = 0
        j += 2
    group = j
    while j < end:
        c = np.int64(data[j])
        if 48 <= c <= 57:
            value = value << 4 | (c - 48)
            digits += 1
        elif 97 <= (c | 32) <= 102:
            value = value << 4 | ((c | 32) - 87)
            digits += 1
        elif c == 58:
            if digits == 0 or count == 8:
                return False
            groups[count] = value
            count += 1
            value, digits = 0, 0
            if j + 1 < end and data[j + 1] == 58:
                if gap >= 0:
                    return False
                gap = count
                j += 1
            elif j + 1 == end:
                return False
            group = j + 1
        elif c == 46:
            last = v4(data, group, end)
            if last < 0 or count > 6:
                return False
            groups[count], groups[count + 1] = last >> 16, last & 0xFFFF
            count += 2
            digits = 0
            break
        else:
            return False
        if digits > 4:
            return False
        j += 1
    if digits > 0:
        if count == 8:
            return False
        groups[count] = value
        count += 1
    if (gap < 0 and count != 8) or (gap >= 0 and count == 8):
        return False
    if gap >= 0:
        moved = 8 - count
        for k in range(7, gap + moved - 1, -1):
            groups[k] = groups[k - moved]
        for k in range(gap, gap + moved):
            groups[k] = 0
    out[0] = groups[0] << np.uint64(48) | groups[1] << np.uint64(32) | groups[2] << np.uint64(16) | groups[3]
    out[1] = groups[4] << np.uint64(48) | groups[5] << np.uint64(32) | groups[6] << np.uint64(16) | groups[7]
    return True


@numba.njit(cache=True)
def _within(
    begins: Starts,
    ends: Starts,
    data: Bytes,
    high4: Words,
    low4: Words,
    inner4: Numbers,
    blocks: Words,
    high6: Words,
    low6: Words,
    inner6: Numbers,
    at: int,
    rows: npt.NDArray[np.int64],
    nets: Numbers,
    wide: npt.NDArray[np.bool_],
) -> tuple[int, int]:
    """Write which texts from `at` on a network holds; return where it stopped for want of room, and how many."""
    size = 0
    halves = np.zeros(2, np.uint64)
    some = len(low4) > 1 or len(low6) > 1
    for i in range(at, len(begins)):
        if size == len(rows):
            return i, size
        start, end = begins[i], ends[i]
        if start == end:
            continue
        number: Any = v4(data, start, end)
        net, long = NONE, False
        if number < 0 and some and _colon(data, start, end) and v6(data, start, end, halves):
            # an IPv4 address as a socket of both versions writes it (RFC 4291 section 2.5.5.2)
            if halves[0] == 0 and halves[1] >> np.uint64(32) == 0xFFFF:
                number = np.int64(halves[1] & np.uint64(0xFFFFFFFF))
            else:
                net, long = held(high6, low6, inner6, halves[0], halves[1]), True
        if number >= 0:
            block = number >> 8
            if blocks[block >> 6] >> np.uint64(block & 63) & np.uint64(1) != 0:
                net = held(high4, low4, inner4, np.uint64(0), np.uint64(number))
        if net != NONE:
            rows[size], nets[size], wide[size] = i, net, long
            size += 1
    return len(begins), size


@numba.njit(cache=True)
def _colon(data: Bytes, start: int, end: int) -> bool:
    """Tell whether a text begins as an IPv6 address does: with a colon within its first five bytes."""
    for j in range(start, min(end, start + 5)):  # noqa: SIM110 - what is compiled
        if data[np.uint64(j)] == 58:
            return True
    return False


def within(
    begins: Starts, ends: Starts, data: Bytes, four: Intervals, six: Intervals
) -> tuple[npt.NDArray[np.int64], Numbers, npt.NDArray[np.bool_]]:
    """Return which texts are addresses that a network holds, the smallest such network of each, and whether it is IPv6's.

    Text i is `data[begins[i]:ends[i]]`.
    """
    found = []
    room = 4096
    at = 0
    while at < len(begins):
        rows, nets, wide = np.empty(room, np.int64), np.empty(room, np.int32), np.empty(room, np.bool_)
        at, size = _within(
            begins, ends, data, four.high, four.low, four.inner, four.blocks, six.high, six.low, six.inner,
            at, rows, nets, wide,
        )  # fmt: skip
        found.append((rows[:size], nets[:size], wide[:size]))
        room = min(4 * room, 1 << 20)
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.bool_)
    rows, nets, wide = (np.concatenate(column) for column in zip(*found, strict=True))
    return rows, nets, wide
