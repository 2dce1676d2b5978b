"""Keep, for each marking and type, how many current statements carry it, and when the newest of them was changed."""

from __future__ import annotations

from collections import Counter

from cordiale.store.connection import Transaction

STRICT_TEXT = 0
"""In the place of a type: some text row is indexed under this marking (never taken back)."""


def add(tx: Transaction, counted: Counter[tuple[int, int]]) -> None:
    """Add to (or take from) the counters of (marking id, type number), once the versions themselves were written.

    A pair that is counted as often as before is given as well, with 0: its newest may be another one.
    """
    tx.many(
        "INSERT INTO counters (mid, type_no, n, latest) VALUES (?, ?, ?, (SELECT MAX(v.at) FROM versions v"
        " WHERE v.effective_mid = ? AND v.type_no = ? AND v.current = 1))"
        " ON CONFLICT (mid, type_no) DO UPDATE SET n = counters.n + excluded.n, latest = excluded.latest",
        [(mid, type_no, n, mid, type_no) for (mid, type_no), n in counted.items()],
    )


def streams(
    tx: Transaction, mids: list[int] | None, type_nos: list[int] | None
) -> dict[tuple[int, int], int]:
    """Return the (marking id, type number) pairs under which something current is held, with the newest's instant."""
    sql = "SELECT mid, type_no, latest FROM counters WHERE n > 0 AND type_no <> 0"
    rows = tx.rows(sql) if mids is None else tx.rows(sql + " AND mid IN INTS(?)", mids)
    return {
        (mid, type_no): latest for mid, type_no, latest in rows if type_nos is None or type_no in type_nos
    }


def held(tx: Transaction, mids: list[int] | None, type_nos: list[int] | None) -> int:
    """Return how many current statements there are under these markings and of these types."""
    sql = "SELECT COALESCE(SUM(n), 0) FROM counters WHERE n > 0 AND type_no <> 0"
    given: list[list[int]] = []
    for column, numbers in (("mid", mids), ("type_no", type_nos)):
        if numbers is not None:
            sql += f" AND {column} IN INTS(?)"
            given.append(numbers)
    return int(tx.row(sql, *given)[0])


def mark_strict(tx: Transaction, mids: set[int]) -> None:
    """Note the markings under which text rows of their own exist."""
    tx.many(
        "INSERT INTO counters (mid, type_no, n) VALUES (?, ?, 1) ON CONFLICT DO NOTHING",
        [(mid, STRICT_TEXT) for mid in mids],
    )


def used(tx: Transaction, mids: list[int]) -> list[int]:
    """Return which of these markings something is, or was, indexed under."""
    exists = "EXISTS (SELECT 1 FROM counters c WHERE c.mid = m.mid)"
    return [
        row[0] for row in tx.rows(f"SELECT m.mid FROM markings m WHERE m.mid IN INTS(?) AND {exists}", mids)
    ]
