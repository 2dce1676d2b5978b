"""Find what sources stated long ago, and when anything was stored last."""

from __future__ import annotations

from typing import NamedTuple

from cordiale.store import names
from cordiale.store.connection import Transaction
from cordiale.store.types import LISTED


class Aged(NamedTuple):
    """The current version of a statement, and when it was stored."""

    vid: int
    oid: int
    type: str
    effective_mid: int
    at: int


def sources(tx: Transaction) -> list[str]:
    """Return the names of every source that stated anything, in order."""
    return sorted(row[0] for row in tx.rows("SELECT name FROM terms WHERE space = ?", names.SOURCE))


def aged(tx: Transaction, source: str, before: int, after: int, limit: int) -> list[Aged]:
    """Return statements of a source whose current version was stored before an instant, by version number behind `after`."""
    source_no = names.known_number(tx, names.SOURCE, source)
    rows = tx.rows(
        "SELECT vid, oid, type_no, effective_mid, received FROM versions"
        " WHERE source_no = ? AND current = ? AND received < ? AND vid > ? ORDER BY vid LIMIT ?",
        source_no or 0,
        LISTED,
        before,
        after,
        limit,
    )
    return [Aged(vid, oid, names.name(tx, type_no), mid, at) for vid, oid, type_no, mid, at in rows]


def versions_of(tx: Transaction, source: str, oids: list[int]) -> list[int]:
    """Return every version of what a source stated of these objects."""
    source_no = names.known_number(tx, names.SOURCE, source)
    return [
        row[0]
        for row in tx.rows(
            "SELECT vid FROM versions WHERE oid IN INTS(?) AND source_no = ? ORDER BY vid",
            oids,
            source_no or 0,
        )
    ]


def newest(tx: Transaction) -> int:
    """Return the latest instant (µs) at which any version was stored, 0 where there is none; reads them all."""
    row = tx.row("SELECT MAX(received) FROM versions")
    return (row[0] if row else None) or 0
