"""Merge ordered streams of an index, one per marking, so that hidden rows are never touched.

Each stream is a short range of an index that begins with the marking id. A page takes a few rows of every stream,
and more of those that could still hold an earlier one, until the page is certain.
"""

from __future__ import annotations

from typing import Any, Literal

from cordiale.store.connection import Transaction
from cordiale.store.dialects import Dialect
from cordiale.store.types import Key

_FIRST = (
    1  # rows taken of each stream in the first round, at least: most streams of many have none on the page
)


def latest(
    tx: Transaction,
    inner: str,
    params: tuple[Any, ...],
    streams: list[tuple[int, int]],
    limit: int,
    *,
    by: Literal["at", "vid"] = "at",
) -> list[Key]:
    """Return the `limit` greatest keys (instant or vid, vid) over all streams, descending.

    `inner`: SELECT vid (and at, on PostgreSQL used) of the stream (s.a, s.b), descending, ending in `LIMIT ?`;
    `params` fill its places before that one.
    """
    if not streams or limit < 1:
        return []
    sql = _over_streams(inner, tx.dialect, by)
    found: dict[int, list[Key]] = {}
    asked = list(range(len(streams)))
    take = max(_FIRST, 2 * limit // len(streams))
    while True:
        rows = tx.rows(sql, [streams[n] for n in asked], *params, take)
        for n in asked:
            found[n] = []
        for i, key, vid in rows:
            found[asked[i]].append((key, vid))
        keys = sorted((key for keys in found.values() for key in keys), reverse=True)[:limit]
        lowest = keys[-1] if len(keys) == limit else None
        # a stream that gave all it was asked for may hold more below its last key
        asked = [n for n in asked if len(found[n]) >= take and (lowest is None or min(found[n]) > lowest)]
        if take >= limit or not asked:
            return keys
        take = min(take * 4, limit)


def _over_streams(inner: str, dialect: Dialect, by: str) -> str:
    if dialect == "postgresql":
        return f"SELECT s.i, w.{by}, w.vid FROM STREAMS(?) s CROSS JOIN LATERAL ({inner}) w"
    # SQLite joins laterally only through a correlated IN, which the version's own key then resolves
    return (
        f"SELECT s.i, v.{by}, v.vid FROM STREAMS(?) s JOIN versions v ON v.vid IN (SELECT vid FROM ({inner}))"
    )
