"""What a SQLite file promises: it survives a kill, a full disk, and another process."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cordiale.platform.errors import ConfigurationError, IntegrityError, StorageFull, Unavailable
from cordiale.platform.languages import text
from cordiale.store import engines, failures
from cordiale.store.backup import backup, check
from cordiale.store.connection import Store, open_store
from cordiale.store.migrations import migrate
from cordiale.store.search import counts
from tests.conformance.store.objects import START, keep, sdo


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(str(tmp_path / "cordiale.db"))
    migrate(made)
    yield made
    made.close()


def test_commits_last(store: Store) -> None:
    with store.write() as tx:
        assert tx.row("PRAGMA journal_mode")[0] == "wal"
        assert tx.row("PRAGMA synchronous")[0] == 2
        assert tx.row("PRAGMA foreign_keys")[0] == 1
        assert tx.row("PRAGMA secure_delete")[0] == 1


WRITER = """
import sys
from tests.conformance.store.objects import keep, sdo
from cordiale.store.connection import open_store
store = open_store(sys.argv[1])
for n in range(10_000):
    done = keep(store, *[sdo("campaign", f"{n} {m}") for m in range(50)], index=n % 3 == 0)
    print(done[-1].vid, flush=True)
"""


def test_a_killed_writer_leaves_what_it_committed_and_nothing_half(store: Store, tmp_path: Path) -> None:
    for _round in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store.file)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": "."},
        )
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _n in range(3)]
        writer.send_signal(signal.SIGKILL)
        said += [int(line) for line in writer.stdout.read().split(b"\n")[:-1]]
        writer.wait()
        writer.stdout.close()
        with store.read() as tx:
            held = counts(tx, None)["campaign"]
            last = tx.row("SELECT max(vid) FROM versions")[0]
        assert held % 50 == 0
        assert last >= said[-1]
        assert check(store) == []
        keep(store, *[sdo("campaign", f"{_round} again {m}") for m in range(50)])


def test_a_full_disk_stops_cleanly(store: Store) -> None:
    keep(store, sdo("campaign", "before"))
    with store.bare() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StorageFull) as failure:
        keep(store, *[sdo("campaign", f"{n}", description="x" * 5000) for n in range(2000)])
    assert str(store.file) in str(failure.value)
    with store.bare() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    with store.read() as tx:
        assert counts(tx, None) == {"campaign": 1}
    assert check(store) == []
    keep(store, sdo("campaign", "after"))


def test_a_writer_of_another_process_is_waited_for_but_not_for_ever(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0)
    hasty = open_store(str(store.file))
    try:
        with store.write(), pytest.raises(Unavailable), hasty.write():
            pass
        with hasty.write() as tx:
            tx.run("DELETE FROM text_dirty")
    finally:
        hasty.close()


def test_changes_of_another_process_are_noticed(store: Store) -> None:
    other = open_store(str(store.file))
    try:
        before = store.changed()
        assert store.changed() == before
        keep(other, sdo("campaign", "a"))
        assert store.changed() != before
    finally:
        other.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "cordiale.db"
    file.write_bytes(b"not a database at all " * 100)
    with pytest.raises(IntegrityError, match=r"cordiale\.db"):
        migrate(open_store(str(file)))


def test_a_fault_in_the_file_is_found(store: Store) -> None:
    keep(store, sdo("campaign", "a"), sdo("campaign", "b"))
    with store.write() as tx:
        tx.run("DELETE FROM bodies WHERE vid = 1")
        tx.run("UPDATE counters SET n = 7")
    assert check(store) == ["versions without a body: 1", "counters that do not add up: 5"]


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:////nowhere/at/all/x.db", "/nowhere/at/all/x.db"])
def test_an_address_that_cannot_be_used_is_explained(url: str) -> None:
    with pytest.raises(ConfigurationError):
        open_store(url)


def test_the_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match=r"cordiale\[postgresql\]"):
        open_store("postgresql://somewhere/db")


def test_an_absent_server_is_explained_without_the_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    store = open_store(f"postgresql://me:hush@/db?host={tmp_path}")
    with pytest.raises(Unavailable) as failure, store.read():
        pass
    store.close()
    assert "hush" not in str(failure.value)
    assert str(failure.value) != text("fr", failure.value.message_id, **failure.value.params)


def test_an_error_that_is_nobodys_stays_what_it_is() -> None:
    assert failures.explained(ValueError("x"), "here") is None
    assert failures.explained(sqlite3.ProgrammingError("x"), "here") is None


def test_a_copy_that_cannot_be_written_leaves_nothing(store: Store, tmp_path: Path) -> None:
    keep(store, sdo("campaign", "a"))
    folder = backup(store, tmp_path / "copy", START)
    assert sorted(file.name for file in folder.iterdir()) == ["cordiale.db", "manifest.json"]


def test_reading_costs_no_more_when_most_is_hidden(store: Store) -> None:
    """A listing's plan starts from the marking, never from all there is."""
    keep(store, sdo("campaign", "a"))
    with store.read() as tx:
        plan = tx.rows(
            "EXPLAIN QUERY PLAN SELECT x.vid FROM versions x WHERE x.current = 1 AND x.effective_mid = 1 AND x.type_no = 1"
            " AND (x.at, x.vid) < (?, ?) ORDER BY x.at DESC, x.vid DESC LIMIT 5",
            1,
            1,
        )
    assert any("ix_versions_listing" in row[3] for row in plan)
    assert not any("TEMP B-TREE" in row[3] for row in plan)
