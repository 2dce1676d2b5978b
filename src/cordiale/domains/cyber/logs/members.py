"""Where the values of JSON lines stand that somebody wants: found in one pass over the bytes, without making any of them.

What is taken here is plain JSON (RFC 8259) and nothing more. A line with anything out of the ordinary in it is left to a
decoder, so that nothing is taken that a decoder would not take.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from cordiale.domains.cyber.logs.scanned import (
    HEADS,
    LEFT,
    Bytes,
    Kinds,
    Numbers,
    Places,
    scanned,
    soon_known,
    special,
)


class Wanted(NamedTuple):
    """The keys whose values are wanted, as a tree of objects; node 0 is the line itself.

    Key k is one of node `of[k]`: its bytes lie in `keys`, from `begins[k]` to `ends[k]`.
    `leads` is where a key leads: to a value (its number), or to node m of keys below it (-1 - m), whose values are those
    from `low[m]` to `high[m]`. `heads` is the first key to compare one with by what is soon known of it (`soon_known`),
    `others` the next one; each is the number of a key and 1, and 0 for none.
    """

    keys: Bytes
    begins: Numbers
    ends: Numbers
    leads: Numbers
    of: Numbers
    low: Numbers
    high: Numbers
    heads: Numbers
    others: Numbers


class Members(NamedTuple):
    """What a block of lines holds. Row r stands in line `lines[r]` (from 0); value v of it is what `kinds[v, r]` says,
    from `starts[v, r]` to `stops[v, r]` (a text without its quotes). `odd` are lines left to a decoder: number, first
    and last byte.
    """

    lines: Places
    kinds: Kinds
    starts: Numbers
    stops: Numbers
    odd: Places


def wanted(tree: Mapping[str, Any]) -> tuple[Wanted, tuple[tuple[str, ...], ...]]:
    """Return a tree of keys made ready, and the path of each of its values.

    None ends a path. What is below a key with [] stands in a list, and is left to a decoder.
    """
    nodes: list[Mapping[str, Any]] = [tree]
    paths: list[tuple[str, ...]] = [()]
    found: list[tuple[str, ...]] = []
    bounds: list[tuple[int, int]] = [(0, 0)]
    entries: list[list[tuple[bytes, int]]] = []

    def entered(node: Mapping[str, Any], path: tuple[str, ...]) -> list[tuple[bytes, int]]:
        made = []
        for key, below in node.items():
            if key.endswith("[]"):
                lead = LEFT
            elif below is None:
                lead = len(found)
                found.append((*path, key))
            else:
                number = len(nodes)
                nodes.append(below)
                paths.append((*path, key))
                bounds.append((0, 0))
                entries.append([])
                before = len(found)
                entries[number] = entered(below, (*path, key))
                bounds[number] = (before, len(found))
                lead = -1 - number
            made.append((key.removesuffix("[]").encode(), lead))
        return made

    entries.append([])
    entries[0] = entered(tree, ())
    bounds[0] = (0, len(found))
    whole = [one for held in entries for one in held]
    ends = np.cumsum([len(key) for key, _lead in whole], dtype=np.int32)
    nodes_of = [number for number, held in enumerate(entries) for _one in held]
    heads, others = np.zeros(HEADS, np.int32), np.zeros(len(whole), np.int32)
    for number, (key, _lead) in enumerate(whole):
        # what stands before and behind an empty key are its quotes
        head = soon_known(len(key), *(key[:1] or b'"'), *(key[-1:] or b'"'))
        others[number], heads[head] = heads[head], number + 1
    return Wanted(
        np.frombuffer(b"".join(key for key, _lead in whole), np.uint8),
        ends - np.array([len(key) for key, _lead in whole], np.int32),
        ends,
        np.array([lead for _key, lead in whole], np.int32),
        np.array(nodes_of, np.int32),
        np.array([low for low, _high in bounds], np.int32),
        np.array([high for _low, high in bounds], np.int32),
        heads,
        others,
    ), tuple(found)


def members(data: bytes, lines: int, asked: Wanted) -> Members:
    """Return where the values asked for stand in lines, of which there are at most `lines`."""
    count = int(asked.high[0])
    # a line feed ends whatever is being read
    whole = np.frombuffer(data if data.endswith(b"\n") else data + b"\n", np.uint8)
    numbers, odd = np.empty(lines, np.int64), np.empty((lines, 3), np.int64)
    kinds = np.zeros((count, lines), np.int8)
    starts, stops = np.empty((count, lines), np.int32), np.empty((count, lines), np.int32)
    rows, left = scanned(whole, special(whole), *asked, numbers, kinds, starts, stops, odd)
    return Members(numbers[:rows], kinds[:, :rows], starts[:, :rows], stops[:, :rows], odd[:left])
