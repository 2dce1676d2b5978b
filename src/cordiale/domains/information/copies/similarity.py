"""Exact Jaccard similarity of texts, and the signatures by which candidates are found; arrays in, arrays out.

Texts come as Arrow holds them: where each begins in one run of UTF-8 bytes. An n-gram is n characters (code points),
known by a 64-bit hash: that two of them share one is expected once in 10^14 pairs of texts.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from cordiale.desk.analysis.kernels import mix

Longs = npt.NDArray[np.int64]
Grams = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]

_FIRST = 4096


@numba.njit(cache=True, nogil=True)
def grams(starts: Longs, data: Bytes, n: int) -> tuple[Longs, Grams]:
    """Return for each text its distinct n-grams, sorted: where they begin (one more at the end), and all of them.

    A text shorter than n characters is one gram; an empty one has none.
    """
    count = len(starts) - 1
    out = np.empty(max(1, starts[count] - starts[0]), np.uint64)
    ends = np.zeros(count + 1, np.int64)
    points = np.empty(_FIRST, np.uint64)
    spare = np.empty(_FIRST, np.uint64)
    begins = np.empty(_FIRST, np.int64)
    used = 0
    for i in range(count):
        size = starts[i + 1] - starts[i]
        if size > len(points):
            points = np.empty(size, np.uint64)
            spare = np.empty(size, np.uint64)
            begins = np.empty(size, np.int64)
        length = 0
        for j in range(starts[i], starts[i + 1]):
            byte = data[j]
            if byte & 0xC0 == 0x80:
                points[length - 1] = points[length - 1] * np.uint64(256) + np.uint64(byte)
            else:
                points[length] = np.uint64(byte)
                length += 1
        first = used
        if length:
            for j in range(max(1, length - n + 1)):
                h = np.uint64(0)
                for k in range(j, min(length, j + n)):
                    h = mix(h + points[k] + np.uint64(0x9E3779B97F4A7C15))
                out[used] = h
                used += 1
            many = used - first
            _ordered(out, first, used, begins, spare)
            used = first
            for j in range(many):
                if j == 0 or spare[j] != spare[j - 1]:
                    out[used] = spare[j]
                    used += 1
        ends[i + 1] = used
    return ends, out[:used].copy()


@numba.njit(cache=True)
def _ordered(values: Grams, first: int, last: int, begins: Longs, into: Grams) -> None:
    """Write some values in their order: hashes are spread so evenly that each is put near its place, then moved a little.

    It takes a quarter of the time of comparing any with any.
    """
    size = last - first
    begins[:size] = 0
    for j in range(first, last):
        begins[(values[j] >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)] += 1
    total = 0
    for place in range(size):
        count = begins[place]
        begins[place] = total
        total += count
    for j in range(first, last):
        place = (values[j] >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)
        into[begins[place]] = values[j]
        begins[place] += 1
    for j in range(1, size):
        value = into[j]
        k = j
        while k > 0 and into[k - 1] > value:
            into[k] = into[k - 1]
            k -= 1
        into[k] = value


@numba.njit(cache=True, nogil=True)
def shared(keys: Longs) -> npt.NDArray[np.bool_]:
    """Return false for most keys that stand only once, and true for all others; keys are hashes."""
    size = 1 << 16
    while size < 4 * len(keys):
        size *= 2
    seen = np.zeros(size, np.uint8)
    for key in keys:
        if seen[key & (size - 1)] < 2:
            seen[key & (size - 1)] += 1
    out = np.empty(len(keys), np.bool_)
    for j in range(len(keys)):
        out[j] = seen[keys[j] & (size - 1)] > 1
    return out


@numba.njit(cache=True, nogil=True)
def bands(ends: Longs, found: Grams, count: int, rows: int) -> npt.NDArray[np.int64]:
    """Return for each text `count` band keys, each of `rows` minima of multiply-shift hashes over its n-grams."""
    size = count * rows
    times = np.empty(size, np.uint64)
    plus = np.empty(size, np.uint64)
    for k in range(size):
        times[k] = mix(np.uint64(2 * k + 1)) | np.uint64(1)
        plus[k] = mix(np.uint64(2 * k + 2))
    out = np.empty((len(ends) - 1, count), np.int64)
    least = np.empty(size, np.uint64)
    for i in range(len(ends) - 1):
        least[:] = np.uint64(0xFFFFFFFFFFFFFFFF)
        for j in range(ends[i], ends[i + 1]):
            x = found[j]
            for k in range(size):
                h = (times[k] * x + plus[k]) >> np.uint64(32)
                if h < least[k]:
                    least[k] = h
        for b in range(count):
            h = mix(np.uint64(b + 1))
            for k in range(b * rows, (b + 1) * rows):
                h = mix(h ^ least[k])
            out[i, b] = np.int64(h)
    return out


@numba.njit(cache=True, nogil=True)
def jaccard(ends: Longs, found: Grams, a: int, b: int, least: float) -> float:
    """Return the Jaccard similarity of two texts' n-grams; −1 as soon as it cannot reach `least`."""
    i, j = ends[a], ends[b]
    end_i, end_j = ends[a + 1], ends[b + 1]
    size_a, size_b = end_i - i, end_j - j
    if size_a == 0 or size_b == 0:
        return -1.0
    need = least * (size_a + size_b) / (1.0 + least)
    both = 0
    while i < end_i and j < end_j:
        if both + min(end_i - i, end_j - j) < need - 1e-9:
            return -1.0
        if found[i] == found[j]:
            both += 1
            i += 1
            j += 1
        elif found[i] < found[j]:
            i += 1
        else:
            j += 1
    value = both / (size_a + size_b - both)
    return value if value >= least else -1.0


