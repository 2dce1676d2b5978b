"""Copy every table of a PostgreSQL store to files and back, in PostgreSQL's own text form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction

if TYPE_CHECKING:
    from cordiale.store.connection import Store

OTHER_SCHEMA = _(
    "The copy has the schema {have} and this Cordiale makes {want}. Restore it with the version that made it."
)


def write(tx: Transaction, folder: Path) -> list[Path]:
    """Write each table as `<table>.copy`, all from the transaction's one snapshot."""
    files = []
    for table in tables(tx):
        file = folder / f"{table}.copy"
        with (
            file.open("wb") as out,
            tx.driver.cursor() as cursor,
            cursor.copy(f'COPY "{table}" TO STDOUT') as copy,
        ):
            for block in copy:
                out.write(block)
        files.append(file)
    return files


def read(store: Store, folder: Path, revisions: list[str]) -> None:
    """Make the schema a copy was made with and fill it, in the order that references ask for."""
    from cordiale.store.migrations import applied, migrate, rooms_of

    migrate(store, rooms_of(revisions))
    with store.write() as tx:
        if sorted(applied(tx)) != revisions:
            raise IntegrityError(
                "store.copy-schema",
                OTHER_SCHEMA,
                have=", ".join(revisions),
                want=", ".join(sorted(applied(tx))),
            )
        present = tables(tx)
        names = ", ".join(f'"{table}"' for table in present)
        tx.run(f"TRUNCATE {names}")
        for table in present:
            file = folder / f"{table}.copy"
            with (
                file.open("rb") as source,
                tx.driver.cursor() as cursor,
                cursor.copy(f'COPY "{table}" FROM STDIN') as copy,
            ):
                while block := source.read(1 << 20):
                    copy.write(block)
        count_on(tx)


def count_on(tx: Transaction) -> None:
    """Have columns that PostgreSQL numbers by itself go on behind the rows that were copied in."""
    for table, column in tx.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND (starts_with(column_default, 'nextval(') OR is_identity = 'YES')"
    ):
        tx.row(
            f'SELECT setval(pg_get_serial_sequence(?, ?), COALESCE(max("{column}"), 0) + 1, false) FROM "{table}"',
            f'"{table}"',
            column,
        )


def tables(tx: Transaction) -> list[str]:
    """Return the tables of the schema, those referred to before those that refer."""
    found = {
        row[0]: set[str]()
        for row in tx.rows(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name"
        )
    }
    for child, parent in tx.rows(
        "SELECT c.relname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
        " JOIN pg_class p ON p.oid = k.confrelid"
        " WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace"
    ):
        if child != parent:
            found[child].add(parent)
    ordered: list[str] = []
    while found:
        ready = [table for table, parents in found.items() if parents <= set(ordered)] or list(found)
        ordered += ready
        for table in ready:
            del found[table]
    return ordered
