"""Answers to what TAXII clients post."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from cordiale.exchange.records.tables import status_table
from cordiale.store.connection import Transaction


def add_status(tx: Transaction, status_id: str, number: int, at: int, body: bytes) -> None:
    """Keep a TAXII status resource for the partner that posted, and forget those of before a week."""
    week = 7 * 24 * 3600 * 1_000_000
    tx.connection.execute(delete(status_table).where(status_table.c.at < at - week))
    tx.connection.execute(insert(status_table).values(id=status_id, pair=number, at=at, body=body))


def status(tx: Transaction, status_id: str, number: int) -> bytes | None:
    """Return a status resource of this partner."""
    return tx.connection.execute(
        select(status_table.c.body).where(status_table.c.id == status_id, status_table.c.pair == number)
    ).scalar()