@numba.njit(cache=True)
def _root(parent: Longs, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@numba.njit(cache=True, nogil=True)
def links(
    runs: Longs, members: Longs, fresh: Any, ends: Longs, found: Grams, least: float, every: bool
) -> tuple[Longs, Longs, npt.NDArray[np.float64]]:
    """Return pairs of texts among the members of each run whose similarity is at least `least`, with that similarity.

    `runs` says where the members of each run begin (one more at the end); members are numbers of texts. Pairs of which
    neither is fresh are known already. Unless `every` pair is asked for, texts that hang together are not compared again.
    """
    parent = np.arange(len(ends) - 1)
    left = np.empty(_FIRST, np.int64)
    right = np.empty(_FIRST, np.int64)
    value = np.empty(_FIRST, np.float64)
    used = 0
    for r in range(len(runs) - 1):
        for x in range(runs[r], runs[r + 1]):
            a = members[x]
            for y in range(x + 1, runs[r + 1]):
                b = members[y]
                if a == b or not (fresh[a] or fresh[b]):
                    continue
                if not every and _root(parent, a) == _root(parent, b):
                    continue
                similarity = jaccard(ends, found, a, b, least)
                if similarity < 0:
                    continue
                if used == len(left):
                    left = np.concatenate((left, np.empty(used, np.int64)))
                    right = np.concatenate((right, np.empty(used, np.int64)))
                    value = np.concatenate((value, np.empty(used, np.float64)))
                left[used], right[used], value[used] = a, b, similarity
                used += 1
                parent[_root(parent, b)] = _root(parent, a)
    return left[:used].copy(), right[:used].copy(), value[:used].copy()


@numba.njit(cache=True, nogil=True)
def joined(count: int, left: Longs, right: Longs) -> Longs:
    """Return for each of `count` texts the smallest number of a text that it hangs together with."""
    parent = np.arange(count)
    for k in range(len(left)):
        a, b = _root(parent, left[k]), _root(parent, right[k])
        if a < b:
            parent[b] = a
        else:
            parent[a] = b
    for k in range(count):
        parent[k] = _root(parent, k)
    return parent
