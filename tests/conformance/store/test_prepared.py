"""Statements written once: the same values go in and come out as through SQLAlchemy, on every database."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from cordiale.store.connection import Store
from cordiale.store.prepared import Prepared, changing, inserting, removing

THING = sa.Table(
    "prepared_thing",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("to", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("code", sa.String(8)),
    sa.Column("done", sa.Boolean),
)
COLUMNS = ("to", "at", "raw", "code")
ALL = Prepared(sa.select(*(THING.c[name] for name in COLUMNS)).order_by(THING.c.number))
EARLY = Prepared(
    sa.select(THING.c.to, sa.func.count().label("n"))
    .where(THING.c.at < sa.bindparam("at"), THING.c.to != "100 % 'nobody'?")
    .group_by(THING.c.to)
    .order_by(THING.c.to)
    .limit(sa.bindparam("limit"))
)
ROWS = [
    {"to": "fra", "at": 2**62, "raw": b"\x00\xff", "code": "a"},
    {"to": "gbr", "at": None, "raw": None, "code": None},
    {"to": "100 % 'nobody'?", "at": 1, "raw": b"", "code": "é"},
    {"to": "été", "at": -5, "raw": b"%s?", "code": ""},
]


@pytest.fixture
def things(store: Store) -> Iterator[Store]:
    with store.write() as tx:
        THING.create(tx.connection)
        tx.many(inserting(THING, *COLUMNS), ROWS)
    yield store
    with store.write() as tx:
        THING.drop(tx.connection)


def test_values_come_back_as_sqlalchemy_gives_them(things: Store) -> None:
    with things.read() as tx:
        asked = sa.select(*(THING.c[name] for name in COLUMNS)).order_by(THING.c.number)
        expected = [tuple(row) for row in tx.connection.execute(asked)]
        assert [tuple(row) for row in tx.rows(ALL)] == expected == [tuple(row.values()) for row in ROWS]


def test_constants_and_named_values_find_their_places(things: Store) -> None:
    with things.read() as tx:
        assert tx.rows(EARLY, at=10, limit=2) == [("été", 1)]
        assert tx.row(EARLY, at=-6, limit=2) is None


def test_what_is_written_joins_the_transaction(things: Store) -> None:
    with pytest.raises(KeyError), things.write() as tx:
        assert tx.run(changing(THING, ("to",), ("at", "code")), key_to="fra", at=7, code="b") == 1
        assert tx.run(removing(THING, "to", "code"), key_to="été", key_code="") == 1
        assert [row[1] for row in tx.rows(ALL)] == [7, None, 1]
        raise KeyError
    with things.read() as tx:
        assert len(tx.rows(ALL)) == len(ROWS)


def test_a_value_that_is_missing_or_unknown_is_refused(things: Store) -> None:
    with things.read() as tx:
        for given in ({}, {"at": 1, "limit": 2, "to": "fra"}, {"limit": 2}):
            with pytest.raises(TypeError, match="at"):
                tx.rows(EARLY, **given)


def test_a_type_that_needs_converting_is_refused(things: Store) -> None:
    with things.read() as tx, pytest.raises(TypeError, match="needs converting"):
        tx.rows(Prepared(sa.select(THING.c.done)))
