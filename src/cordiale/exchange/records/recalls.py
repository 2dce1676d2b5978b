"""Recalls asked and carried out, and their receipts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, insert, select, update

from cordiale.exchange import entry
from cordiale.exchange.records.stored import _SAME
from cordiale.exchange.records.tables import recall_table, recalled_table
from cordiale.store.connection import Transaction


def add_recall(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store a drafted recall."""
    tx.connection.execute(insert(recall_table).values(dict(values)))


def save_recall(tx: Transaction, recall_id: str, values: Mapping[str, Any]) -> None:
    """Store some of a recall's values."""
    tx.connection.execute(update(recall_table).where(recall_table.c.id == recall_id).values(dict(values)))


def recall(tx: Transaction, recall_id: str) -> Row[Any] | None:
    """Return one recall of ours."""
    return tx.connection.execute(select(*recall_table.c).where(recall_table.c.id == recall_id)).one_or_none()


def recalls(tx: Transaction, *, number: int | None = None, state: str | None = None) -> list[Row[Any]]:
    """Return recalls of ours, newest first."""
    query = select(*recall_table.c).order_by(recall_table.c.at.desc(), recall_table.c.id)
    if number is not None:
        query = query.where(recall_table.c.pair == number)
    if state is not None:
        query = query.where(recall_table.c.state == state)
    return list(tx.connection.execute(query))


def recalled_vids(tx: Transaction, number: int) -> frozenset[int]:
    """Return the versions that were asked back from a partner: they do not go to it again."""
    sql = "SELECT vids FROM exchange_recall WHERE pair = ? AND number IS NOT NULL"
    vids = {vid for row in tx.rows(sql, number) for vid in entry.read_numbers(bytes(row[0]))}
    # another source's statement of the very same content is the same thing to the partner
    same = tx.rows(_SAME, sorted(vids)) if vids else []
    return frozenset(vids.union(row[0] for row in same))


def recalls_after(tx: Transaction, number: int, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Return (number, signed message) of the recalls sent to a partner after a number."""
    rows = tx.connection.execute(
        select(recall_table.c.number, recall_table.c.message)
        .where(recall_table.c.pair == number, recall_table.c.number > after)
        .order_by(recall_table.c.number)
        .limit(limit)
    )
    return [(row.number, row.message) for row in rows]


def recalled(tx: Transaction, number: int, recall_id: str) -> Row[Any] | None:
    """Return what became of a partner's recall here, None when it is new."""
    return tx.connection.execute(
        select(*recalled_table.c).where(recalled_table.c.pair == number, recalled_table.c.id == recall_id)
    ).one_or_none()


def add_recalled(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store a carried-out recall with its receipt."""
    tx.connection.execute(insert(recalled_table).values(dict(values)))


def undelivered_receipts(tx: Transaction, number: int) -> list[tuple[str, bytes]]:
    """Return (recall id, signed receipt) of what the partner has not been told yet."""
    rows = tx.connection.execute(
        select(recalled_table.c.id, recalled_table.c.receipt).where(
            recalled_table.c.pair == number, recalled_table.c.delivered == 0
        )
    )
    return [(row.id, row.receipt) for row in rows]


def mark_delivered(tx: Transaction, number: int, recall_id: str) -> None:
    """Record that the partner has our receipt."""
    tx.connection.execute(
        update(recalled_table)
        .where(recalled_table.c.pair == number, recalled_table.c.id == recall_id)
        .values(delivered=1)
    )
