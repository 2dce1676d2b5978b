"""What comes in: links, segments received, what was set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select, update

from cordiale.exchange import entry
from cordiale.exchange.records.tables import link_table, received_table, set_aside_table
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction


class LinkRow(msgspec.Struct, frozen=True):
    """Hold the state of the stream from one partner."""

    number: int
    generation: int
    received: int
    news: int
    failures: int
    recalls: int
    head: bytes
    state: str
    code: str
    message_id: str
    params: str
    last_contact: int | None
    last_attempt: int | None
    clock_difference: int | None
    acknowledged: int
    checkpoint: bytes | None


_LINK = f"SELECT {', '.join(LinkRow.__struct_fields__)} FROM exchange_link WHERE number = ?"


def link(tx: Transaction, number: int) -> LinkRow:
    """Return the state of the stream from a partner; raises NotFound."""
    row = tx.row(_LINK, number)
    if row is None:
        raise NotFound("exchange.pair.unknown", _("There is no stream number {number}."), number=number)
    return LinkRow(*row)


def save_link(tx: Transaction, number: int, values: Mapping[str, Any]) -> None:
    """Store some of a link's values."""
    tx.connection.execute(update(link_table).where(link_table.c.number == number).values(dict(values)))


def add_received(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store the header, leaves and version ids of an applied segment."""
    tx.connection.execute(insert(received_table).values(dict(values)))


def received_with(tx: Transaction, number: int, generation: int, sequence: int) -> Row[Any] | None:
    """Return the received segment that holds an entry number."""
    return tx.connection.execute(
        select(*received_table.c).where(
            received_table.c.pair == number,
            received_table.c.generation == generation,
            received_table.c.first <= sequence,
            received_table.c.last >= sequence,
        )
    ).one_or_none()


def received_as(
    tx: Transaction, number: int, generation: int, sequence: int
) -> tuple[int, str, bytes] | None:
    """Return (vid, id, content hash) of what an entry number became here, None when nothing of it is held."""
    row = received_with(tx, number, generation, sequence)
    if row is None:
        return None
    vid = entry.read_numbers(row.vids)[sequence - row.first]
    sql = "SELECT v.vid, o.id, v.hash FROM versions v JOIN objects o ON o.oid = v.oid WHERE v.vid = ?"
    held = tx.row(sql, vid)
    return None if held is None else (held[0], held[1], bytes(held[2]))


def received_vids(tx: Transaction, number: int, generation: int) -> list[tuple[int, bytes]]:
    """Return (first entry, packed version ids) of the segments applied of a generation, in order."""
    sql = 'SELECT "first", vids FROM exchange_received WHERE pair = ? AND generation = ? ORDER BY "first"'
    return [(first, bytes(vids)) for first, vids in tx.rows(sql, number, generation)]


def received_hashes(tx: Transaction, number: int, generation: int) -> list[bytes]:
    """Return the hashes of all headers received from a partner in order."""
    rows = tx.connection.execute(
        select(received_table.c.hash)
        .where(received_table.c.pair == number, received_table.c.generation == generation)
        .order_by(received_table.c.first)
    )
    return [row.hash for row in rows]


def add_set_aside(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep entries that could not be applied, with their reasons."""
    if rows:
        tx.connection.execute(insert(set_aside_table), [dict(row) for row in rows])


def set_aside(
    tx: Transaction, number: int | None = None, *, after: int = 0, limit: int = 100
) -> list[Row[Any]]:
    """Return entries set aside, oldest first."""
    query = select(*set_aside_table.c).where(set_aside_table.c.number > after)
    if number is not None:
        query = query.where(set_aside_table.c.pair == number)
    return list(tx.connection.execute(query.order_by(set_aside_table.c.number).limit(limit)))


def forget_set_aside(tx: Transaction, numbers: Sequence[int]) -> None:
    """Forget entries that were dealt with."""
    tx.connection.execute(delete(set_aside_table).where(set_aside_table.c.number.in_(list(numbers))))
