"""Put, get, list, remark and purge versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cordiale.store import counting, names
from cordiale.store.connection import Transaction
from cordiale.store.listing import current, keys, listed, sources
from cordiale.store.purge import (
    bury,
    bury_statements,
    matching,
    mend,
    purge,
    purge_all,
    remark,
    remark_all,
    replay,
    take_out,
    tombstones,
)
from cordiale.store.put import ORIGIN_SHIFT, ORIGINS, put
from cordiale.store.rows import bodies, by_vid, get, of_ids, standing
from cordiale.store.types import (
    Filter,
    Key,
    Marking,
    Outcome,
    Page,
    Put,
    Row,
    Tombstone,
    Visible,
)

_LOOKED_THROUGH = 10_000
"""Changes, some 5 ms."""

__all__ = [
    "Filter",
    "Key",
    "Marking",
    "Outcome",
    "Page",
    "Put",
    "Row",
    "Tombstone",
    "Visible",
    "bodies",
    "bury",
    "bury_statements",
    "by_vid",
    "current",
    "get",
    "keys",
    "last",
    "listed",
    "matching",
    "mend",
    "moved",
    "of_ids",
    "oids",
    "purge",
    "purge_all",
    "put",
    "received_under",
    "remark",
    "remark_all",
    "replay",
    "sources",
    "standing",
    "summed",
    "take_out",
    "tombstones",
    "under_full",
    "with_markings",
]


def oids(tx: Transaction, ids: Iterable[str]) -> Mapping[str, int]:
    """Return the internal numbers of the ids known here."""
    return names.known_oids(tx, ids)


def moved(tx: Transaction, type: str, after: int, until: int) -> bool:
    """Tell whether the changes after one sequence number, until another, may have touched versions of a type.

    True where it would cost more to find out than to read them again.
    """
    if not 0 <= until - after <= _LOOKED_THROUGH:
        return True
    row = tx.row(
        "SELECT 1 FROM changes c LEFT JOIN versions v ON v.vid = c.vid"
        " WHERE c.seq > ? AND (c.kind <> 0 OR v.vid IS NULL OR v.type_no = ?) LIMIT 1",
        after,
        names.known_number(tx, names.TYPE, type) or 0,
    )
    return row is not None


def last(tx: Transaction) -> int:
    """Return the number of the version stored last, 0 for none."""
    return int(tx.row("SELECT COALESCE(MAX(vid), 0) FROM versions")[0])


def summed(
    tx: Transaction, types: Iterable[str], visible: Visible
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Return what tells one state of current statements from another, of what is visible alone.

    First, of these types and by markings: how many, and their numbers as a sum and the highest. Then how many there are of every
    type, by marking. Sums differ for any two sets of versions that one act could lead from one to the other.
    """
    counted = counting.numbers(tx, None if visible is None else sorted(visible))
    mids = sorted({mid for mid, _type, _n in counted})
    numbers = [number for name in types if (number := names.known_number(tx, names.TYPE, name))]
    rows = tx.rows(
        "SELECT effective_mid, full_mid, base_mid, type_no, COUNT(*), CAST(SUM(vid) AS TEXT), MAX(vid) FROM versions"
        " WHERE current = 1 AND effective_mid IN INTS(?) AND type_no IN INTS(?)"
        " GROUP BY effective_mid, full_mid, base_mid, type_no",
        mids,
        numbers,
    )
    found = [(*of, int(total), top) for *of, total, top in rows]
    return sorted(found), sorted(counted)


def with_markings(tx: Transaction, mids: Iterable[int], after: int, limit: int) -> list[tuple[int, int]]:
    """Return (vid, effective marking id) of current statements under these effective markings, by vid after a vid."""
    found = tx.rows(
        "SELECT vid, effective_mid FROM versions WHERE vid > ? AND current = 1 AND effective_mid IN INTS(?)"
        " ORDER BY vid LIMIT ?",
        after,
        list(mids),
        limit,
    )
    return [(vid, mid) for vid, mid in found]


def under_full(tx: Transaction, mids: Iterable[int], after: int, limit: int) -> list[int]:
    """Return current versions of which the whole or a property is under these markings, by vid after a vid.

    No index serves it: every version is walked past.
    """
    found = tx.rows(
        "SELECT vid FROM versions WHERE vid > ? AND current = 1 AND full_mid IN INTS(?) ORDER BY vid LIMIT ?",
        after,
        list(mids),
        limit,
    )
    return [vid for (vid,) in found]


def received_under(tx: Transaction, mids: Iterable[int], after: int, limit: int) -> list[int]:
    """Return received versions, current or not, under these effective markings, by vid after a vid."""
    sql = "SELECT vid, flags FROM versions WHERE vid > ? AND effective_mid IN INTS(?) ORDER BY vid"
    received = ORIGINS.index("received")
    rows = tx.rows(sql, after, list(mids))
    return [vid for vid, flags in rows if flags >> ORIGIN_SHIFT == received][:limit]
