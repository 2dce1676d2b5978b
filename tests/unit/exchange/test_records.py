"""The tables that the migration makes are those the statements are written for."""

from __future__ import annotations

import sqlalchemy as sa

from cordiale.exchange.held import SPAN, Held, bits_of, count
from cordiale.exchange.records import metadata
from cordiale.store.connection import open_store
from cordiale.store.migrations import migrate


def test_migrations_make_the_tables_of_records() -> None:
    store = open_store("memory://")
    migrate(store, ("store", "release", "exchange"))
    with store.read() as tx:
        found = sa.inspect(tx.connection)
        for table in metadata.tables.values():
            columns = {c["name"]: c for c in found.get_columns(table.name)}
            assert set(columns) == {c.name for c in table.columns}, table.name
            for column in table.columns:
                assert columns[column.name]["nullable"] == column.nullable, (table.name, column.name)
                assert type(columns[column.name]["type"]) in (
                    type(column.type),
                    sa.BIGINT,
                    sa.INTEGER,
                    sa.TEXT,
                    sa.BLOB,
                )
            keys = found.get_pk_constraint(table.name)["constrained_columns"]
            assert keys == [c.name for c in table.primary_key.columns]


def test_held_versions_are_one_bit_each() -> None:
    stored: dict[int, bytes] = {}
    held = Held(stored.get)
    held.add([0, 7, SPAN - 1, SPAN, 5 * SPAN + 3])
    stored |= held.changed()
    again = Held(stored.get)
    assert again.of([0, 1, 7, SPAN - 1, SPAN, SPAN + 1, 5 * SPAN + 3]) == [0, 7, SPAN - 1, SPAN, 5 * SPAN + 3]
    assert not again.any_of_span([2 * SPAN, 3 * SPAN])
    assert again.any_of_span([SPAN, SPAN + 100])
    again.discard([7])
    again.add_bits(bits_of([9, 2 * SPAN]))
    assert again.of([7, 9, 2 * SPAN]) == [9, 2 * SPAN]
    stored |= again.changed()
    assert count(stored.values()) == 6
    assert sum(map(len, stored.values())) * 100 < 2_000_000
