"""Generations of streams, what partners prove of ours, and what is put back from them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from functools import partial

import msgspec

from cordiale.exchange.entry import read_numbers, unpack
from cordiale.exchange.records.streams import segment_with
from cordiale.store.connection import Transaction

SENT = "sent"
"""A generation of our stream to a partner, as we opened it."""

RECEIVED = "received"
"""A generation of a partner's stream to us, as it opened it."""

PROVEN = "proven"
"""A generation of our stream that a partner has proof of, though we do not remember it."""

FROM = "from"
"""How far our own change log went when we opened a generation; stays at home."""


class Header(msgspec.Struct, frozen=True):
    """Hold the signed header of one received segment, with its leaves."""

    first: int
    last: int
    header: bytes
    signature: bytes
    hash: bytes
    leaves: bytes


class Buried(msgspec.Struct, frozen=True):
    """Say what became of one version: its id, and a salted hash of what was purged."""

    vid: int
    id: str
    salt: bytes
    salted_hash: bytes | None


def add_generation(
    tx: Transaction, number: int, side: str, generation: int, statement: bytes, at: int
) -> None:
    """Record that a generation was opened, or is proven; repeating it changes nothing."""
    tx.run(
        "INSERT INTO exchange_generation (pair, side, generation, statement, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        number,
        side,
        generation,
        statement,
        at,
    )


def generation_statement(tx: Transaction, number: int, side: str, generation: int) -> bytes | None:
    """Return the signed statement that opened a generation, None for the first one."""
    sql = "SELECT statement FROM exchange_generation WHERE pair = ? AND side = ? AND generation = ?"
    asked = number, side, generation
    row = tx.lately.answer("exchange_generation", asked, lambda: tx.row(sql, *asked))
    return None if row is None else bytes(row[0])


def highest_generation(tx: Transaction, number: int, side: str) -> int:
    """Return the highest generation recorded, 0 when there is none."""
    row = tx.row(
        "SELECT COALESCE(MAX(generation), 0) FROM exchange_generation WHERE pair = ? AND side = ?",
        number,
        side,
    )
    return int(row[0])


def opened_at(tx: Transaction, number: int, generation: int) -> int:
    """Return how far our change log went when a generation of our stream was opened, 0 for the first."""
    statement = generation_statement(tx, number, FROM, generation)
    return 0 if statement is None else int(statement)


def received_headers(tx: Transaction, number: int, generation: int, after: int, limit: int) -> list[Header]:
    """Return the signed headers of segments that begin after an entry number, in order."""
    rows = tx.rows(
        'SELECT "first", "last", header, signature, hash, leaves FROM exchange_received'
        ' WHERE pair = ? AND generation = ? AND "first" > ? ORDER BY "first" LIMIT ?',
        number,
        generation,
        after,
        limit,
    )
    return [Header(row[0], row[1], *(bytes(value) for value in row[2:])) for row in rows]


def carried_out(
    tx: Transaction, number: int, after: int, limit: int
) -> list[tuple[int, bytes, bytes, bytes | None]]:
    """Return (number, message, receipt, basis) of a partner's recalls that were carried out after a number."""
    rows = tx.rows(
        "SELECT number, message, receipt, basis FROM exchange_recalled WHERE pair = ? AND number > ?"
        " ORDER BY number LIMIT ?",
        number,
        after,
        limit,
    )
    return [(row[0], bytes(row[1]), bytes(row[2]), _bytes(row[3])) for row in rows]


def carried_out_as(tx: Transaction, number: int, recall_number: int) -> str:
    """Return the id of a partner's recall by its number, empty when it was not carried out."""
    if not recall_number:
        return ""
    sql = "SELECT id FROM exchange_recalled WHERE pair = ? AND number = ?"
    asked = number, recall_number
    row = tx.lately.answer("exchange_recalled", asked, lambda: tx.row(sql, *asked))
    return "" if row is None else str(row[0])


def numbered_recalls(
    tx: Transaction, number: int, after: int = 0, without: Collection[str] = ()
) -> dict[int, str]:
    """Return number → id of the recalls sent to a partner after a number, but for some."""
    rows = tx.rows(
        "SELECT number, id FROM exchange_recall WHERE pair = ? AND number > ? ORDER BY number", number, after
    )
    return {row[0]: row[1] for row in rows if row[1] not in without}


def recall_numbered(tx: Transaction, number: int, at: int) -> str | None:
    """Return the id of the recall that was sent to a partner under a number, None when there is none."""
    sql = "SELECT id FROM exchange_recall WHERE pair = ? AND number = ?"
    row = tx.lately.answer("exchange_recall", ("numbered", number, at), lambda: tx.row(sql, number, at))
    return None if row is None else str(row[0])


