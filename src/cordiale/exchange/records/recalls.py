"""Recalls asked and carried out, and their receipts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from cordiale.exchange import entry
from cordiale.exchange.records.stored import same_content
from cordiale.exchange.records.tables import recall_table, recalled_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, changing, inserting


class RecallRow(msgspec.Struct, frozen=True):
    """Hold one recall of ours; `number` is None until it is sent."""

    id: str
    pair: int
    number: int | None
    action: str
    reason: str
    by: str
    state: str
    ids: str
    vids: bytes
    at: int
    message: bytes | None
    confirmed_by: str | None
    answered_at: int | None
    outcome: str | None
    receipt: bytes | None
    scope: str | None = None
    marking: str | None = None
    whole: str | None = None
    due: int | None = None
    forwarded_pair: int | None = None
    forwarded_id: str | None = None
    basis: bytes | None = None


class RecalledRow(msgspec.Struct, frozen=True):
    """Hold what became of a partner's recall here.

    `number` is its place among the partner's recalls, 0 for what ended by itself, and less than 0 for one under a number
    that is known for another: its sender forgot that one, and will number this one anew once it knows of it again.
    """

    pair: int
    id: str
    number: int
    message: bytes
    done_at: int
    outcome: str
    receipt: bytes
    delivered: int
    answered_by: str | None = None
    basis: bytes | None = None


_COLUMNS = tuple(recall_table.c[name] for name in RecallRow.__struct_fields__)
_RECALL = Prepared(select(*_COLUMNS).where(recall_table.c.id == bindparam("id")))
_RECALLS_AFTER = Prepared(
    select(recall_table.c.number, recall_table.c.message, recall_table.c.basis)
    .where(recall_table.c.pair == bindparam("pair"), recall_table.c.number > bindparam("after"))
    .order_by(recall_table.c.number)
    .limit(bindparam("limit"))
)
_PARTS = Prepared(
    select(*_COLUMNS).where(recall_table.c.whole == bindparam("whole")).order_by(recall_table.c.number)
)
_FORWARDS = Prepared(select(*_COLUMNS).where(recall_table.c.forwarded_pair == bindparam("pair")))
_RECEIVED = Prepared(
    select(*(recalled_table.c[name] for name in RecalledRow.__struct_fields__))
    .where(recalled_table.c.number != 0)
    .order_by(recalled_table.c.done_at.desc(), recalled_table.c.pair, recalled_table.c.number.desc())
)
_RECALLED = Prepared(
    select(*(recalled_table.c[name] for name in RecalledRow.__struct_fields__)).where(
        recalled_table.c.pair == bindparam("pair"), recalled_table.c.id == bindparam("id")
    )
)
_UNDELIVERED = Prepared(
    select(recalled_table.c.id, recalled_table.c.receipt).where(
        recalled_table.c.pair == bindparam("pair"),
        recalled_table.c.delivered == 0,
        recalled_table.c.number >= 0,
    )
)


@lru_cache(maxsize=4)
def _recalls(*filters: str) -> Prepared:
    query = select(*_COLUMNS).order_by(recall_table.c.at.desc(), recall_table.c.id)
    return Prepared(query.where(*(recall_table.c[name] == bindparam(name) for name in filters)))


def add_recall(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store a drafted recall."""
    tx.run(inserting(recall_table, *values), **values)


def save_recall(tx: Transaction, recall_id: str, values: Mapping[str, Any]) -> None:
    """Store some of a recall's values."""
    tx.run(changing(recall_table, ("id",), tuple(values)), key_id=recall_id, **values)


def forget_draft(tx: Transaction, recall_id: str) -> None:
    """Forget a recall that was drafted and never sent."""
    tx.run("DELETE FROM exchange_recall WHERE id = ? AND state = 'draft'", recall_id)


def recall(tx: Transaction, recall_id: str) -> RecallRow | None:
    """Return one recall of ours."""
    row = tx.row(_RECALL, id=recall_id)
    return None if row is None else RecallRow(*row)


def recall_ids(tx: Transaction) -> set[str]:
    """Return the id of every recall, however many messages it was sent in."""
    return {row[0] for row in tx.rows("SELECT id FROM exchange_recall WHERE whole IS NULL")}


def recalls(tx: Transaction, *, number: int | None = None, state: str | None = None) -> list[RecallRow]:
    """Return recalls of ours, newest first."""
    asked = {name: value for name, value in (("pair", number), ("state", state)) if value is not None}
    return [RecallRow(*row) for row in tx.rows(_recalls(*asked), **asked)]


def recalled_vids(tx: Transaction, number: int) -> frozenset[int]:
    """Return the versions that were asked back from a partner: they do not go to it again."""
    sql = "SELECT vids FROM exchange_recall WHERE pair = ? AND number IS NOT NULL"
    vids = {vid for row in tx.rows(sql, number) for vid in entry.read_numbers(bytes(row[0]))}
    # another source's statement of the very same content is the same thing to the partner
    return frozenset(vids.union(same_content(tx, sorted(vids))))


def parts(tx: Transaction, recall_id: str) -> list[RecallRow]:
    """Return the later parts of a recall that was sent in several messages, in order."""
    return [RecallRow(*row) for row in tx.rows(_PARTS, whole=recall_id)]


def forwards(tx: Transaction, number: int) -> list[RecallRow]:
    """Return our recalls that forward those of a partner."""
    found = tx.lately.answer("exchange_recall", ("forwards", number), lambda: tx.rows(_FORWARDS, pair=number))
    return [RecallRow(*row) for row in found]


def recalls_after(
    tx: Transaction, number: int, after: int, limit: int
) -> list[tuple[int, bytes, bytes | None]]:
    """Return (number, signed message, basis) of the recalls sent to a partner after a number."""
    return tx.rows(_RECALLS_AFTER, pair=number, after=after, limit=limit)


def recalled(tx: Transaction, number: int, recall_id: str) -> RecalledRow | None:
    """Return what became of a partner's recall here, None when it is new."""
    row = tx.row(_RECALLED, pair=number, id=recall_id)
    return None if row is None else RecalledRow(*row)


def all_recalled(tx: Transaction) -> list[RecalledRow]:
    """Return what became of every recall that partners sent us, newest first."""
    return [RecalledRow(*row) for row in tx.rows(_RECEIVED)]


def add_recalled(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store a carried-out recall with its receipt."""
    tx.run(inserting(recalled_table, *values), **values)


def save_recalled(tx: Transaction, number: int, recall_id: str, values: Mapping[str, Any]) -> None:
    """Store some of the values of a carried-out recall."""
    change = changing(recalled_table, ("pair", "id"), tuple(values))
    tx.run(change, key_pair=number, key_id=recall_id, **values)


def undelivered_receipts(tx: Transaction, number: int) -> list[tuple[str, bytes]]:
    """Return (recall id, signed receipt) of what the partner has not been told yet.

    What was carried out beside the order waits until its sender has numbered it anew: it may have forgotten it for good, and
    would refuse the receipt and all that comes with it.
    """
    return tx.rows(_UNDELIVERED, pair=number)


def mark_delivered(tx: Transaction, number: int, recall_id: str) -> None:
    """Record that the partner has our receipt."""
    told = changing(recalled_table, ("pair", "id"), ("delivered",))
    tx.run(told, key_pair=number, key_id=recall_id, delivered=1)
