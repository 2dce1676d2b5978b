"""What was recalled is looked for in every file of a node, and found wherever it is planted."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from cordiale.desk.outgoing.recall import recall
from cordiale.node.leftovers import Leftover, leftovers
from cordiale.store import words
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair

GONE = indicator(1, name="HALCYON relay at the ministry gate", description="seen on the KINGFISHER host")
KEPT = indicator(2)
RAW = orjson.dumps(GONE)


@pytest.fixture
def recalled(pair: Pair) -> Pair:
    pair.take(GONE, KEPT)
    pair.exchange()
    recall(pair.canada.desk, pair.officer, ids=[GONE["id"]])
    pair.exchange()
    return pair


def test_after_a_recall_nothing_is_found(recalled: Pair) -> None:
    assert leftovers(recalled.france) == []
    assert leftovers(recalled.france, [RAW]) == []

    assert leftovers(recalled.canada, [RAW]) == []  # the sender's own copy
    assert leftovers(recalled.france, [orjson.dumps(KEPT)]) == []


def in_a_file(name: str, pack: Callable[[bytes], bytes] = bytes) -> Callable[[Path], None]:
    def plant(folder: Path) -> None:
        place = folder / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"before " + pack(b'{"objects":[' + RAW + b"]}") + b" after")

    return plant


def in_a_table(folder: Path) -> None:
    with sqlite3.connect(folder / "cordiale.db") as database:
        database.execute("UPDATE exchange_link SET message_id = ?", (GONE["description"],))


def in_free_space(folder: Path) -> None:
    database = sqlite3.connect(folder / "cordiale.db", isolation_level=None)
    database.execute("PRAGMA secure_delete = OFF")
    database.execute("CREATE TABLE scratch (body BLOB)")
    database.execute("INSERT INTO scratch VALUES (?)", (RAW,))
    database.execute("DROP TABLE scratch")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def in_the_text_index(folder: Path) -> None:
    terms = " ".join(sorted(words.terms([GONE["description"]], None).split()))
    with sqlite3.connect(folder / "cordiale.db") as database:
        database.execute("INSERT INTO text_index (rowid, words) VALUES (?, ?)", (2_000_000, terms))


PLACES = {
    "log": in_a_file("logs/serve.log"),
    "evidence": in_a_file("files/ab/abcdef"),
    "cache": in_a_file("spool/job-1", gzip.compress),
    "write-ahead log": in_a_file("cordiale.db-wal-copy"),
}


def test_the_object_is_found_wherever_it_was_left(recalled: Pair) -> None:
    folder = recalled.france.desk.folder
    for place, plant in PLACES.items():
        before = {one.file for one in leftovers(recalled.france)}
        plant(folder)
        found = leftovers(recalled.france)
        assert {one.id for one in found} == {GONE["id"]}, place
        assert {one.file for one in found} > before, place
        assert all(one.what.startswith(("object", "piece")) for one in found), place


def test_a_body_in_the_database_is_found_in_a_table_and_in_free_space(recalled: Pair) -> None:
    folder = recalled.france.desk.folder
    in_free_space(folder)
    assert {one.file for one in leftovers(recalled.france)} & {"cordiale.db", "cordiale.db-wal"}
    in_a_table(folder)
    found = leftovers(recalled.france, [RAW])
    assert any(one.table == "exchange_link" or one.file == "cordiale.db-wal" for one in found)
    in_the_text_index(folder)
    assert Leftover(GONE["id"], "terms", "cordiale.db", "text_index") in leftovers(recalled.france, [RAW])


def test_a_newer_version_that_was_given_since_is_no_leftover_of_the_older(recalled: Pair) -> None:
    newer = {**GONE, "modified": "2026-04-01T08:00:00.000Z", "name": "another relay altogether"}
    recalled.take(newer)
    recalled.exchange()
    assert leftovers(recalled.france) == []
