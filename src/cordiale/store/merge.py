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
    sure: int | None = None,
) -> list[Key]:
    """Return the `limit` greatest keys (instant or vid, vid) over all streams, descending.

    `inner`: SELECT vid (and at, on PostgreSQL used) of the stream (s.a, s.b), descending, with a place for the least
    key it still has to give and one for how many; `params` fill its places before those. Streams are asked in the order
    of the newest they may hold, and no further than the page needs. A stream whose newest is below `sure` does hold it.
    """
    if not streams or limit < 1:
        return []
    if tx.dialect == "postgresql":
        if None in streams.values():
            unknown = dict.fromkeys(streams, _ENDLESS)
            return _at_once(tx, inner, params, unknown, limit, by, len(unknown))
        if sure is not None:
            needed = _needed(streams, limit, sure)  # type: ignore[arg-type]  # no None among them
            unsure = sum(newest >= sure for newest in needed.values())
            return _at_once(tx, inner, params, needed, limit, by, min(unsure + _WAVE, len(needed)))
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


def _needed(streams: Mapping[tuple[int, int], int], limit: int, sure: int) -> dict[tuple[int, int], int]:
    """Return the streams that may give one of the `limit` newest keys, those first of which the newest is not known.

    So many streams whose newest is there give that many keys, none older than the oldest of those.
    """
    ordered = sorted(streams.items(), key=lambda one: one[1], reverse=True)
    known = [newest for _stream, newest in ordered if newest < sure]
    floor = known[limit - 1] if len(known) >= limit else -_ENDLESS
    return {stream: min(newest, sure) for stream, newest in ordered if newest >= floor}


def _at_once(
    tx: Transaction,
    inner: str,
    params: tuple[Any, ...],
    streams: Mapping[tuple[int, int], int],
    limit: int,
    by: str,
    first: int,
) -> list[Key]:
    """Merge in the database, of which each question has its price: a few of the `first` streams say from where on all are enough."""
    few = f"SELECT w.{by} FROM unnest(?::bigint[], ?::bigint[]) s(a, b) CROSS JOIN LATERAL ({inner}) w"
    bounded = inner.replace(">= ? ORDER BY", ">= bound.least ORDER BY")
    sql = (
        f"WITH few AS MATERIALIZED ({few} ORDER BY 1 DESC LIMIT ?), bound AS MATERIALIZED"
        f" (SELECT CASE WHEN COUNT(*) = ? THEN MIN({by}) ELSE ? END AS least FROM few)"
        f" SELECT w.{by}, w.vid FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) s(a, b, newest)"
        f" JOIN bound ON s.newest >= bound.least CROSS JOIN LATERAL ({bounded}) w ORDER BY 1 DESC, 2 DESC LIMIT ?"
    )
    one, other = [a for a, _b in streams], [b for _a, b in streams]
    each = min(limit, max(1, -(-2 * limit // first)))
    begin = (one[:first], other[:first], *params, -_ENDLESS, each, limit, limit, -_ENDLESS)
    found = tx.rows(sql, *begin, one, other, list(streams.values()), *params, limit, limit)
    return [(key, vid) for key, vid in found]


def _over_streams(inner: str, dialect: Dialect, by: str) -> str:
    if dialect == "postgresql":
        return f"SELECT s.i, w.{by}, w.vid FROM STREAMS(?) s CROSS JOIN LATERAL ({inner}) w"
    # SQLite joins laterally only through a correlated IN, which the version's own key then resolves
    return (
        f"SELECT s.i, v.{by}, v.vid FROM STREAMS(?) s JOIN versions v ON v.vid IN (SELECT vid FROM ({inner}))"
    )
