"""Where values stand in lines of plain JSON: one pass over the bytes, compiled; no value is made."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Kinds = npt.NDArray[np.int8]

NONE: Final = 0
TEXT: Final = 1
NUMBER: Final = 2
OTHER: Final = 3
"""What stands there: nothing or null; a text without escapes; a number; all else (escapes, lists, objects, true, false)."""

_BLANK, _ODD = -1, -2
_NOWHERE: Final = 1 << 29
LEFT: Final = 1 << 30
"""In the place of a value: one that nobody wants, and one that is wanted but not taken here, so that its line is odd."""

_DEEPEST: Final = 48
"""Levels within one another that are followed."""

HEADS: Final = 1 << 12

_DIGITS: Final = 40
"""Digits of a number: one that is longer may be too large to be one."""

_OPENED, _KEY, _VALUE, _FIRST, _AFTER = 0, 1, 2, 3, 4


@numba.njit(cache=True)
def soon_known(size: Any, first: Any, last: Any) -> Any:
    """Return what is soon known of a key as a number: its size, its first and its last byte."""
    return (size * 67 ^ np.int64(first) * 5 ^ np.int64(last) << 4) & (HEADS - 1)


def _first_bits() -> npt.NDArray[np.int64]:
    found = np.zeros(64, np.int64)
    for bit in range(64):
        found[(_BRUIJN << bit) % (1 << 64) >> 58] = bit
    return found


_BRUIJN: Final = 0x03F79D71B4CB0A89
"""A sequence of de Bruijn: what is left of it in its highest bits tells by how many bits it was moved."""

_FIRST_BIT: Final = _first_bits()


@numba.njit(cache=True)
def _counted(bits: Any) -> Any:
    """Return how many bits are set (Warren, Hacker's Delight, section 5-1)."""
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((bits * np.uint64(0x0101010101010101)) >> np.uint64(56))


@numba.njit(cache=True)
def special(data: Bytes) -> Numbers:
    """Return the places at which a text ends or is more than it looks: quotes, backslashes, what may not stand in one."""
    bits = np.zeros((len(data) + 63) // 64, np.uint64)
    whole = len(data) // 64
    count = 0
    for word in range(whole):
        found = np.uint64(0)
        for j in range(64):
            c = data[np.uint64(word * 64 + j)]
            # with their second bit turned, quotes stand behind what is below the space
            found |= np.uint64((c ^ 2) < 33 or c == 92) << np.uint64(j)
        bits[word] = found
        count += _counted(found)
    for at in range(whole * 64, len(data)):
        c = data[at]
        if (c ^ 2) < 33 or c == 92:
            bits[whole] |= np.uint64(1) << np.uint64(at & 63)
            count += 1
    out = np.empty(count, np.int32)
    size = 0
    for word in range(len(bits)):
        found = bits[word]
        while found:
            lowest = found & (~found + np.uint64(1))
            place = (lowest * np.uint64(_BRUIJN)) >> np.uint64(58)
            out[size] = (word << 6) + _FIRST_BIT[place]
            size += 1
            found ^= lowest
    return out


@numba.njit(cache=True)
def scanned(
    data: Bytes,
    special: Numbers,
    keys: Bytes,
    begins: Numbers,
    ends: Numbers,
    leads: Numbers,
    of: Numbers,
    low: Numbers,
    high: Numbers,
    heads: Numbers,
    others: Numbers,
    lines: Places,
    kinds: Kinds,
    starts: Numbers,
    stops: Numbers,
    odd: Places,
) -> tuple[int, int]:
    """Write where values stand; return how many rows there are, and how many lines are odd."""
    nodes = np.empty(_DEEPEST + 2, np.int64)
    lists = np.empty(_DEEPEST + 2, np.bool_)
    at, place, line, row, left = 0, 0, 0, 0, 0
    while at < len(data):
        found = _line(
            data, special, place, keys, begins, ends, leads, of, low, high, heads, others, at, row, kinds, starts,
            stops, nodes, lists,
        )  # fmt: skip
        if found >= 0:
            lines[row] = line
            row += 1
            place = found
        else:
            for value in range(len(kinds)):
                kinds[value, row] = NONE
            while data[special[place]] != 10:
                place += 1
            if found == _ODD:
                odd[left, 0], odd[left, 1], odd[left, 2] = line, at, special[place]
                left += 1
        at = special[place] + 1
        place += 1
        line += 1
    return row, left


@numba.njit(cache=True)
def _line(
    data: Bytes,
    special: Numbers,
    place: int,
    keys: Bytes,
    begins: Numbers,
    ends: Numbers,
    leads: Numbers,
    of: Numbers,
    low: Numbers,
    high: Numbers,
    heads: Numbers,
    others: Numbers,
    at: int,
    row: int,
    kinds: Kinds,
    starts: Numbers,
    stops: Numbers,
    nodes: Places,
    lists: npt.NDArray[np.bool_],
) -> int:
    """Write where the values of one line stand; return which special place its line feed is, or that it is blank or odd.

    `special[place]` is the first one that is not before `i`.
    """
    place, i = _space(data, place, at)
    if data[i] != 123:
        return _BLANK if data[i] == 10 else _ODD
    i += 1
    depth = 0
    nodes[0] = 0
    empty = True
    while True:
        if data[i] <= 32:
            place, i = _space(data, place, i)
        if data[i] == 34:
            # a key: where does what it names lead?
            begin, end = i + 1, special[place + 1]
            if data[end] != 34:
                return _ODD
            place += 2
            size, node = end - begin, nodes[depth]
            lead: Any = _NOWHERE
            key = heads[soon_known(size, data[begin], data[end - 1])] - 1
            while key >= 0:
                if of[key] == node and ends[key] - begins[key] == size:
                    j = 0
                    while j < size and keys[begins[key] + j] == data[begin + j]:
                        j += 1
                    if j == size:
                        lead = np.int64(leads[key])
                        break
                key = others[key] - 1
            i = end + 1
            if data[i] <= 32:
                place, i = _space(data, place, i)
            if data[i] != 58:
                return _ODD
            i += 1
            if data[i] <= 32:
                place, i = _space(data, place, i)
            c = data[i]
            begin, kind = i, TEXT
            if c == 34:
                begin += 1
                i, place = special[place + 1], place + 2
                if data[i] != 34:
                    kind = OTHER
                    place, i = _escaped(data, special, place - 1)
                    begin -= 1
                    i += 1
                    if place < 0:
                        return _ODD
            elif c == 123 and lead < 0:
                if depth == _DEEPEST:
                    return _ODD
                # of a key that stands there twice the last counts, and all that is below it
                for value in range(low[-1 - lead], high[-1 - lead]):
                    kinds[value, row] = NONE
                depth += 1
                nodes[depth] = -1 - lead
                i += 1
                empty = True
                continue
            elif c == 123 or c == 91:
                kind = OTHER
                place, i = _nested(data, special, place, i, lists)
                if place < 0:
                    return _ODD
            else:
                kind, i = _scalar(data, i)
                if kind == _ODD:
                    return _ODD
            if lead != _NOWHERE:
                if lead >= 0 and lead != LEFT:
                    kinds[lead, row], starts[lead, row], stops[lead, row] = kind, begin, i
                elif kind != NONE:
                    return _ODD
                elif lead < 0:
                    for value in range(low[-1 - lead], high[-1 - lead]):
                        kinds[value, row] = NONE
            if c == 34 and kind == TEXT:
                i += 1
        elif data[i] != 125 or not empty:
            return _ODD
        empty = False
        while True:
            if data[i] <= 32:
                place, i = _space(data, place, i)
            if data[i] == 44:
                i += 1
                break
            if data[i] != 125:
                return _ODD
            i += 1
            depth -= 1
            if depth < 0:
                place, i = _space(data, place, i)
                return place if data[i] == 10 else _ODD


@numba.njit(cache=True)
def _space(data: Bytes, place: int, i: int) -> tuple[int, int]:
    """Return where what follows blanks begins: a line feed, too, and whatever may not stand there."""
    while data[i] == 32 or data[i] == 9 or data[i] == 13:
        if data[i] != 32:
            place += 1
        i += 1
    return place, i


@numba.njit(cache=True)
def _escaped(data: Bytes, special: Numbers, place: int) -> tuple[int, int]:
    """Return the place behind a text, and where its last quote is; `place` is the first one in it. Below 0 for none."""
    end = special[place]
    while data[end] != 34:
        if data[end] != 92:
            return _ODD, 0
        e = data[end + 1]
        place += 1
        if e == 117:
            # halves of a pair are for the decoder to judge
            if data[end + 2] == 68 or data[end + 2] == 100:
                return _ODD, 0
            for j in range(end + 2, end + 6):
                c = data[j]
                if not (48 <= c <= 57 or 65 <= c <= 70 or 97 <= c <= 102):
                    return _ODD, 0
        elif e == 34 or e == 92:
            place += 1
        elif e != 47 and e != 98 and e != 102 and e != 110 and e != 114 and e != 116:
            return _ODD, 0
        end = special[place]
    return place + 1, end


@numba.njit(cache=True)
def _nested(
    data: Bytes, special: Numbers, place: int, i: int, lists: npt.NDArray[np.bool_]
) -> tuple[int, int]:
    """Return the place behind a list or an object that nobody looks into, and where it ends; below 0 for none.

    `lists` is room to note of each level whether it is a list.
    """
    depth = -1
    state = _VALUE
    while True:
        if data[i] <= 32:
            place, i = _space(data, place, i)
        c = data[i]
        if state == _AFTER:
            if c == 44:
                i += 1
                state = _VALUE if lists[depth] else _KEY
                continue
            if c != (93 if lists[depth] else 125):
                return _ODD, 0
        elif state == _OPENED or state == _KEY:  # noqa: SIM109 - what is compiled
            if c == 34:
                if data[special[place + 1]] != 34:
                    return _ODD, 0
                i, place = special[place + 1] + 1, place + 2
                if data[i] <= 32:
                    place, i = _space(data, place, i)
                if data[i] != 58:
                    return _ODD, 0
                i += 1
                state = _VALUE
                continue
            if c != 125 or state == _KEY:
                return _ODD, 0
        elif c == 34:
            place, i = _escaped(data, special, place + 1)
            if place < 0:
                return _ODD, 0
            i += 1
            state = _AFTER
            continue
        elif c == 123 or c == 91:
            depth += 1
            if depth == _DEEPEST:
                return _ODD, 0
            lists[depth] = c == 91
            state = _FIRST if c == 91 else _OPENED
            i += 1
            continue
        elif c != 93 or state != _FIRST:
            kind, i = _scalar(data, i)
            if kind == _ODD:
                return _ODD, 0
            state = _AFTER
            continue
        # what was opened is closed
        i += 1
        depth -= 1
        state = _AFTER
        if depth < 0:
            return place, i


@numba.njit(cache=True)
def _scalar(data: Bytes, i: int) -> tuple[int, int]:
    """Return what true, false, null or a number is, and where it ends; odd for what is none of these."""
    c = data[i]
    if c == 116:
        true = data[i + 1] == 114 and data[i + 2] == 117 and data[i + 3] == 101
        return (OTHER if true else _ODD), i + 4
    if c == 102:
        false = data[i + 1] == 97 and data[i + 2] == 108 and data[i + 3] == 115 and data[i + 4] == 101
        return (OTHER if false else _ODD), i + 5
    if c == 110:
        null = data[i + 1] == 117 and data[i + 2] == 108 and data[i + 3] == 108
        return (NONE if null else _ODD), i + 4
    begin = i
    if c == 45:
        i += 1
    digits = i
    while 48 <= data[i] <= 57:
        i += 1
    if i == digits or (data[digits] == 48 and i - digits > 1):
        return _ODD, i
    if data[i] == 46:
        i += 1
        digits = i
        while 48 <= data[i] <= 57:
            i += 1
        if i == digits:
            return _ODD, i
    return (NUMBER if i - begin <= _DIGITS else _ODD), i
