"""What comes in: links, segments received, what was set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from cordiale.exchange import entry
from cordiale.exchange.records.tables import link_table, received_table, set_aside_table
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.release.segment import SALT
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, changing, inserting


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


class ReceivedRow(msgspec.Struct, frozen=True):
    """Hold one applied segment: its signed header, its leaves, and the version ids its entries became."""

    pair: int
    generation: int
    first: int
    last: int
    header: bytes
    signature: bytes
    hash: bytes
    leaves: bytes
    vids: bytes
    received_at: int
    salts: bytes | None = None
    mids: bytes | None = None


class SetAsideRow(msgspec.Struct, frozen=True):
    """Hold one entry that could not be applied, with its reason."""

    number: int
    pair: int
    generation: int
    sequence: int
    object_id: str | None
    code: str
    message_id: str
    params: str
    at: int
    raw: bytes | None


_RECEIVED = select(*(received_table.c[name] for name in ReceivedRow.__struct_fields__)).where(
    received_table.c.pair == bindparam("pair"), received_table.c.generation == bindparam("generation")
)
_RECEIVED_WITH = Prepared(
    _RECEIVED.where(
        received_table.c.first <= bindparam("sequence"), received_table.c.last >= bindparam("sequence")
    )
)
_HASHES = Prepared(_RECEIVED.with_only_columns(received_table.c.hash).order_by(received_table.c.first))
_ADD_SET_ASIDE = inserting(set_aside_table, *SetAsideRow.__struct_fields__[1:])
_SET_ASIDE = (
    select(*(set_aside_table.c[name] for name in SetAsideRow.__struct_fields__))
    .where(set_aside_table.c.number > bindparam("after"))
    .order_by(set_aside_table.c.number)
    .limit(bindparam("limit"))
)
_SET_ASIDE_ALL = Prepared(_SET_ASIDE)
_SET_ASIDE_OF = Prepared(_SET_ASIDE.where(set_aside_table.c.pair == bindparam("pair")))

_LINK = f"SELECT {', '.join(LinkRow.__struct_fields__)} FROM exchange_link WHERE number = ?"


def link(tx: Transaction, number: int) -> LinkRow:
    """Return the state of the stream from a partner; raises NotFound."""
    row: LinkRow | None = tx.lately.answer("exchange_link", number, lambda: _link(tx, number))
    if row is None:
        raise NotFound("exchange.pair.unknown", _("There is no stream number {number}."), number=number)
    return row


def _link(tx: Transaction, number: int) -> LinkRow | None:
    row = tx.row(_LINK, number)
    return None if row is None else LinkRow(*row)


def links_in(tx: Transaction, state: str) -> list[tuple[int, str]]:
    """Return (number, code) of the links in a state."""
    sql = "SELECT number, code FROM exchange_link WHERE state = ?"
    found: list[tuple[int, str]] = tx.lately.answer("exchange_link", state, lambda: tx.rows(sql, state))
    return found


def save_link(tx: Transaction, number: int, values: Mapping[str, Any]) -> None:
    """Store some of a link's values."""
    tx.run(changing(link_table, ("number",), tuple(values)), key_number=number, **values)


