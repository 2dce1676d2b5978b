"""What was asked of a small table is answered again without asking, until something is written to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cordiale.store.connection import Store, Transaction, open_store
from cordiale.store.lately import written_by
from cordiale.store.migrations import migrate


@pytest.fixture(params=["memory://", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    opened = open_store(request.param if request.param != "file" else f"sqlite:///{tmp_path / 'a.db'}")
    migrate(opened, ("store",))
    return opened


def value(tx: Transaction, asked: list[int]) -> str | None:
    def ask() -> str | None:
        asked.append(1)
        row = tx.row("SELECT value FROM store_state WHERE name = 'a'")
        return None if row is None else str(row[0])

    found: str | None = tx.lately.answer("store_state", "a", ask)
    return found


def write(tx: Transaction, text: str) -> None:
    sql = "INSERT INTO store_state (name, value) VALUES ('a', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    tx.run(sql, text)


def test_one_transaction_asks_once_until_it_writes(store: Store) -> None:
    asked: list[int] = []
    with store.write() as tx:
        assert [value(tx, asked), value(tx, asked)] == [None, None]
        assert len(asked) == 1
        write(tx, "1")
        assert [value(tx, asked), value(tx, asked)] == ["1", "1"]
        tx.many("UPDATE store_state SET value = ? WHERE name = 'a'", [("2",)])
        assert value(tx, asked) == "2"


def test_what_was_rolled_back_is_never_answered(store: Store) -> None:
    asked: list[int] = []
    with store.write() as tx:
        write(tx, "1")
    with store.read() as tx:
        assert value(tx, asked) == "1"
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        write(tx, "2")
        assert value(tx, asked) == "2"
        raise ZeroDivisionError
    with store.read() as tx:
        assert value(tx, asked) == "1"


def test_only_in_memory_does_an_answer_outlive_its_transaction() -> None:
    store = open_store("memory://")
    migrate(store, ("store",))
    asked: list[int] = []
    state = store.snapshot()
    for _again in range(2):
        with store.read() as tx:
            assert value(tx, asked) is None
    assert len(asked) == 1
    with store.write() as tx:
        write(tx, "1")
    with store.read() as tx:
        assert value(tx, asked) == "1"
    store.load(state)  # another database: nothing is known of it
    with store.read() as tx:
        assert value(tx, asked) is None


def test_a_file_is_asked_in_every_transaction_since_others_may_write(tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path / 'a.db'}"
    here, there = open_store(place), open_store(place)
    migrate(here, ("store",))
    asked: list[int] = []
    with here.read() as tx:
        assert value(tx, asked) is None
    with there.write() as tx:
        write(tx, "1")
    with here.write() as tx:
        assert value(tx, asked) == "1"
    here.close()
    there.close()


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("SELECT a FROM b", None),
        ("  INSERT INTO b (a) VALUES (?)", "b"),
        ("\n    UPDATE b SET a = ?", "b"),
        ('DELETE FROM "b"', "b"),
    ],
)
def test_a_statement_tells_what_it_writes_to(sql: str, table: str | None) -> None:
    assert written_by(sql) == table
