"""People: written, changed, looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from cordiale.accounts.person import Person
from cordiale.accounts.records.tables import person_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, changing, inserting

COLUMNS: Final = tuple(person_table.c)
_NAMES: Final = tuple(column.name for column in COLUMNS)
_LISTS: Final = frozenset({"clearances", "compartments", "communities", "roles"})

_ALL = Prepared(select(*COLUMNS).order_by(person_table.c.name))
_ONE = Prepared(select(*COLUMNS).where(person_table.c.id == bindparam("id")))
_CALLED = Prepared(select(*COLUMNS).where(person_table.c.name == bindparam("name")))


def people(tx: Transaction) -> list[Person]:
    """Return everybody, the removed as well, by name."""
    return [person_from(row) for row in tx.rows(_ALL)]


def person(tx: Transaction, identifier: str) -> Person | None:
    """Return the person of an id, None when there is none."""
    row = tx.row(_ONE, id=identifier)
    return None if row is None else person_from(row)


def person_called(tx: Transaction, name: str) -> Person | None:
    """Return the person of a name, None when there is none."""
    row = tx.row(_CALLED, name=name)
    return None if row is None else person_from(row)


def count_people(tx: Transaction) -> int:
    """Return how many people may sign in."""
    return int(tx.row("SELECT count(*) FROM accounts_person WHERE state = ?", "active")[0])


def add_person(tx: Transaction, one: Person) -> None:
    """Write a new person."""
    tx.run(inserting(person_table), **_columns(one))


def put_person(tx: Transaction, one: Person) -> None:
    """Write a person who changed."""
    columns = _columns(one)
    identifier = columns.pop("id")
    tx.run(changing(person_table, ("id",), tuple(columns)), key_id=identifier, **columns)


def person_from(row: Sequence[Any]) -> Person:
    """Return the person of a row with `COLUMNS`."""
    values = dict(zip(_NAMES, row, strict=True))
    for name in _LISTS:
        values[name] = tuple(msgspec.json.decode(values[name]))
    return Person(**values)


def _columns(one: Person) -> dict[str, Any]:
    values = msgspec.structs.asdict(one)
    return values | {name: msgspec.json.encode(values[name]).decode() for name in _LISTS}