def add_received(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Store the header, leaves and version ids of an applied segment."""
    tx.run(inserting(received_table), **values)


def received_with(tx: Transaction, number: int, generation: int, sequence: int) -> ReceivedRow | None:
    """Return the received segment that holds an entry number."""
    row = tx.row(_RECEIVED_WITH, pair=number, generation=generation, sequence=sequence)
    return None if row is None else ReceivedRow(*row)


def received_as(
    tx: Transaction, number: int, generation: int, sequence: int
) -> tuple[int, str, bytes, str] | None:
    """Return (vid, id, content hash, source) of what an entry number became here, None when nothing of it is held."""
    row = received_with(tx, number, generation, sequence)
    if row is None:
        return None
    vid = entry.read_numbers(row.vids)[sequence - row.first]
    sql = """
        SELECT v.vid, o.id, v.hash, t.name FROM versions v
        JOIN objects o ON o.oid = v.oid JOIN terms t ON t.no = v.source_no WHERE v.vid = ?
    """
    held = tx.row(sql, vid)
    return None if held is None else (held[0], held[1], bytes(held[2]), held[3])


def delivered_by_others(tx: Transaction, number: int, vids: Collection[int]) -> set[int]:
    """Return which of these versions another partner delivered too."""
    sql = "SELECT vids FROM exchange_received WHERE pair <> ?"
    wanted, found = set(vids), set[int]()
    for (blob,) in tx.rows(sql, number):
        found |= wanted.intersection(entry.read_numbers(blob))
    return found


def entries_of(tx: Transaction, number: int, generation: int, vids: Collection[int]) -> Counter[int]:
    """Count by version the entries of one generation that became it here: what goes again has a number each time."""
    found = Counter[int]()
    for _first, blob in received_vids(tx, number, generation):
        found.update(vid for vid in entry.read_numbers(blob) if vid in vids)
    return found


def forget_delivery(tx: Transaction, number: int, generation: int, sequence: int) -> None:
    """Forget that an entry became anything here, and its salt: its sender took it back, and others gave the same."""
    row = received_with(tx, number, generation, sequence)
    if row is None:
        return
    place = sequence - row.first
    vids = entry.read_numbers(row.vids)
    vids[place] = 0
    salts = row.salts
    if salts is not None:
        salts = salts[: place * SALT] + bytes(SALT) + salts[place * SALT + SALT :]
    tx.run(
        'UPDATE exchange_received SET vids = ?, salts = ? WHERE pair = ? AND generation = ? AND "first" = ?',
        entry.numbers(vids),
        salts,
        number,
        generation,
        row.first,
    )


def forget_salts(tx: Transaction, vids: Collection[int]) -> None:
    """Destroy the salts of what was received and is purged: the leaf that stays leads to nothing."""
    wanted = set(vids)
    sql = 'SELECT pair, generation, "first", vids, salts FROM exchange_received WHERE salts IS NOT NULL'
    changed = []
    for pair, generation, first, blob, salts in tx.rows(sql) if wanted else ():
        held = entry.read_numbers(blob)
        if wanted.isdisjoint(held):
            continue
        left = b"".join(
            bytes(SALT) if vid in wanted else salts[place * SALT : place * SALT + SALT]
            for place, vid in enumerate(held)
        )
        changed.append((left, pair, generation, first))
    tx.many(
        'UPDATE exchange_received SET salts = ? WHERE pair = ? AND generation = ? AND "first" = ?', changed
    )


def received_vids(tx: Transaction, number: int, generation: int) -> list[tuple[int, bytes]]:
    """Return (first entry, packed version ids) of the segments applied of a generation, in order."""
    sql = 'SELECT "first", vids FROM exchange_received WHERE pair = ? AND generation = ? ORDER BY "first"'
    return [(first, bytes(vids)) for first, vids in tx.rows(sql, number, generation)]


def received_hashes(tx: Transaction, number: int, generation: int) -> list[bytes]:
    """Return the hashes of all headers received from a partner in order."""
    return [row[0] for row in tx.rows(_HASHES, pair=number, generation=generation)]


def add_set_aside(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep entries that could not be applied, with their reasons."""
    tx.many(_ADD_SET_ASIDE, rows)


def set_aside(
    tx: Transaction, number: int | None = None, *, after: int = 0, limit: int = 100
) -> list[SetAsideRow]:
    """Return entries set aside, oldest first."""
    if number is None:
        rows = tx.rows(_SET_ASIDE_ALL, after=after, limit=limit)
    else:
        rows = tx.rows(_SET_ASIDE_OF, pair=number, after=after, limit=limit)
    return [SetAsideRow(*row) for row in rows]