def sent_log(tx: Transaction, number: int, last: int) -> str:
    """Return a hash (hex) over the ids of the recalls sent to a partner up to a number; empty when one is missing."""
    sql = "SELECT number, id FROM exchange_recall WHERE pair = ? AND number BETWEEN 1 AND ? ORDER BY number"
    ask = partial(tx.rows, sql, number, last)
    return _log(tx.lately.answer("exchange_recall", ("log", number, last), ask), last)


def carried_out_log(tx: Transaction, number: int, last: int) -> str:
    """Return the same over a partner's recalls that were carried out in their order."""
    sql = "SELECT number, id FROM exchange_recalled WHERE pair = ? AND number BETWEEN 1 AND ? ORDER BY number"
    ask = partial(tx.rows, sql, number, last)
    return _log(tx.lately.answer("exchange_recalled", ("log", number, last), ask), last)


def _log(rows: Iterable[tuple[int, str]], last: int) -> str:
    listed = list(rows)
    if not last or [place for place, _id in listed] != list(range(1, last + 1)):
        return ""
    return hashlib.sha256("\n".join(recall_id for _place, recall_id in listed).encode()).hexdigest()


def received_among(tx: Transaction, number: int, generation: int, sequences: Sequence[int]) -> dict[int, int]:
    """Return entry number → version, of those of these received entries that became one."""
    found: dict[int, int] = {}
    row: tuple[int, int, Sequence[int]] = (1, 0, ())
    for sequence in sorted(sequences):
        if sequence > row[1]:
            read = tx.row(
                'SELECT "first", "last", vids FROM exchange_received'
                ' WHERE pair = ? AND generation = ? AND "first" <= ? AND "last" >= ?',
                number,
                generation,
                sequence,
                sequence,
            )
            if read is None:
                continue
            row = (read[0], read[1], read_numbers(bytes(read[2])))
        vid = row[2][sequence - row[0]]
        if vid:
            found[sequence] = vid
    return found


def sent_among(tx: Transaction, number: int, generation: int, sequences: Sequence[int]) -> list[int]:
    """Return the versions that these entries of our stream are, as far as we know."""
    found: list[int] = []
    row: tuple[int, int, Sequence[int]] = (1, 0, ())
    for sequence in sorted(sequences):
        if sequence > row[1]:
            segment = segment_with(tx, number, generation, sequence)
            if segment is None:
                continue
            row = (segment.first, segment.last, unpack(bytes(segment.entries)).vids)
        vid = row[2][sequence - row[0]]
        if vid:
            found.append(vid)
    return found


def buried_versions(tx: Transaction, vids: Sequence[int]) -> list[Buried]:
    """Return what the ledger of purged versions says of these versions."""
    rows = tx.rows(
        "SELECT t.vid, o.id, t.salt, t.salted_hash FROM tombstones t JOIN objects o ON o.oid = t.oid"
        " WHERE t.vid IN INTS(?) ORDER BY t.tid",
        list(vids),
    )
    return [Buried(vid, stix_id, bytes(salt), _bytes(salted)) for vid, stix_id, salt, salted in rows]


def buried_apart(tx: Transaction, reasons: Sequence[str]) -> dict[str, list[Buried]]:
    """Return by reason what the ledger says was refused without a version of it having been purged; reads the whole ledger."""
    found: dict[str, list[Buried]] = {}
    for reason, stix_id, salt, salted in tx.rows(
        "SELECT t.reason, o.id, t.salt, t.salted_hash FROM tombstones t JOIN objects o ON o.oid = t.oid"
        " WHERE t.vid IS NULL AND t.reason IN TEXTS(?) ORDER BY t.tid",
        list(reasons),
    ):
        found.setdefault(reason, []).append(Buried(0, stix_id, bytes(salt), _bytes(salted)))
    return found


def forget_segments(tx: Transaction, number: int, generation: int, after: int) -> int:
    """Forget segments of ours that begin after an entry number; returns how many."""
    return tx.run(
        'DELETE FROM exchange_segment WHERE pair = ? AND generation = ? AND "first" > ?',
        number,
        generation,
        after,
    )


def segment_count(tx: Transaction, number: int, generation: int) -> int:
    """Return how many segments a generation of our stream has."""
    sql = "SELECT COUNT(*) FROM exchange_segment WHERE pair = ? AND generation = ?"
    return int(tx.row(sql, number, generation)[0])


def forget_held(tx: Transaction, number: int) -> None:
    """Forget what a partner holds: everything it may have goes to it again."""
    tx.run("DELETE FROM exchange_held WHERE pair = ?", number)


def _bytes(value: bytes | None) -> bytes | None:
    return None if value is None else bytes(value)
