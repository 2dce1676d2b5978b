"""Merge ordered streams of an index, one per marking, so that hidden rows are never touched.

Each stream is a short range of an index that begins with the marking id. A page takes a few rows of every stream,
and more of those that could still hold an earlier one, until the page is certain. Where it is known how new the newest
of a stream is, those whose newest is older than the page are not asked at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, Final, Literal

from cordiale.store.connection import Transaction
from cordiale.store.dialects import Dialect
from cordiale.store.types import Key

_ENDLESS: Final = 1 << 62

_WAVE: Final = 24
"""Streams that are asked at first, and at least in each further round: a page is mostly of few reports."""

Streams = Mapping[tuple[int, int], int | None]
"""Pairs that begin an index range, each with an instant that none of its keys exceeds; None where that is not known."""


def latest(
    tx: Transaction,
    inner: str,
    params: tuple[Any, ...],
    streams: Streams,
    limit: int,
    *,
    by: Literal["at", "vid"] = "at",
    below: Key | None = None,
) -> list[Key]:
    """Return the `limit` greatest keys (instant or vid, vid) over all streams, descending.

    `inner`: SELECT vid (and at, on PostgreSQL used) of the stream (s.a, s.b), descending, ending in `LIMIT ?`;
    `params` fill its places before that one, and keep to keys before `below`. Streams are asked in the order of the
    newest they may hold, and no further than the page needs.
    """
    if not streams or limit < 1:
        return []
    sql = _over_streams(inner, tx.dialect, by)
    top = below[0] if below is not None else _ENDLESS
    ordered = sorted(
        ((min(top, _ENDLESS if newest is None else newest), pair) for pair, newest in streams.items()),
        key=itemgetter(0),
        reverse=True,
    )
    found: list[list[Key]] = []
    taken: list[int] = []
    wave = len(ordered) if ordered[-1][0] == _ENDLESS else _WAVE
    take = max(1, 2 * limit // min(wave, len(ordered)))
    keys: list[Key] = []
    while True:
        lowest = keys[-1] if len(keys) == limit else None
        # a stream that gave all it was asked for may hold more below its last key
        deeper = [
            n
            for n, some in enumerate(found)
            if taken[n] < limit and len(some) >= taken[n] and (lowest is None or some[-1] > lowest)
        ]
        if deeper:
            asked, most = deeper, min(4 * max(taken[n] for n in deeper), limit)
        else:
            asked = [
                n
                for n in range(len(found), min(len(found) + wave, len(ordered)))
                if lowest is None or ordered[n][0] >= lowest[0]
            ]
            most = take
            wave *= 4
        if not asked:
            return keys
        for n in asked:
            if n == len(found):
                found.append([])
                taken.append(0)
            found[n], taken[n] = [], most
        for i, key, vid in tx.rows(sql, [ordered[n][1] for n in asked], *params, most):
            found[asked[i]].append((key, vid))
        for n in asked:
            found[n].sort(reverse=True)
        keys = sorted((key for some in found for key in some), reverse=True)[:limit]


def _over_streams(inner: str, dialect: Dialect, by: str) -> str:
    if dialect == "postgresql":
        return f"SELECT s.i, w.{by}, w.vid FROM STREAMS(?) s CROSS JOIN LATERAL ({inner}) w"
    # SQLite joins laterally only through a correlated IN, which the version's own key then resolves
    return (
        f"SELECT s.i, v.{by}, v.vid FROM STREAMS(?) s JOIN versions v ON v.vid IN (SELECT vid FROM ({inner}))"
    )
