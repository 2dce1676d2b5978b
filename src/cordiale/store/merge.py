"""Merge ordered streams of an index, one per marking, so that hidden rows are never touched.

Each stream is a short range of an index that begins with the marking id. A page takes a few rows of every stream,
and more of those that could still hold an earlier one, until the page is certain. Where it is known how new the newest
of a stream is, those whose newest is older than the page are not asked at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from cordiale.store.connection import Transaction
from cordiale.store.dialects import Dialect
from cordiale.store.types import Key

_ENDLESS: Final = 1 << 62
_LAST: Final[Key] = (_ENDLESS, _ENDLESS)

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
) -> list[Key]:
    """Return the `limit` greatest keys (instant or vid, vid) over all streams, descending.

    `inner`: SELECT vid (and at, on PostgreSQL used) of the stream (s.a, s.b), descending, with a place for the least
    key it still has to give and one for how many; `params` fill its places before those. Streams are asked in the order
    of the newest they may hold, and no further than the page needs.
    """
    if not streams or limit < 1:
        return []
    if tx.dialect == "postgresql" and None in streams.values():
        return _at_once(tx, inner, params, list(streams), limit, by)
    sql = _over_streams(inner, tx.dialect, by)
    ordered = list(streams)
    if None in streams.values():
        newest, wave = [_ENDLESS] * len(ordered), len(ordered)
    else:
        ordered.sort(key=streams.__getitem__, reverse=True)  # type: ignore[arg-type]  # no None among them
        newest, wave = [streams[one] or 0 for one in ordered], _WAVE
    keys: list[Key] = []
    given: list[
        int
    ] = []  # by place in `ordered`: how many keys a stream gave, how many were asked for, and the least
    taken: list[int] = []
    least: list[Key] = []
    while True:
        lowest = keys[-1] if len(keys) == limit else None
        # a stream that gave all it was asked for may hold more below its last key
        asked = [
            n
            for n, had in enumerate(given)
            if had >= taken[n] and taken[n] < limit and (lowest is None or least[n] > lowest)
        ]
        if asked:
            most = min(4 * max(taken[n] for n in asked), limit)
        else:
            ahead = range(len(given), min(len(given) + wave, len(ordered)))
            asked = [n for n in ahead if lowest is None or newest[n] >= lowest[0]]
            most = min(max(1, 2 * limit // max(1, len(asked))), limit)
            given += [0] * len(asked)
            taken += [0] * len(asked)
            least += [_LAST] * len(asked)
            wave *= 4
        if not asked:
            return keys
        for n in asked:
            given[n], taken[n] = 0, most
        floor = -_ENDLESS if lowest is None else lowest[0]
        pool = set(keys)
        for i, key, vid in tx.rows(sql, [ordered[n] for n in asked], *params, floor, most):
            n, one = asked[i], (key, vid)
            given[n] += 1
            pool.add(one)
            if one < least[n]:
                least[n] = one
        keys = sorted(pool, reverse=True)[:limit]


def _at_once(
    tx: Transaction, inner: str, params: tuple[Any, ...], streams: list[tuple[int, int]], limit: int, by: str
) -> list[Key]:
    """Merge in the database, of which each question has its price: a few of each stream say from where on all are enough."""
    every = "SELECT w.{what} FROM STREAMS(?) s{also} CROSS JOIN LATERAL ({inner}) w ORDER BY {order} LIMIT ?"
    few = every.format(what=by, also="", inner=inner, order="1 DESC")
    bounded = inner.replace(">= ? ORDER BY", ">= bound.least ORDER BY")
    rest = every.format(what=f"{by}, w.vid", also=" CROSS JOIN bound", inner=bounded, order="1 DESC, 2 DESC")
    sql = (
        f"WITH few AS MATERIALIZED ({few}), bound AS MATERIALIZED"
        f" (SELECT CASE WHEN COUNT(*) = ? THEN MIN({by}) ELSE ? END AS least FROM few) {rest}"
    )
    each = min(limit, max(1, -(-2 * limit // len(streams))))
    first = (streams, *params, -_ENDLESS, each, limit, limit, -_ENDLESS)
    found = tx.rows(sql, *first, streams, *params, limit, limit)
    return [(key, vid) for key, vid in found]


def _over_streams(inner: str, dialect: Dialect, by: str) -> str:
    if dialect == "postgresql":
        return f"SELECT s.i, w.{by}, w.vid FROM STREAMS(?) s CROSS JOIN LATERAL ({inner}) w"
    # SQLite joins laterally only through a correlated IN, which the version's own key then resolves
    return (
        f"SELECT s.i, v.{by}, v.vid FROM STREAMS(?) s JOIN versions v ON v.vid IN (SELECT vid FROM ({inner}))"
    )
