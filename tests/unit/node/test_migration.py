"""A node moves to another database and back, whole, or stays where it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.desk.audit import acted
from cordiale.desk.files.attach import attach
from cordiale.desk.incoming.set_aside import set_aside
from cordiale.desk.outgoing.recall import recall, recall_list
from cordiale.desk.partner.sync import sync
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.desk.why import why
from cordiale.node import migration
from cordiale.node.doctor import examine
from cordiale.node.migration import migrate_store
from cordiale.node.opening import open_node
from cordiale.platform import configuration
from cordiale.platform.errors import (
    ConfigurationError,
    Conflict,
    CordialeError,
    IntegrityError,
    Unavailable,
    explain,
)
from cordiale.store import moving, versions
from cordiale.store.connection import Transaction
from tests import postgresql
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

ONE, GONE = indicator(1)["id"], indicator(2)["id"]


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    if postgresql.programs() is None:
        pytest.skip(postgresql.INSTALL)
    with postgresql.cluster() as socket:
        yield socket


@pytest.fixture
def url(socket: str) -> Iterator[str]:
    yield postgresql.make_schema(socket, "moved")
    postgresql.drop_schema(socket, "moved")


@pytest.fixture
def lived(pair: Pair) -> Pair:
    """Canada with a history: released, recalled, set aside, attached."""
    pair.take(*[indicator(n) for n in range(1, 30)], {"type": "indicator", "id": "no id"})
    pair.take(indicator(30, name="with\ttabs \\N and\nlines"), marking="tlp:red")
    attach(pair.canada.desk, pair.officer, ONE, [b"evidence"], name="note.txt")
    pair.exchange()
    sync(pair.canada.desk, pair.officer)
    recall(pair.canada.desk, pair.officer, ids=[GONE], reason="a mistake")
    pair.exchange()
    sync(pair.canada.desk, pair.officer)
    return pair


def told(pair: Pair) -> list[object]:
    """Return what a person sees of the node."""
    canada = pair.canada.desk
    with pair.canada.store.read() as tx:
        rest = [
            tx.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in ("desk_audit", "changes", "terms")
        ]
        tombs = versions.tombstones(tx)
    return [
        search(canada, pair.officer, "phishing").items,
        show(canada, pair.officer, ONE),
        recall_list(canada, pair.officer),
        why(canada, pair.officer, indicator(3)["id"], "france"),
        set_aside(canada, pair.officer),
        rest,
        tombs,
    ]


def move(pair: Pair, url: str) -> None:
    path = pair.canada.path
    pair.canada.close()
    try:
        migrate_store(path, url, environ={})
    finally:
        pair.canada = open_node(path, environ={}, carrier=pair.carry)


def test_a_node_moves_to_postgresql_and_back_and_goes_on(lived: Pair, url: str, tmp_path: Path) -> None:
    before = told(lived)
    move(lived, url)
    assert lived.canada.store.dialect == "postgresql"
    assert told(lived) == before
    with lived.canada.store.write() as tx:  # what the database numbers by itself goes on behind what came
        acted(tx, lived.canada.desk, lived.officer, "mark", ids=[ONE])
    lived.take(indicator(40))
    assert lived.exchange().new == 1
    assert [f for f in examine(lived.canada.path) if f.grade == "wrong"] == []
    before = told(lived)
    move(lived, f"sqlite:///{tmp_path / 'again.db'}")
    assert lived.canada.store.dialect == "sqlite"
    assert told(lived) == before
    lived.take(indicator(41))
    assert lived.exchange().new == 1


def test_a_node_in_use_is_not_moved(lived: Pair, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path / 'new.db'}"
    with pytest.raises(Unavailable, match="in use") as caught:
        migrate_store(lived.canada.path, target, environ={})
    assert "utilisé" in explain(caught.value, "fr")
    assert not (tmp_path / "new.db").exists()


def test_nobody_opens_a_node_that_is_being_moved(lived: Pair, tmp_path: Path) -> None:
    path = lived.canada.path
    lived.canada.close()
    refused: list[str] = []

    def look(_done: int, _of: int | None) -> None:
        with pytest.raises(Unavailable, match="being moved") as caught:
            open_node(path, environ={})
        refused.append(caught.value.code)

    migrate_store(path, f"sqlite:///{tmp_path / 'new.db'}", environ={}, copying=look)
    assert refused
    lived.canada = open_node(path, environ={}, carrier=lived.carry)


def test_a_move_that_fails_leaves_the_old_store_in_force_and_can_be_repeated(
    lived: Pair, tmp_path: Path
) -> None:
    before, where = told(lived), lived.canada.settings.store.url
    target = f"sqlite:///{tmp_path / 'new.db'}"

    def stopped(done: int, _of: int | None) -> None:
        if done > 100:
            raise KeyboardInterrupt

    path = lived.canada.path
    lived.canada.close()
    for at in ({"copying": stopped}, {"indexing": lambda _done, _of: stopped(101, None)}):
        with pytest.raises(KeyboardInterrupt):
            migrate_store(path, target, environ={}, **at)  # type: ignore[arg-type]
        assert configuration.load(path, {}).store.url == where
    lived.canada = open_node(path, environ={}, carrier=lived.carry)
    assert told(lived) == before
    move(lived, target)
    assert told(lived) == before
    assert lived.canada.settings.store.url == target


def test_a_copy_that_differs_in_one_row_is_not_switched_to(
    lived: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = lived.canada.settings.store.url

    def spoilt(source: Transaction, target: Transaction, *rest: object) -> dict[str, moving.Tally]:
        read = moving_copy(source, target, *rest)  # type: ignore[arg-type]
        target.run("UPDATE bodies SET raw = ? WHERE vid = 1", b"other")
        return read

    moving_copy = moving.copy
    monkeypatch.setattr(migration.moving, "copy", spoilt)
    with pytest.raises(IntegrityError, match="bodies"):
        move(lived, f"sqlite:///{tmp_path / 'new.db'}")
    assert lived.canada.settings.store.url == where


def test_a_database_with_something_in_it_is_refused(lived: Pair, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="empty database"):
        move(lived, lived.france.settings.store.url)
    with pytest.raises(Conflict, match="already"):
        move(lived, lived.canada.settings.store.url)
    path = lived.canada.path
    lived.canada.close()
    variable = {"CORDIALE_STORE_URL": lived.canada.settings.store.url + "x"}
    with pytest.raises(ConfigurationError, match="CORDIALE_STORE_URL"):
        migrate_store(path, f"sqlite:///{tmp_path / 'new.db'}", environ=variable)
    with pytest.raises(CordialeError):
        migrate_store(path, "sqlite:////no/such/folder/x.db", environ={})
    lived.canada = open_node(path, environ={}, carrier=lived.carry)


def test_a_table_that_nobody_declared_is_not_left_behind_in_silence(lived: Pair, tmp_path: Path) -> None:
    where = lived.canada.settings.store.url
    with lived.canada.store.write() as tx:
        tx.run("CREATE TABLE notes_of_ours (text TEXT)")
    with pytest.raises(IntegrityError, match="notes_of_ours"):
        move(lived, f"sqlite:///{tmp_path / 'new.db'}")
    assert lived.canada.settings.store.url == where
