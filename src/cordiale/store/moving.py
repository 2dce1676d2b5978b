"""Copy every row of one store into another, whatever their databases, and prove that nothing was lost or altered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Boolean, MetaData, Table

from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.store import dump, tables, text
from cordiale.store.connection import Transaction, open_store
from cordiale.store.migrations import applied

DIFFERENT: Final = _(
    "The copy in {place} is not what was read: table {table} has {have} rows of {want}, or others. The old store stays in force; repeat."
)

UNKNOWN: Final = _(
    "{place} has a table {table} that is not Cordiale's: it would be left behind. Move it elsewhere first."
)

MARK: Final = "move.from"
"""Name in `store_state` under which an unfinished copy says whose it is."""

_DERIVED: Final = frozenset({tables.text_rows.name, tables.text_dirty.name})
_ROWS: Final = 2000


Declared = MetaData
"""The tables that a room declares."""


class Tally(msgspec.Struct, frozen=True):
    """Count the rows of a table and add up their SHA-256, which does not depend on their order."""

    rows: int
    total: int


def rooms_tables(metadata: Iterable[MetaData]) -> list[Table]:
    """Return the tables that are copied, those referred to before those that refer; the text index is made anew."""
    return [table for room in metadata for table in room.sorted_tables if table.name not in _DERIVED]


def refuse_unknown(tx: Transaction, chosen: Sequence[Table], place: str) -> None:
    """Raise IntegrityError for a database with a table that nobody declared: it would be left behind."""
    known = {table.name for table in chosen} | _DERIVED
    if tx.dialect == "postgresql":
        there = set(dump.tables(tx))
    else:
        there = {row[0] for row in tx.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    left = sorted(
        name
        for name in there - known
        if not name.startswith((tables.SEARCH_INDEX, "sqlite_")) and name != "alembic_version"
    )
    if left:
        raise IntegrityError("store.unknown-table", UNKNOWN, place=place, table=left[0])


def unfinished(tx: Transaction) -> str | None:
    """Return whose unfinished copy a store holds, None when it holds none."""
    row = tx.row("SELECT value FROM store_state WHERE name = ?", MARK)
    return None if row is None else str(row[0])


def begin(tx: Transaction, owner: str) -> None:
    """Mark a store as an unfinished copy, which may be thrown away."""
    tx.run(
        "INSERT INTO store_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        MARK,
        owner,
    )


def finish(tx: Transaction) -> None:
    """Take the mark away: what was copied is a store from now on."""
    tx.run("DELETE FROM store_state WHERE name = ?", MARK)


def discard(url: str, owner: str) -> None:
    """Remove a SQLite file that holds an unfinished copy of this owner's; that in PostgreSQL is emptied by `copy`."""
    with closing(open_store(url)) as store:
        with store.read() as tx:
            ours = bool(applied(tx)) and unfinished(tx) == owner
        file = store.file
    if ours and file is not None:
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)


def copy(
    source: Transaction,
    target: Transaction,
    chosen: Sequence[Table],
    progress: Callable[[int, int | None], None] = lambda _done, _of: None,
) -> dict[str, Tally]:
    """Fill a store that `migrate` made with what another one holds; return what was read, by table.

    The target keeps its mark, and its text index waits to be made.
    """
    owner = unfinished(target)
    total = sum(int(source.row(f"SELECT COUNT(*) FROM {table.name}")[0]) for table in chosen)
    text.empty(target)
    if target.dialect == "postgresql":
        target.run(f"TRUNCATE {', '.join(table.name for table in chosen)}")
    else:  # it was made just now: nothing else has rows
        target.run(f"DELETE FROM {tables.state.name}")
    read: dict[str, Tally] = {}
    done = 0
    for table in chosen:
        names = _names(table)
        count = hashed = 0
        for rows in _rows(source, table):
            target.insert(table.name, names, rows)
            count += len(rows)
            hashed += sum(map(_hash, rows))
            done += len(rows)
            progress(done, total)
        read[table.name] = Tally(count, hashed % (1 << 256))
    if target.dialect == "postgresql":
        dump.count_on(target)
    if owner is not None:
        begin(target, owner)
    return read


def verify(tx: Transaction, chosen: Sequence[Table], read: dict[str, Tally], place: str) -> None:
    """Read a filled store again and compare every row; raises IntegrityError naming the first table that differs."""
    for table in chosen:
        count = hashed = 0
        for rows in _rows(tx, table):
            count += len(rows)
            hashed += sum(map(_hash, rows))
        if Tally(count, hashed % (1 << 256)) != read[table.name]:
            raise IntegrityError(
                "store.moved-differently",
                DIFFERENT,
                place=place,
                table=table.name,
                have=count,
                want=read[table.name].rows,
            )


def _rows(tx: Transaction, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a table, some thousands at a time, as either database would return them."""
    truths = [place for place, column in enumerate(table.columns) if isinstance(column.type, Boolean)]
    where = _WITHOUT_STATE if table.name == tables.state.name else ""
    sql = f"SELECT {_names(table)} FROM {table.name}{where}"
    cursor = tx.driver.cursor(name="cordiale_move") if tx.dialect == "postgresql" else tx.driver.cursor()
    try:
        cursor.execute(sql)
        while rows := cursor.fetchmany(_ROWS):
            yield [_plain(row, truths) for row in rows]
    finally:
        cursor.close()


_WITHOUT_STATE: Final = f" WHERE name NOT IN ('{MARK}', 'text.cursor', 'text.rules')"


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _plain(row: Sequence[Any], truths: Sequence[int]) -> tuple[Any, ...]:
    made = [bytes(value) if isinstance(value, memoryview) else value for value in row]
    for place in truths:
        made[place] = None if made[place] is None else bool(made[place])
    return tuple(made)


def _hash(row: tuple[Any, ...]) -> int:
    return int.from_bytes(sha256(msgspec.msgpack.encode(row)).digest(), "big")
