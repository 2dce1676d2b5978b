"""How alike two files are by their fuzzy digests: ssdeep (Kornblum 2006) and TLSH (Oliver, Cheng, Chen 2013). Pure, bounded."""

from __future__ import annotations

import re
from typing import Final

ALIKE: Final = 40
"""Score of two ssdeep digests from which files count as alike; below it, likeness is often chance."""

APART: Final = 60
"""Distance of two TLSH digests up to which files count as alike (Oliver and others find 5 % false ones near 80)."""

SIGNATURE: Final = 64
"""Characters of a part of an ssdeep digest at most, by which its score is reckoned."""

SMALLEST: Final = 3
"""The smallest block size of ssdeep."""

COMMON: Final = 7
"""Characters that two parts must have in common, one after another: without them likeness is chance."""

_PARTS: Final = re.compile(r"([0-9]{1,10}):([A-Za-z0-9+/]{0,128}):([A-Za-z0-9+/]{0,128})").match
_RUN: Final = re.compile(r"(.)\1{3,}")
_TLSH: Final = re.compile(r"(?:T1)?([0-9A-F]{70})", re.IGNORECASE).fullmatch


def ssdeep_score(one: str, other: str) -> int | None:
    """Return how alike two ssdeep digests say that files are, 0 to 100; None where one is no such digest."""
    first, second = _PARTS(one), _PARTS(other)
    if first is None or second is None:
        return None
    a, b = int(first[1]), int(second[1])
    a1, a2, b1, b2 = (_RUN.sub(r"\1\1\1", text) for text in (first[2], first[3], second[2], second[3]))
    if a == b:
        if (a1, a2) == (b1, b2):
            return 100
        return max(_part(a1, b1, a), _part(a2, b2, 2 * a))
    if a == 2 * b:
        return _part(a1, b2, a)
    if b == 2 * a:
        return _part(a2, b1, b)
    return 0


def tlsh_distance(one: str, other: str) -> int | None:
    """Return how far apart two TLSH digests say that files are, 0 for the same; None where one is no such digest."""
    first, second = _TLSH(one), _TLSH(other)
    if first is None or second is None:
        return None
    a, b = bytes.fromhex(first[1]), bytes.fromhex(second[1])
    distance = int(a[0] != b[0])  # checksum
    length = _around(_swapped(a[1]), _swapped(b[1]), 256)
    distance += length if length <= 1 else 12 * length
    for shift in (0, 4):  # the two ratios of quartiles
        ratio = _around(a[2] >> shift & 15, b[2] >> shift & 15, 16)
        distance += ratio if ratio <= 1 else 12 * (ratio - 1)
    for x, y in zip(a[3:], b[3:], strict=True):
        if x != y:
            distance += _body(x, y)
    return distance


def _part(one: str, other: str, size: int) -> int:
    one, other = one[:SIGNATURE], other[:SIGNATURE]
    if not _common(one, other):
        return 0
    apart = len(one) + len(other) - 2 * _longest(one, other)
    score = 100 - 100 * (apart * SIGNATURE // (len(one) + len(other))) // SIGNATURE
    if size >= (99 + COMMON) // COMMON * SMALLEST:
        return score
    return min(score, size // SMALLEST * min(len(one), len(other)))  # few blocks say little


def _common(one: str, other: str) -> bool:
    held = {one[at : at + COMMON] for at in range(len(one) - COMMON + 1)}
    return any(other[at : at + COMMON] in held for at in range(len(other) - COMMON + 1))


def _longest(one: str, other: str) -> int:
    """Return the length of the longest common subsequence, a row of the table at a time in one number (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for at, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << at
    every = (1 << len(one)) - 1
    row = every
    for character in other:
        met = row & places.get(character, 0)
        row = ((row + met) | (row - met)) & every
    return len(one) - row.bit_count()


def _swapped(byte: int) -> int:
    return byte >> 4 | (byte & 15) << 4


def _around(a: int, b: int, size: int) -> int:
    apart = abs(a - b)
    return min(apart, size - apart)


def _body(x: int, y: int) -> int:
    total = 0
    for shift in (0, 2, 4, 6):
        apart = abs((x >> shift & 3) - (y >> shift & 3))
        total += 6 if apart == 3 else apart
    return total
