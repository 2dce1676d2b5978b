"""What each partner holds, and which versions are owed another look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, insert, select, update

from cordiale.exchange.held import Held
from cordiale.exchange.records.tables import due_table, due_version_table, held_table
from cordiale.store.connection import Transaction

_CHUNK = "SELECT bits FROM exchange_held WHERE pair = ? AND chunk = ?"


def held(tx: Transaction, number: int) -> Held:
    """Return the set of versions live at a partner, read as it is needed."""

    def load(chunk: int) -> bytes | None:
        row = tx.row(_CHUNK, number, chunk)
        return None if row is None else row[0]

    return Held(load)


def held_chunks(tx: Transaction, number: int) -> dict[int, bytes]:
    """Return all chunks of what a partner holds, by chunk number."""
    rows = tx.connection.execute(
        select(held_table.c.chunk, held_table.c.bits).where(held_table.c.pair == number)
    )
    return {row.chunk: row.bits for row in rows}


def save_held(tx: Transaction, number: int, state: Held) -> None:
    """Store what changed of a partner's set."""
    changed = state.changed()
    if not changed:
        return
    tx.connection.execute(
        delete(held_table).where(held_table.c.pair == number, held_table.c.chunk == bindparam("b_chunk")),
        [{"b_chunk": chunk} for chunk in changed],
    )
    tx.connection.execute(
        insert(held_table),
        [{"pair": number, "chunk": chunk, "bits": bits} for chunk, bits in changed.items()],
    )


def owe_markings(tx: Transaction, number: int, mids: Iterable[int]) -> int:
    """Owe a partner another look at every version under these markings; returns how many markings."""
    rows = [{"pair": number, "mid": mid, "after_vid": 0} for mid in sorted(set(mids))]
    if rows:
        tx.connection.execute(
            delete(due_table).where(due_table.c.pair == number, due_table.c.mid == bindparam("b_mid")),
            [{"b_mid": row["mid"]} for row in rows],
        )
        tx.connection.execute(insert(due_table), rows)
    return len(rows)


def owe_versions(tx: Transaction, number: int, vids: Iterable[int]) -> int:
    """Owe a partner another look at these versions; returns how many were not owed yet."""
    wanted = sorted(set(vids))
    if not wanted:
        return 0
    known = set(owed_among(tx, number, wanted))
    rows = [{"pair": number, "vid": vid} for vid in wanted if vid not in known]
    if rows:
        tx.connection.execute(insert(due_version_table), rows)
    return len(rows)


def owed_among(tx: Transaction, number: int, vids: Sequence[int]) -> list[int]:
    """Return which of these versions are owed another look."""
    sql = "SELECT vid FROM exchange_due_version WHERE pair = ? AND vid IN INTS(?)"
    return [row[0] for row in tx.rows(sql, number, list(vids))]


def owed_markings(tx: Transaction, number: int) -> list[tuple[int, int]]:
    """Return (marking, version already looked at) of what is owed."""
    rows = tx.connection.execute(
        select(due_table.c.mid, due_table.c.after_vid)
        .where(due_table.c.pair == number)
        .order_by(due_table.c.mid)
    )
    return [(row.mid, row.after_vid) for row in rows]


def advance_owed(tx: Transaction, number: int, mid: int, after_vid: int | None) -> None:
    """Record how far a marking was looked through; None when it is done."""
    chosen = (due_table.c.pair == number, due_table.c.mid == mid)
    if after_vid is None:
        tx.connection.execute(delete(due_table).where(*chosen))
    else:
        tx.connection.execute(update(due_table).where(*chosen).values(after_vid=after_vid))


def take_owed_versions(tx: Transaction, number: int, limit: int) -> list[int]:
    """Return versions owed another look, oldest first, and forget that they are."""
    rows = tx.connection.execute(
        select(due_version_table.c.vid)
        .where(due_version_table.c.pair == number)
        .order_by(due_version_table.c.vid)
        .limit(limit)
    )
    vids = [row.vid for row in rows]
    if vids:
        tx.connection.execute(
            delete(due_version_table).where(
                due_version_table.c.pair == number, due_version_table.c.vid <= vids[-1]
            )
        )
    return vids
