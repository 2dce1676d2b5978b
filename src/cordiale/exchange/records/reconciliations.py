"""What is compared between two nodes, what differed, and what a partner explained."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from cordiale.exchange.entry import read_numbers
from cordiale.store.connection import Transaction

QUICK = "quick"
FULL = "full"


class ReconciliationRow(msgspec.Struct, frozen=True):
    """Say how the last comparison of one kind went; `position` is the entry a whole one goes on after, 0 at its end."""

    pair: int
    kind: str
    at: int
    generation: int
    entries: int
    objects: int
    differences: int
    position: int


class DifferenceRow(msgspec.Struct, frozen=True):
    """Hold one difference that was found: `kind` is missing, flipped, recalled or extra."""

    number: int
    pair: int
    at: int
    generation: int
    sequence: int
    object_id: str | None
    kind: str
    repair: str
    reason: str


class Stored(msgspec.Struct, frozen=True, gc=False):
    """Hold one version as it lies in the store: its id, the content hash it was stored under, its bytes if any.

    `source` is who states it; `local`: this node itself.
    """

    vid: int
    id: str
    hash: bytes
    raw: bytes | None
    source: str
    local: bool


def sent_states(
    tx: Transaction, number: int, generation: int, after: int, until: int
) -> list[tuple[int, int, bytes, bytes]]:
    """Return (first, last, header hash, packed entries) of segments of ours within (after, until], in order."""
    return tx.rows(
        'SELECT "first", "last", hash, entries FROM exchange_segment'
        ' WHERE pair = ? AND generation = ? AND "first" > ? AND "last" <= ? ORDER BY "first"',
        number,
        generation,
        after,
        until,
    )


def received_states(
    tx: Transaction, number: int, generation: int, after: int, until: int
) -> list[tuple[int, int, bytes, bytes]]:
    """Return (first, last, header hash, packed versions) of segments received within (after, until], in order."""
    return tx.rows(
        'SELECT "first", "last", hash, vids FROM exchange_received'
        ' WHERE pair = ? AND generation = ? AND "first" > ? AND "last" <= ? ORDER BY "first"',
        number,
        generation,
        after,
        until,
    )


def purged(tx: Transaction) -> frozenset[int]:
    """Return every version that was purged here by its number."""
    return frozenset(row[0] for row in tx.rows("SELECT vid FROM tombstones WHERE vid IS NOT NULL"))


def stored(tx: Transaction, vids: Sequence[int]) -> list[Stored]:
    """Return versions as they lie in the store, bodies included; what is lost is left out."""
    rows = tx.rows(
        "SELECT v.vid, o.id, v.hash, b.raw, t.name, v.flags FROM versions v JOIN objects o ON o.oid = v.oid"
        " JOIN terms t ON t.no = v.source_no LEFT JOIN bodies b ON b.vid = v.vid WHERE v.vid IN INTS(?)",
        list(vids),
    )
    return [
        Stored(vid, stix_id, bytes(digest), None if raw is None else bytes(raw), source, flags >> 1 == 0)
        for vid, stix_id, digest, raw, source, flags in rows
    ]


def bodies_of(tx: Transaction, vids: Sequence[int]) -> list[tuple[int, bytes, bytes | None]]:
    """Return (version, content hash, body or None) of these versions, for a walk through all of them."""
    return tx.rows(
        "SELECT v.vid, v.hash, b.raw FROM versions v LEFT JOIN bodies b ON b.vid = v.vid WHERE v.vid IN INTS(?)",
        list(vids),
    )


def stated_by(tx: Transaction, source: str, after: int, limit: int) -> list[int]:
    """Return versions stated by a node, or by it in another's name, by number after one; a walk past all versions."""
    rows = tx.rows(
        "SELECT v.vid FROM versions v WHERE v.vid > ? AND v.source_no IN"
        " (SELECT no FROM terms WHERE name = ? OR name LIKE ?) ORDER BY v.vid LIMIT ?",
        after,
        source,
        source.replace("_", "\\_") + "/%",
        limit,
    )
    return [row[0] for row in rows]


def posted_ids(tx: Transaction, number: int, ids: Collection[str]) -> set[str]:
    """Return which of these objects the partner posted to the inbox: they are in no stream."""
    found: set[str] = set()
    for (body,) in tx.rows("SELECT body FROM exchange_status WHERE pair = ?", number):
        text = bytes(body).decode()
        found |= {stix_id for stix_id in ids if f'"{stix_id}"' in text}
    return found


def set_aside_codes(tx: Transaction, number: int, generation: int, first: int, last: int) -> dict[int, str]:
    """Return entry number → reason code of what was set aside of a segment."""
    rows = tx.rows(
        "SELECT sequence, code FROM exchange_set_aside"
        " WHERE pair = ? AND generation = ? AND sequence BETWEEN ? AND ?",
        number,
        generation,
        first,
        last,
    )
    return dict(rows)


def replace_entries(
    tx: Transaction, number: int, generation: int, first: int, vids: bytes, salts: bytes
) -> None:
    """Store which versions the entries of a received segment are, after some were fetched again."""
    tx.run(
        'UPDATE exchange_received SET vids = ?, salts = ? WHERE pair = ? AND generation = ? AND "first" = ?',
        vids,
        salts,
        number,
        generation,
        first,
    )


