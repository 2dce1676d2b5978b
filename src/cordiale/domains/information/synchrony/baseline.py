"""How often two accounts would meet by chance, and how surprising it is that they met more often.

Two questions are asked of each pair of accounts, and the less surprising answer counts.

*Shared by chance?* Within each hour it is drawn anew who posted what: every account keeps how much it posted in that hour, every
item keeps each moment at which it was posted. News that everybody passes on in the same minutes stays exactly as bursty as it was.
With T meetings of tokens in an hour of N tokens, of which u posted n_u and v posted n_v, 2 n_u n_v T / (N (N − 1)) are theirs.

*At the same moment by chance?* Each account keeps what it shared and how much it posted in each hour, each item keeps how often it was
posted in each hour; when an account posted an item is drawn anew: in an hour in proportion to both, at any moment of that hour.
Accounts with the same interests stay as alike as they were.

Both counts are sums of many rare events, taken as Poisson (Le Cam 1960): the probability is that of as many meetings or more.
"""

from __future__ import annotations

import math

import numba
import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]


@numba.njit(cache=True, nogil=True)
def tail(seen: int, mean: float) -> float:
    """Return the probability that a Poisson count of this mean is at least `seen`."""
    if seen <= 0:
        return 1.0
    if mean <= 0.0:
        return 0.0
    # the smaller side is summed, from its largest term on: the terms of the other may be too small for a float
    k = seen - 1 if mean > seen else seen
    term = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1.0))
    total = 0.0
    if mean > seen:
        while k >= 0 and term > total * 1e-16:
            total += term
            term *= k / mean
            k -= 1
        return max(0.0, 1.0 - total)
    while term > total * 1e-16:
        total += term
        k += 1
        term *= mean / k
    return min(1.0, total)


@numba.njit(cache=True)
def _at(values: Longs, begin: int, end: int, wanted: int) -> int:
    """Return where a value stands in a sorted stretch; −1 when it does not."""
    low, high = begin, end
    while low < high:
        middle = (low + high) // 2
        if values[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < end and values[low] == wanted else -1


@numba.njit(cache=True, nogil=True)
def shared_by_chance(
    left: Longs,
    right: Longs,
    begin: Longs,
    hours: Longs,
    posted: Longs,
    all_hours: Longs,
    totals: Longs,
    same: Longs,
    before: Longs,
) -> Reals:
    """Return for each pair of accounts (numbers) how many meetings chance gives them, who posted what being drawn anew.

    Account a posted `posted[k]` tokens in hour `hours[k]` for k from `begin[a]` to `begin[a + 1]`. In `all_hours[h]` there
    were `totals[h]` tokens, `same[h]` meetings within it and `before[h]` with the hour before it.
    """
    out = np.zeros(len(left))
    for p in range(len(left)):
        u, v = left[p], right[p]
        mean = 0.0
        for k in range(begin[u], begin[u + 1]):
            h = _at(all_hours, 0, len(all_hours), hours[k])
            n = totals[h]
            j = _at(hours, begin[v], begin[v + 1], hours[k])
            if j >= 0 and n > 1:
                mean += 2.0 * posted[k] * posted[j] * same[h] / (n * (n - 1.0))
            if before[h]:
                j = _at(hours, begin[v], begin[v + 1], hours[k] - 1)
                if j >= 0:
                    mean += float(posted[k]) * posted[j] * before[h] / (float(n) * totals[h - 1])
            if h + 1 < len(all_hours) and before[h + 1] and all_hours[h + 1] == hours[k] + 1:
                j = _at(hours, begin[v], begin[v + 1], hours[k] + 1)
                if j >= 0:
                    mean += float(posted[k]) * posted[j] * before[h + 1] / (float(n) * totals[h + 1])
        out[p] = mean
    return out


@numba.njit(cache=True)
def _weights(
    begin: Longs, hours: Longs, posted: Longs, u: int, first: int, last: int, when: Longs, popular: Longs
) -> tuple[float, float]:
    """Return the sum of how much an account posted in each hour of an item times how popular that was there, and of the squares."""
    total = squares = 0.0
    for h in range(first, last):
        k = _at(hours, begin[u], begin[u + 1], when[h])
        if k >= 0:
            one = float(posted[k]) * popular[h]
            total += one
            squares += one * one
    return total, squares


@numba.njit(cache=True, nogil=True)
def moment_by_chance(
    left: Longs,
    right: Longs,
    begin: Longs,
    hours: Longs,
    posted: Longs,
    share_begin: Longs,
    items: Longs,
    times: Longs,
    item_begin: Longs,
    when: Longs,
    popular: Longs,
    within: float,
    most_hours: int,
) -> Reals:
    """Return for each pair of accounts how many meetings chance gives them, the moment of each of their posts being drawn anew.

    Account a shared `items[k]` (sorted numbers) `times[k]` times for k from `share_begin[a]` to `share_begin[a + 1]`. Item i was
    posted `popular[h]` times in hour `when[h]` for h from `item_begin[i]` to `item_begin[i + 1]`. `within` is the
    probability that two moments of one hour lie within the window. For items of more than `most_hours` hours the sum over
    hours is replaced by what it cannot exceed (Cauchy and Schwarz), which errs towards chance.
    """
    out = np.zeros(len(left))
    sums = np.full(len(items), -1.0)
    norms = np.zeros(len(items))
    for p in range(len(left)):
        u, v = left[p], right[p]
        mean = 0.0
        j = share_begin[v]
        for k in range(share_begin[u], share_begin[u + 1]):
            i = items[k]
            while j < share_begin[v + 1] and items[j] < i:
                j += 1
            if j == share_begin[v + 1]:
                break
            if items[j] != i:
                continue
            first, last = item_begin[i], item_begin[i + 1]
            for share, who in ((k, u), (j, v)):
                if sums[share] < 0:
                    total, squares = _weights(begin, hours, posted, who, first, last, when, popular)
                    sums[share] = total
                    norms[share] = math.sqrt(squares)
            if sums[k] <= 0 or sums[j] <= 0:
                continue
            both = norms[k] * norms[j]
            if last - first <= most_hours:
                both = 0.0
                for h in range(first, last):
                    a = _at(hours, begin[u], begin[u + 1], when[h])
                    if a >= 0:
                        b = _at(hours, begin[v], begin[v + 1], when[h])
                        if b >= 0:
                            both += float(posted[a]) * posted[b] * popular[h] * popular[h]
            mean += float(times[k]) * times[j] * within * both / (sums[k] * sums[j])
        out[p] = mean
    return out


@numba.njit(cache=True, nogil=True)
def tails(seen: Longs, means: Reals) -> Reals:
    """Return `tail` for each count and mean."""
    out = np.empty(len(seen))
    for i in range(len(seen)):
        out[i] = tail(seen[i], means[i])
    return out


def corrected(probability: Reals, tests: int) -> Reals:
    """Return for each probability the least rate at which it would be kept among so many tests (Benjamini and Hochberg 1995)."""
    order = np.argsort(probability, kind="stable")
    ranked = probability[order] * tests / np.arange(1, len(order) + 1)
    least = np.minimum.accumulate(ranked[::-1])[::-1]
    out = np.empty(len(order))
    out[order] = np.minimum(1.0, least)
    return out
