"""What a recall concerns here: statements held, what was purged of them, and what we wrote that uses them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from cordiale.store.connection import Transaction
from cordiale.store.put import ORIGIN_SHIFT, ORIGINS
from cordiale.store.types import Visible

_NAMED = """
    SELECT v.vid, v.oid, o.id, t.name FROM versions v
    JOIN objects o ON o.oid = v.oid JOIN terms t ON t.no = v.source_no WHERE v.vid IN INTS(?)
"""

_STATED = """
    SELECT v.vid, v.oid, t.name FROM versions v JOIN terms t ON t.no = v.source_no WHERE v.oid IN INTS(?)
"""

_USERS = """
    SELECT DISTINCT r.vid, v.flags FROM refs r JOIN versions v ON v.vid = r.vid AND v.current = 1
    JOIN terms t ON t.no = v.source_no AND t.name = ? WHERE r.target IN INTS(?)
"""


def named_statements(tx: Transaction, vids: Sequence[int]) -> dict[int, tuple[int, str, str]]:
    """Return (object number, id, source) of those of these versions that are held."""
    return {row[0]: (row[1], row[2], row[3]) for row in tx.rows(_NAMED, list(vids))}


def vids_stated(tx: Transaction, stated: Iterable[tuple[int, str]]) -> list[int]:
    """Return every version of statements given as (object number, source)."""
    wanted = set(stated)
    oids = sorted({oid for oid, _source in wanted})
    return [vid for vid, oid, source in tx.rows(_STATED, oids) if (oid, source) in wanted]


def oids_of(tx: Transaction, vids: Sequence[int]) -> list[int]:
    """Return the object numbers of versions."""
    return [row[0] for row in tx.rows("SELECT DISTINCT oid FROM versions WHERE vid IN INTS(?)", list(vids))]


def purged_objects(tx: Transaction, vids: Sequence[int]) -> dict[int, int]:
    """Return version → object number of those of these versions that were purged."""
    return dict(tx.rows("SELECT vid, oid FROM tombstones WHERE vid IN INTS(?)", list(vids)))


def own_users(tx: Transaction, node: str, oids: Collection[int]) -> list[int]:
    """Return current versions that this node itself wrote and that refer to these objects."""
    local = ORIGINS.index("local")
    rows = tx.rows(_USERS, node, sorted(set(oids))) if oids else []
    return [vid for vid, flags in rows if flags >> ORIGIN_SHIFT == local]


def recalled_in_use(tx: Transaction, number: int) -> list[str]:
    """Return the ids of a partner's recalls that we answered with `in-use`."""
    sql = "SELECT id FROM exchange_recalled WHERE pair = ? AND outcome = 'in-use' AND number <> 0"
    found = tx.lately.answer("exchange_recalled", ("in use", number), lambda: tx.rows(sql, number))
    return [row[0] for row in found]


def all_visible(tx: Transaction, oids: Sequence[int], visible: Visible) -> bool:
    """Tell whether the reader may see a current statement about each of these objects."""
    sql = "SELECT COUNT(DISTINCT oid) FROM statements WHERE vid IS NOT NULL AND oid IN INTS(?)"
    if visible is None:
        return bool(tx.row(sql, list(oids))[0] == len(oids))
    return bool(tx.row(sql + " AND effective_mid IN INTS(?)", list(oids), list(visible))[0] == len(oids))