def outcomes(tx: Transaction, number: int) -> dict[int, str]:
    """Return number → what we answered, of a partner's recalls that were carried out."""
    return dict(
        tx.rows("SELECT number, outcome FROM exchange_recalled WHERE pair = ? AND number > 0", number)
    )


def recall_messages(tx: Transaction, number: int) -> list[bytes]:
    """Return the signed messages of a partner's recalls that were carried out, in order."""
    sql = "SELECT message FROM exchange_recalled WHERE pair = ? AND number <> 0 ORDER BY number"
    return [bytes(row[0]) for row in tx.rows(sql, number)]


def stated(tx: Transaction, vid: int) -> tuple[str, bytes, str] | None:
    """Return (id, content hash, source) of a version, None when it is not held."""
    row = tx.row(
        "SELECT o.id, v.hash, t.name FROM versions v JOIN objects o ON o.oid = v.oid"
        " JOIN terms t ON t.no = v.source_no WHERE v.vid = ?",
        vid,
    )
    return None if row is None else (row[0], bytes(row[1]), row[2])


def delivered_as(tx: Transaction, number: int, vids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return version → (generation, entry) it last came as from a partner; a walk through all its segments."""
    wanted, found = set(vids), dict[int, tuple[int, int]]()
    sql = (
        'SELECT generation, "first", vids FROM exchange_received WHERE pair = ? ORDER BY generation, "first"'
    )
    for generation, first, blob in tx.rows(sql, number) if wanted else ():
        held = read_numbers(bytes(blob))
        if not wanted.isdisjoint(held):
            found |= {vid: (generation, first + place) for place, vid in enumerate(held) if vid in wanted}
    return found


def explained(tx: Transaction, number: int, generation: int) -> dict[int, bool]:
    """Return entry number → whether the partner holds it, of those it explained."""
    rows = tx.rows(
        "SELECT sequence, held FROM exchange_explained WHERE pair = ? AND generation = ?", number, generation
    )
    return {sequence: bool(held) for sequence, held in rows}


def explanations(tx: Transaction, number: int, limit: int) -> list[tuple[int, int, bool, str, int]]:
    """Return (generation, entry, held, reason, at) as a partner explained them, newest first."""
    rows = tx.rows(
        "SELECT generation, sequence, held, reason, at FROM exchange_explained WHERE pair = ?"
        " AND reason <> 'own' ORDER BY at DESC, generation DESC, sequence DESC LIMIT ?",
        number,
        limit,
    )
    return [(row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows]


def explain(
    tx: Transaction, number: int, generation: int, entries: Iterable[tuple[int, bool, str]], at: int
) -> None:
    """Keep why a partner holds entries or does not; a later word replaces an earlier one."""
    tx.many(
        "INSERT INTO exchange_explained (pair, generation, sequence, held, reason, at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (pair, generation, sequence) DO UPDATE"
        " SET held = excluded.held, reason = excluded.reason, at = excluded.at",
        [(number, generation, sequence, int(held), reason, at) for sequence, held, reason in entries],
    )


def forget_explained(tx: Transaction, number: int, generation: int, first: int, last: int) -> None:
    """Forget what was explained of one segment, since it is explained anew."""
    tx.run(
        "DELETE FROM exchange_explained WHERE pair = ? AND generation = ? AND sequence BETWEEN ? AND ?",
        number,
        generation,
        first,
        last,
    )


def save_reconciliation(tx: Transaction, row: ReconciliationRow) -> None:
    """Keep how a comparison went."""
    values = msgspec.structs.astuple(row)
    tx.run("DELETE FROM exchange_reconciliation WHERE pair = ? AND kind = ?", row.pair, row.kind)
    tx.run(
        "INSERT INTO exchange_reconciliation (pair, kind, at, generation, entries, objects, differences, position)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *values,
    )


def reconciliation(tx: Transaction, number: int, kind: str) -> ReconciliationRow | None:
    """Return how the last comparison of one kind went, None when there was none."""
    row = tx.row(
        "SELECT pair, kind, at, generation, entries, objects, differences, position"
        " FROM exchange_reconciliation WHERE pair = ? AND kind = ?",
        number,
        kind,
    )
    return None if row is None else ReconciliationRow(*row)


def add_differences(
    tx: Transaction, rows: Sequence[tuple[int, int, int, int, str | None, str, str, str]]
) -> None:
    """Log differences: (pair, at, generation, entry, object id, kind, repair, reason)."""
    tx.many(
        "INSERT INTO exchange_difference (pair, at, generation, sequence, object_id, kind, repair, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def differences(tx: Transaction, number: int, limit: int) -> list[DifferenceRow]:
    """Return logged differences, newest first."""
    rows = tx.rows(
        "SELECT number, pair, at, generation, sequence, object_id, kind, repair, reason"
        " FROM exchange_difference WHERE pair = ? ORDER BY number DESC LIMIT ?",
        number,
        limit,
    )
    return [DifferenceRow(*row) for row in rows]
