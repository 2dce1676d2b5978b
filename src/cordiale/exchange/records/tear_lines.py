"""Tear-lines and the parents they were made of; home only."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cordiale.exchange.records.tables import tear_line_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import inserting, removing


class TearLineRow(msgspec.Struct, frozen=True):
    """Link a stored tear-line to its parent; never leaves the node."""

    vid: int
    parent_vid: int
    parent_oid: int
    oid: int
    class_: str
    id: str
    digest: bytes
    created: int
    modified: int


def add_tear_line(tx: Transaction, row: TearLineRow) -> None:
    """Record where a tear-line came from; a repeated redaction replaces what was known of its vid."""
    values = msgspec.structs.asdict(row)
    values["class"] = values.pop("class_")
    tx.run(removing(tear_line_table, "vid"), key_vid=row.vid)
    tx.run(inserting(tear_line_table), **values)


_LINES = (
    "SELECT vid, parent_vid, parent_oid, oid, class, id, digest, created, modified FROM exchange_tear_line"
).replace("class", '"class"')


def tear_lines_of(tx: Transaction, class_: str, parent_oids: Sequence[int]) -> dict[int, TearLineRow]:
    """Return the latest tear-line of each parent object for one recipient class."""
    sql = f'{_LINES} WHERE "class" = ? AND parent_oid IN INTS(?) ORDER BY vid'
    return {row[2]: TearLineRow(*row) for row in tx.rows(sql, class_, list(parent_oids))}


def tear_line_parents(tx: Transaction, vids: Sequence[int]) -> dict[int, TearLineRow]:
    """Return the records of those of these versions that are tear-lines, by version."""
    return {row[0]: TearLineRow(*row) for row in tx.rows(f"{_LINES} WHERE vid IN INTS(?)", list(vids))}


def tear_line_vids(tx: Transaction, class_: str, parent_oids: Sequence[int]) -> list[int]:
    """Return every tear-line version made of these objects for a recipient class."""
    sql = 'SELECT vid FROM exchange_tear_line WHERE "class" = ? AND parent_oid IN INTS(?) ORDER BY vid'
    return [row[0] for row in tx.rows(sql, class_, list(parent_oids))]


def tear_lines_for(
    tx: Transaction, classes: Sequence[str], parent_oids: Sequence[int]
) -> dict[str, dict[int, int]]:
    """Return tear-line version → parent version, of these objects, by recipient class."""
    sql = """
        SELECT "class", vid, parent_vid FROM exchange_tear_line WHERE "class" IN TEXTS(?) AND parent_oid IN INTS(?)
    """
    found: dict[str, dict[int, int]] = {}
    for class_, vid, parent in tx.rows(sql, list(classes), list(parent_oids)):
        found.setdefault(class_, {})[vid] = parent
    return found


def tear_line_parent_vids(tx: Transaction, class_: str) -> list[tuple[int, int]]:
    """Return (tear-line version, current version of its parent's statement) for a recipient class."""
    sql = """
        SELECT t.vid, s.vid FROM exchange_tear_line t
        JOIN versions v ON v.vid = t.parent_vid
        JOIN statements s ON s.oid = v.oid AND s.source_no = v.source_no
        WHERE t."class" = ?
    """
    return tx.rows(sql, class_)
