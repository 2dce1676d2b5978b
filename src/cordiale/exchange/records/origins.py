"""Origin proofs: batches with what is known of their trees, and where each version stands in one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from cordiale.store.connection import Transaction
from cordiale.store.put import ORIGIN_SHIFT, ORIGINS


class BatchRow(msgspec.Struct, frozen=True, gc=False):
    """Hold one batch: its signed header, and packed what makes its root again.

    `places` are u16, `leaves` and `nodes` 32 bytes each, in the order of `release.multiproof`.
    """

    number: int
    header: bytes
    signature: bytes
    places: bytes
    leaves: bytes
    nodes: bytes


class OriginRow(msgspec.Struct, frozen=True, gc=False):
    """Say where a version stands in a batch: its place there, its salt, and the marking (id) in its leaf."""

    vid: int
    batch: int
    place: int
    mid: int
    salt: bytes


def add_batch(
    tx: Transaction, header: bytes, signature: bytes, places: bytes, leaves: bytes, nodes: bytes
) -> int:
    """Keep a batch; return its number."""
    number = tx.next("exchange_origin_batch", "number")
    tx.insert(
        "exchange_origin_batch",
        "number, header, signature, places, leaves, nodes",
        [(number, header, signature, places, leaves, nodes)],
    )
    return number


def save_origins(tx: Transaction, rows: Sequence[OriginRow]) -> None:
    """Keep where versions stand; the newest proof of a version takes the place of an older one."""
    tx.many(
        "INSERT INTO exchange_origin (vid, batch, place, mid, salt) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (vid) DO UPDATE SET batch = excluded.batch, place = excluded.place,"
        " mid = excluded.mid, salt = excluded.salt",
        [(row.vid, row.batch, row.place, row.mid, row.salt) for row in rows],
    )


def origins(tx: Transaction, vids: Collection[int]) -> dict[int, OriginRow]:
    """Return the proofs kept of these versions."""
    sql = "SELECT vid, batch, place, mid, salt FROM exchange_origin WHERE vid IN INTS(?)"
    return {
        row[0]: OriginRow(row[0], row[1], row[2], row[3], bytes(row[4])) for row in tx.rows(sql, list(vids))
    }


def standing(tx: Transaction, vids: Collection[int]) -> list[tuple[int, bool, int | None]]:
    """Return (vid, whether somebody else stated it, the marking id in its leaf, None without a proof)."""
    sql = """
        SELECT v.vid, v.flags, o.mid FROM versions v LEFT JOIN exchange_origin o ON o.vid = v.vid
        WHERE v.vid IN INTS(?)
    """
    received = ORIGINS.index("received")
    return [(vid, flags >> ORIGIN_SHIFT == received, mid) for vid, flags, mid in tx.rows(sql, list(vids))]


def batches(tx: Transaction, numbers: Collection[int]) -> dict[int, BatchRow]:
    """Return batches by number."""
    sql = (
        "SELECT number, header, signature, places, leaves, nodes FROM exchange_origin_batch"
        " WHERE number IN INTS(?)"
    )
    return {row[0]: BatchRow(row[0], *map(bytes, row[1:])) for row in tx.rows(sql, list(numbers))}


def forget_origins(tx: Transaction, vids: Collection[int]) -> None:
    """Forget proofs with their salts, before the content goes: the leaf left in a batch leads to nothing."""
    tx.run("DELETE FROM exchange_origin WHERE vid IN INTS(?)", list(vids))


def received_from(tx: Transaction, vids: Collection[int]) -> list[tuple[int, str]]:
    """Return (vid, source) of those of these versions that somebody else stated."""
    sql = """
        SELECT v.vid, t.name, v.flags FROM versions v JOIN terms t ON t.no = v.source_no WHERE v.vid IN INTS(?)
    """
    received = ORIGINS.index("received")
    return [(vid, name) for vid, name, flags in tx.rows(sql, list(vids)) if flags >> ORIGIN_SHIFT == received]


def under_labels(tx: Transaction, begin: str, oids: Collection[int]) -> dict[tuple[int, bytes], str]:
    """Return (object number, content hash) → source of what is held under sources that begin so: the first that stated it."""
    sql = """
        SELECT v.oid, v.hash, t.name FROM versions v JOIN terms t ON t.no = v.source_no
        WHERE v.oid IN INTS(?) AND substr(t.name, 1, ?) = ? ORDER BY v.vid DESC
    """
    return {(oid, bytes(content)): name for oid, content, name in tx.rows(sql, list(oids), len(begin), begin)}


def tombs_under(
    tx: Transaction, sources: tuple[str, str], oids: Mapping[str, int]
) -> dict[str, list[tuple[bytes, bytes | None]]]:
    """Return (salt, salted hash) of the tombstones under either name about these objects, by id."""
    sql = """
        SELECT t.oid, t.salt, t.salted_hash FROM tombstones t JOIN terms s ON s.no = t.source_no
        WHERE s.name IN (?, ?) AND t.oid IN INTS(?)
    """
    names = {oid: stix_id for stix_id, oid in oids.items()}
    found: dict[str, list[tuple[bytes, bytes | None]]] = {}
    for oid, salt, salted in tx.rows(sql, *sources, list(names)):
        found.setdefault(names[oid], []).append((bytes(salt), None if salted is None else bytes(salted)))
    return found
