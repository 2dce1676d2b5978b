"""What each partner holds, and which versions are owed another look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, select

from cordiale.exchange.held import Held
from cordiale.exchange.records.tables import due_table, due_version_table, held_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, changing, inserting, removing

_CHUNKS = Prepared(
    select(held_table.c.chunk, held_table.c.bits).where(held_table.c.pair == bindparam("pair"))
)
_KEEP_CHUNK = """
    INSERT INTO exchange_held (pair, chunk, bits) VALUES (?, ?, ?)
    ON CONFLICT (pair, chunk) DO UPDATE SET bits = excluded.bits
"""
_OWE_MARKING = """
    INSERT INTO exchange_due (pair, mid, after_vid) VALUES (?, ?, 0)
    ON CONFLICT (pair, mid) DO UPDATE SET after_vid = 0
"""
_OWING = "SELECT DISTINCT pair FROM exchange_due UNION SELECT DISTINCT pair FROM exchange_due_version"
_OWED_MARKINGS = Prepared(
    select(due_table.c.mid, due_table.c.after_vid)
    .where(due_table.c.pair == bindparam("pair"))
    .order_by(due_table.c.mid)
)
_OWED_VERSIONS = Prepared(
    select(due_version_table.c.vid)
    .where(due_version_table.c.pair == bindparam("pair"))
    .order_by(due_version_table.c.vid)
    .limit(bindparam("limit"))
)
_TAKEN = Prepared(
    delete(due_version_table).where(
        due_version_table.c.pair == bindparam("pair"), due_version_table.c.vid <= bindparam("vid")
    )
)
_CHUNK = "SELECT bits FROM exchange_held WHERE pair = ? AND chunk = ?"
_SOME = "SELECT pair, chunk, bits FROM exchange_held WHERE pair IN INTS(?) AND chunk IN INTS(?)"


def held(tx: Transaction, number: int) -> Held:
    """Return the set of versions live at a partner, read as it is needed."""

    def load(chunk: int) -> bytes | None:
        row = tx.row(_CHUNK, number, chunk)
        return None if row is None else row[0]

    return Held(load)


def read_ahead(tx: Transaction, helds: Mapping[int, Held], vids: Iterable[int]) -> None:
    """Read in one question what partners hold of these versions, instead of chunk by chunk and partner by partner."""
    listed = list(vids)
    wanted = {number: lacking for number, one in helds.items() if (lacking := one.lacking(listed))}
    if not wanted:
        return
    found: dict[int, dict[int, bytes]] = {number: {} for number in wanted}
    for number, chunk, bits in tx.rows(_SOME, list(wanted), sorted(set().union(*wanted.values()))):
        found[number][chunk] = bits
    for number, lacking in wanted.items():
        helds[number].give(lacking, found[number])


def held_chunks(tx: Transaction, number: int) -> dict[int, bytes]:
    """Return all chunks of what a partner holds, by chunk number."""
    return dict(tx.rows(_CHUNKS, pair=number))


def save_held(tx: Transaction, number: int, state: Held) -> None:
    """Store what changed of a partner's set."""
    tx.many(_KEEP_CHUNK, [(number, chunk, bits) for chunk, bits in state.changed().items()])


def owe_markings(tx: Transaction, number: int, mids: Iterable[int]) -> int:
    """Owe a partner another look at every version under these markings; returns how many markings."""
    rows = [(number, mid) for mid in sorted(set(mids))]
    tx.many(_OWE_MARKING, rows)
    return len(rows)


def owe_versions(tx: Transaction, number: int, vids: Iterable[int]) -> int:
    """Owe a partner another look at these versions; returns how many were not owed yet."""
    wanted = sorted(set(vids))
    if not wanted:
        return 0
    known = set(owed_among(tx, number, wanted))
    rows = [{"pair": number, "vid": vid} for vid in wanted if vid not in known]
    tx.many(inserting(due_version_table), rows)
    return len(rows)


def owing(tx: Transaction) -> frozenset[int]:
    """Return the numbers of the partners that are owed another look at anything."""
    return frozenset(row[0] for row in tx.rows(_OWING))


def owed_among(tx: Transaction, number: int, vids: Sequence[int]) -> list[int]:
    """Return which of these versions are owed another look."""
    sql = "SELECT vid FROM exchange_due_version WHERE pair = ? AND vid IN INTS(?)"
    return [row[0] for row in tx.rows(sql, number, list(vids))]


def owed_markings(tx: Transaction, number: int) -> list[tuple[int, int]]:
    """Return (marking, version already looked at) of what is owed."""
    return tx.rows(_OWED_MARKINGS, pair=number)


def advance_owed(tx: Transaction, number: int, mid: int, after_vid: int | None) -> None:
    """Record how far a marking was looked through; None when it is done."""
    if after_vid is None:
        tx.run(removing(due_table, "pair", "mid"), key_pair=number, key_mid=mid)
    else:
        advance = changing(due_table, ("pair", "mid"), ("after_vid",))
        tx.run(advance, key_pair=number, key_mid=mid, after_vid=after_vid)


def take_owed_versions(tx: Transaction, number: int, limit: int) -> list[int]:
    """Return versions owed another look, oldest first, and forget that they are."""
    vids = [row[0] for row in tx.rows(_OWED_VERSIONS, pair=number, limit=limit)]
    if vids:
        tx.run(_TAKEN, pair=number, vid=vids[-1])
    return vids
