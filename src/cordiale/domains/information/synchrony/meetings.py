"""Who meets whom over an item within the window: loops over tokens sorted by item and time."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]

HOUR = 3_600_000_000
"""Microseconds: the bin in which activity and popularity are kept."""


@numba.njit(cache=True, nogil=True)
def starts(kind: Longs, item: Longs) -> Longs:
    """Return where each item begins in sorted tokens (one more at the end)."""
    out = np.empty(len(item) + 1, np.int64)
    used = 0
    for i in range(len(item)):
        if i == 0 or item[i] != item[i - 1] or kind[i] != kind[i - 1]:
            out[used] = i
            used += 1
    out[used] = len(item)
    return out[: used + 1].copy()


@numba.njit(cache=True, nogil=True)
def counted(begin: Longs, at: Longs, window: int, most: int) -> Longs:
    """Return for each item how many pairs of its tokens lie within the window; 0 where there are more than `most`."""
    out = np.zeros(len(begin) - 1, np.int64)
    for r in range(len(begin) - 1):
        low = begin[r]
        for j in range(begin[r], begin[r + 1]):
            while at[j] - at[low] > window:
                low += 1
            out[r] += j - low
        if out[r] > most:
            out[r] = 0
    return out


@numba.njit(cache=True, nogil=True)
def chances(begin: Longs, at: Longs, window: int, pairs: Longs) -> tuple[Longs, Longs]:
    """Return for each token how many earlier ones of its item lie within the window, in its hour and in the one before.

    The window is shorter than an hour.
    """
    same = np.zeros(len(at), np.int64)
    before = np.zeros(len(at), np.int64)
    for r in range(len(begin) - 1):
        if pairs[r] == 0:
            continue
        low = begin[r]
        for j in range(begin[r], begin[r + 1]):
            while at[j] - at[low] > window:
                low += 1
            hour = at[j] // HOUR
            middle = low
            while at[middle] // HOUR < hour:
                middle += 1
            same[j] = j - middle
            before[j] = middle - low
    return same, before


@numba.njit(cache=True, nogil=True)
def meetings(begin: Longs, at: Longs, who: Longs, window: int, pairs: Longs) -> tuple[Longs, Longs]:
    """Return the tokens of every meeting of two different accounts, the account with the smaller number first."""
    total = 0
    for r in range(len(pairs)):
        total += pairs[r]
    left = np.empty(total, np.int64)
    right = np.empty(total, np.int64)
    used = 0
    for r in range(len(begin) - 1):
        if pairs[r] == 0:
            continue
        low = begin[r]
        for j in range(begin[r], begin[r + 1]):
            while at[j] - at[low] > window:
                low += 1
            for i in range(low, j):
                if who[i] < who[j]:
                    left[used], right[used] = i, j
                    used += 1
                elif who[j] < who[i]:
                    left[used], right[used] = j, i
                    used += 1
    return left[:used].copy(), right[:used].copy()


@numba.njit(cache=True, nogil=True)
def sharers(begin: Longs, who: Longs) -> tuple[Longs, Longs, Longs]:
    """Return a row for each account of each item: the item's place in `begin`, the account, how many tokens of it are the account's."""
    which = np.empty(len(who), np.int64)
    account = np.empty(len(who), np.int64)
    often = np.zeros(len(who), np.int64)
    used = 0
    for r in range(len(begin) - 1):
        mine = who[begin[r] : begin[r + 1]]
        if len(mine) > 1:
            mine = np.sort(mine)
        for i in range(len(mine)):
            if i == 0 or mine[i] != mine[i - 1]:
                which[used], account[used] = r, mine[i]
                used += 1
            often[used - 1] += 1
    return which[:used].copy(), account[:used].copy(), often[:used].copy()


@numba.njit(cache=True)
def _distinct(values: Longs) -> int:
    values = np.sort(values)
    n = 0
    for i in range(len(values)):
        if i == 0 or values[i] != values[i - 1]:
            n += 1
    return n


@numba.njit(cache=True, nogil=True)
def occasions(begin: Longs, moment: Longs, left: Longs, right: Longs) -> Any:
    """Return for each pair of accounts on how many occasions they met.

    Posts that share several things, and things shared again within the hour, are one occasion: the least of how many
    things × hours, posts of the one and posts of the other there are.
    """
    out = np.zeros(len(begin) - 1, np.int64)
    for r in range(len(begin) - 1):
        a, b = begin[r], begin[r + 1]
        if b - a == 1:
            out[r] = 1
            continue
        out[r] = min(_distinct(moment[a:b]), _distinct(left[a:b]), _distinct(right[a:b]))
    return out
