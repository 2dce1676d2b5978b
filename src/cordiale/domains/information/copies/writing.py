"""Brings texts into one way of writing over their bytes, as expressions do: these took a third of the time of a network.

Beyond ASCII the form of a character is looked up in a table. A text that holds one whose form no table says, as accents that
follow their letter do, is `hard`, and left to the expressions.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]

QUOTES = (
    ("[\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc]", "'"),
    ("[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]", '"'),
    ("[\u2010-\u2015\u2212]", "-"),
    ("[\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e]", ""),
)
"""Expressions of what beyond ASCII is written in many ways, and the one way."""

LINKS = (
    (r"https?://\S+|\bwww\.\S+|\bpic\.twitter\.com/\S+", " "),
    (r"^\s*(?:RT|rt)\s+@\w+:?", " "),
    ("`", "'"),
    (r"\s{2,}|[\t\n\r\f\v]", " "),
)
"""Expressions of links, marks of repeating and spaces, one after the other."""

_HARD = -1
_HTTP, _HTTPS, _WWW, _PICTURE = (
    np.frombuffer(one, np.uint8) for one in (b"http://", b"https://", b"www.", b"pic.twitter.com/")
)


class Forms(NamedTuple):
    """For each code point 0 where it stays, −1 where no table says its form, else where that ends, `ends[n]`, in `data`."""

    place: Places
    ends: Longs
    data: Bytes


def forms(data: Bytes) -> Forms:
    """Return the forms of the characters that occur in UTF-8 bytes."""
    met = _met(data)
    place = np.zeros(len(met), np.int32)
    known = [b""]
    for point in np.flatnonzero(met).tolist():
        found = form(chr(point))
        if found is None:
            place[point] = _HARD
        elif found != chr(point):
            place[point] = len(known)
            known.append(found.encode())
    ends = np.cumsum([len(one) for one in known])
    return Forms(place, ends, np.frombuffer(b"".join(known) or b"\0", np.uint8))


@lru_cache(maxsize=65_536)
def form(char: str) -> str | None:
    """Return how a character is written whatever stands beside it (NFKC, `QUOTES`, lower case beyond ASCII); None where more is to be asked.

    A form that begins with a letter, number or sign of its own joins nothing before it: only marks, the parts of Hangul
    syllables and letters of a few scripts beyond the basic plane do. What a later Unicode assigns is not known here.
    """
    found = unicodedata.normalize("NFKC", char)
    kind = unicodedata.category(found[0])
    joins = kind[0] == "M" and not "\ufe00" <= char <= "\ufe0f"
    joins = joins or "\u1100" <= found[0] <= "\u11ff" or (kind[0] == "L" and found[0] > "\uffff")
    if joins or "Cn" in (kind, unicodedata.category(char)):
        return None
    for pattern, to in QUOTES:
        found = re.sub(pattern, to, found)
    beyond = "".join(one for one in found if not one.isascii())
    if any(one.isspace() or one.lower().isascii() or len(one.lower()) > 1 for one in beyond):
        return None
    return "".join(one if one.isascii() else one.lower() for one in found)


@numba.njit(cache=True)
def _point(data: Bytes, i: int, end: int) -> tuple[Any, int]:
    """Return the code point that begins at a byte, and how many bytes it takes; the last of all where these are no UTF-8."""
    first = np.int64(data[i])
    if first < 0x80:
        return first, 1
    size = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if i + size > end:
        return 0x10FFFF, end - i
    point = first & (0x7F >> size)
    for k in range(i + 1, i + size):
        point = point << 6 | np.int64(data[k]) & 0x3F
    return min(point, 0x10FFFF), size


@numba.njit(cache=True, nogil=True)
def _met(data: Bytes) -> npt.NDArray[np.bool_]:
    out = np.zeros(0x110000, np.bool_)
    i = 0
    while i < len(data):
        if data[i] < 0x80:
            i += 1
            continue
        point, size = _point(data, i, len(data))
        out[point] = True
        i += size
    return out


@numba.njit(cache=True)
def _space(byte: int) -> bool:
    return byte == 32 or byte == 9 or byte == 10 or byte == 12 or byte == 13


@numba.njit(cache=True)
def _blank(byte: int) -> bool:
    """Tell whether a byte is nothing at the ends of a text."""
    return 9 <= byte <= 13 or 28 <= byte <= 32


@numba.njit(cache=True)
def _word(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or byte == 95 or 97 <= byte <= 122


@numba.njit(cache=True)
def _begins(data: Bytes, i: int, end: int, what: Bytes) -> bool:
    """Tell whether bytes stand at a place with something after them."""
    if i + len(what) >= end:
        return False
    for k in range(len(what)):
        if data[i + k] != what[k]:
            return False
    return not _space(data[i + len(what)])


@numba.njit(cache=True)
def _link(data: Bytes, i: int, end: int) -> bool:
    """Tell whether a link begins at a place."""
    byte = data[i]
    if byte == 104:
        return _begins(data, i, end, _HTTP) or _begins(data, i, end, _HTTPS)
    if (byte == 119 or byte == 112) and (i == 0 or not _word(data[i - 1])):
        return _begins(data, i, end, _WWW) or _begins(data, i, end, _PICTURE)
    return False


@numba.njit(cache=True)
def _after_repeat(data: Bytes, begin: int, end: int) -> int:
    """Return where a text goes on after its mark of repeating (`RT @name:`); its begin where it has none."""
    i = begin
    while i < end and _space(data[i]):
        i += 1
    if i + 2 >= end or not ((data[i] == 82 and data[i + 1] == 84) or (data[i] == 114 and data[i + 1] == 116)):
        return begin
    i += 2
    if not _space(data[i]):
        return begin
    while i < end and _space(data[i]):
        i += 1
    if i + 1 >= end or data[i] != 64 or not _word(data[i + 1]):
        return begin
    i += 1
    while i < end and _word(data[i]):
        i += 1
    return i + 1 if i < end and data[i] == 58 else i


@numba.njit(cache=True, nogil=True)
def hard(starts: Longs, data: Bytes, place: Places) -> npt.NDArray[np.bool_]:
    """Tell which texts hold a character whose form no table says."""
    out = np.zeros(len(starts) - 1, np.bool_)
    for n in range(len(out)):
        i = starts[n]
        while i < starts[n + 1]:
            if data[i] < 0x80:
                i += 1
                continue
            point, size = _point(data, i, starts[n + 1])
            if place[point] < 0:
                out[n] = True
                break
            i += size
    return out


@numba.njit(cache=True, nogil=True)
def written(
    starts: Longs,
    data: Bytes,
    place: Places,
    ends: Longs,
    known: Bytes,
    given: Any,
    given_starts: Longs,
    given_data: Bytes,
) -> tuple[Longs, Bytes]:
    """Return texts in their forms, without links and marks of repeating, a space for each run of spaces, in lower case.

    Texts come and go as where each begins in one run of UTF-8 bytes (one more at the end). Those that are `given` come from
    `given_data`, one after the other, as they are.
    """
    count = len(starts) - 1
    out = np.empty(starts[count] - starts[0] + len(given_data), np.uint8)
    begins = np.zeros(count + 1, np.int64)
    longest = 1
    for k in range(1, len(ends)):
        longest = max(longest, ends[k] - ends[k - 1])
    row = np.zeros(4096, np.uint8)
    used = taken = 0
    for n in range(count):
        size = starts[n + 1] - starts[n]
        if size * longest >= len(row):
            row = np.zeros(size * longest + 1, np.uint8)
        if given[n]:
            end = given_starts[taken + 1] - given_starts[taken]
        else:
            end = _formed(data, starts[n], starts[n + 1], place, ends, known, row)
        if used + end > len(out):
            out = np.concatenate((out, np.empty(len(out) + end, np.uint8)))
        if given[n]:
            for k in range(end):
                out[used + k] = given_data[given_starts[taken] + k]
            used += end
            taken += 1
        else:
            used = _spaced(row, end, out, used)
        begins[n + 1] = used
    return begins, out[:used]


@numba.njit(cache=True)
def _formed(data: Bytes, i: int, stop: int, place: Places, ends: Longs, known: Bytes, row: Bytes) -> int:
    """Write a text in the forms of its characters; return where it ends."""
    end = 0
    while i < stop:
        if data[i] < 0x80:
            row[end] = data[i]
            end += 1
            i += 1
            continue
        point, size = _point(data, i, stop)
        which = place[point]
        if which == 0:
            for k in range(i, i + size):
                row[end] = data[k]
                end += 1
        else:
            for k in range(ends[which - 1], ends[which]):
                row[end] = known[k]
                end += 1
        i += size
    return end


@numba.njit(cache=True)
def _spaced(row: Bytes, end: int, out: Bytes, used: int) -> int:
    """Write a text without links, mark of repeating and runs of spaces, ASCII in lower case; return where it ends."""
    first = last = used
    i = 0
    while i < end:
        one, two = row[i], row[i + 1]
        # ht, pi, ww: to ask more of every byte takes most of the time
        if (
            (one == 104 and two == 116) or (one == 112 and two == 105) or (one == 119 and two == 119)
        ) and _link(row, i, end):
            while i < end and not _space(row[i]):
                i += 1
            out[last] = 32
        else:
            out[last] = one
            i += 1
        last += 1
    i = _after_repeat(out, first, last)
    while i < last and _blank(out[i]):
        i += 1
    while i < last and _blank(out[last - 1]):
        last -= 1
    while i < last:
        byte = out[i]
        i += 1
        if _space(byte):
            while _space(out[i]):
                i += 1
            byte = np.uint8(32)
        elif byte == 11:
            byte = np.uint8(32)
        elif byte == 96:
            byte = np.uint8(39)
        elif 65 <= byte <= 90:
            byte += np.uint8(32)
        out[used] = byte
        used += 1
    return used
