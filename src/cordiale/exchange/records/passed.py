"""What plain clients went past while it was not served to them, and may have read before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cordiale.exchange.records.tables import passed_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import inserting

_AMONG = "SELECT vid FROM exchange_passed WHERE pair = ? AND vid IN INTS(?) ORDER BY vid"
_EVER = "SELECT 1 FROM exchange_passed WHERE pair = ? LIMIT 1"
_FORGET = "DELETE FROM exchange_passed WHERE pair = ? AND vid IN INTS(?)"


def passed_among(tx: Transaction, number: int, vids: Iterable[int]) -> list[int]:
    """Return which of these versions the client went past."""
    ever = tx.lately.answer("exchange_passed", number, lambda: tx.row(_EVER, number))
    return [row[0] for row in tx.rows(_AMONG, number, sorted(set(vids)))] if ever else []


def add_passed(tx: Transaction, number: int, vids: Iterable[int]) -> None:
    """Remember that the client went past these versions."""
    wanted = sorted(set(vids))
    known = set(passed_among(tx, number, wanted))
    tx.many(inserting(passed_table), [{"pair": number, "vid": vid} for vid in wanted if vid not in known])


def forget_passed(tx: Transaction, number: int, vids: Sequence[int]) -> None:
    """Forget that the client went past these versions."""
    tx.run(_FORGET, number, list(vids))
