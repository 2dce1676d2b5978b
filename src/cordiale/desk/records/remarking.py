"""Objects that are to carry another marking, and how many do."""

from __future__ import annotations

import msgspec

from cordiale.desk.records.tables import remarking_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import inserting


class Remarking(msgspec.Struct, frozen=True):
    """Objects that are to carry another marking: their numbers packed, and how many are done."""

    id: str
    atoms: str
    by: str
    at: int
    objects: bytes
    done: int


_REMARKING = 'SELECT id, atoms, "by", at, objects, done FROM desk_remarking ORDER BY at, id LIMIT 1'


def add_remarking(tx: Transaction, one: Remarking) -> None:
    """Keep what is to be marked anew."""
    tx.run(inserting(remarking_table), **msgspec.structs.asdict(one))


def next_remarking(tx: Transaction) -> Remarking | None:
    """Return the oldest that is not finished."""
    row = tx.row(_REMARKING)
    return None if row is None else Remarking(row[0], row[1], row[2], row[3], bytes(row[4]), row[5])


def advance_remarking(tx: Transaction, identifier: str, done: int | None) -> None:
    """Record how many objects are done; None when all are."""
    if done is None:
        tx.run("DELETE FROM desk_remarking WHERE id = ?", identifier)
    else:
        tx.run("UPDATE desk_remarking SET done = ? WHERE id = ?", done, identifier)
