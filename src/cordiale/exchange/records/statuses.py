"""Answers to what TAXII clients post."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from cordiale.exchange.records.tables import status_table
from cordiale.platform.clock import DAY
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, inserting

_STATUS = Prepared(
    select(status_table.c.body).where(
        status_table.c.id == bindparam("id"), status_table.c.pair == bindparam("pair")
    )
)
_OLD = Prepared(delete(status_table).where(status_table.c.at < bindparam("before")))


def add_status(tx: Transaction, status_id: str, number: int, at: int, body: bytes) -> None:
    """Keep a TAXII status resource for the partner that posted, and forget those of before a week."""
    tx.run(_OLD, before=at - 7 * DAY)
    tx.run(inserting(status_table), id=status_id, pair=number, at=at, body=body)


def status(tx: Transaction, status_id: str, number: int) -> bytes | None:
    """Return a status resource of this partner."""
    row = tx.row(_STATUS, id=status_id, pair=number)
    return None if row is None else row[0]
