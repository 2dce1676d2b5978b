"""Keep, for each marking and type, how many current statements carry it."""

from __future__ import annotations

from collections import Counter

from cordiale.store.connection import Transaction

STRICT_TEXT = 0
"""In the place of a type: some text row is indexed under this marking (never taken back)."""


def add(tx: Transaction, counted: Counter[tuple[int, int]]) -> None:
    """Add to (or take from) the counters of (marking id, type number)."""
    tx.many(
        "INSERT INTO counters (mid, type_no, n) VALUES (?, ?, ?)"
        " ON CONFLICT (mid, type_no) DO UPDATE SET n = counters.n + excluded.n",
        [(mid, type_no, n) for (mid, type_no), n in counted.items() if n],
    )


def streams(tx: Transaction, mids: list[int] | None, type_nos: list[int] | None) -> list[tuple[int, int]]:
    """Return the (marking id, type number) pairs under which something current is held."""
    sql = "SELECT mid, type_no FROM counters WHERE n > 0 AND type_no <> 0"
    rows = tx.rows(sql) if mids is None else tx.rows(sql + " AND mid IN INTS(?)", mids)
    if type_nos is None:
        return [(mid, type_no) for mid, type_no in rows]
    return [(mid, type_no) for mid, type_no in rows if type_no in type_nos]


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
