"""Which current statements carry some values, the first stored first, at a cost that hidden rows do not change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cordiale.stix.near import KINDS
from cordiale.stix.sectors import KIND as SECTOR
from cordiale.store import counting, names
from cordiale.store.connection import Transaction
from cordiale.store.put import shortened
from cordiale.store.types import Visible

Pair = tuple[str, str]
"""A kind and a folded value."""

_NEAR: Final = frozenset((*KINDS, SECTOR))


def carrying(
    tx: Transaction,
    pairs: Sequence[Pair],
    visible: Visible,
    *,
    most: int,
    beyond: Mapping[Pair, int] | None = None,
) -> dict[Pair, list[int]]:
    """Return the numbers of the first `most` versions that carry each value, for values that anything carries.

    Only current statements under a full marking that the reader passes are looked at: one of which a reader may not read
    the value is not among them. `beyond`: the version after which to go on, by pair.
    """
    asked = list(dict.fromkeys(pairs))
    keys = [names.key(f"{kind}\0{shortened(value)}") for kind, value in asked]
    after = beyond or {}
    if visible is None:
        streams = [(key, 0) for key in keys]
        where, per = "", 1
    else:
        mids = counting.used(tx, sorted(visible))
        streams = [(key, mid) for key in keys for mid in mids]
        where, per = " AND o.mid = s.b", len(mids)
    if not streams or most < 1:
        return {}
    inner = (
        "SELECT o.vid FROM observed o JOIN versions x ON x.vid = o.vid"
        f" WHERE o.key = s.a{where} AND o.vid > ? AND x.current = 1 ORDER BY o.vid LIMIT ?"
    )
    if tx.dialect == "postgresql":
        sql = f"SELECT s.i, w.vid FROM STREAMS(?) s CROSS JOIN LATERAL ({inner}) w"
    else:  # SQLite joins laterally only through a correlated IN
        sql = f"SELECT s.i, v.vid FROM STREAMS(?) s JOIN versions v ON v.vid IN (SELECT vid FROM ({inner}))"
    first = min((after.get(pair, 0) for pair in asked), default=0)
    found: dict[Pair, set[int]] = {}
    for place, vid in tx.rows(sql, streams, first, most):
        pair = asked[place // per]
        if vid > after.get(pair, 0):
            found.setdefault(pair, set()).add(vid)
    return {pair: sorted(found[pair])[:most] for pair in asked if pair in found}


def values(tx: Transaction, vids: Iterable[int]) -> dict[int, tuple[Pair, ...]]:
    """Return the values that versions carry themselves, by version, for callers that decided already."""
    held: dict[int, list[Pair]] = {}
    for vid, kind_no, value in tx.rows(
        "SELECT vid, kind_no, value FROM observed WHERE vid IN INTS(?) ORDER BY vid, n", list(vids)
    ):
        kind = names.name(tx, kind_no)
        if kind not in _NEAR:
            held.setdefault(vid, []).append((kind, value))
    return {vid: tuple(pairs) for vid, pairs in held.items()}
