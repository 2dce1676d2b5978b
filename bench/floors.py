"""What the hardware and the C libraries allow: the same work with none of our code."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import orjson

from bench import measure


def insertion(objects: Sequence[bytes], batch: int = 5000) -> float:
    """Decode, encode sorted, hash and insert durably with two indexes: objects per CPU-second."""
    with tempfile.TemporaryDirectory() as folder:
        connection = _store(Path(folder))
        with measure.spent() as used:
            _fill(connection, objects, batch)
        connection.close()
    return len(objects) / used.cpu


def pages(objects: Sequence[bytes], limit: int, enough: int) -> float:
    """Read pages of bodies by key and join them into envelopes: objects per CPU-second."""
    with tempfile.TemporaryDirectory() as folder:
        connection = _store(Path(folder))
        _fill(connection, objects, 5000)
        got = start = 0
        with measure.spent() as used:
            while got < enough:
                rows = connection.execute(
                    "SELECT body FROM body WHERE vid > ? ORDER BY vid LIMIT ?", (start, limit)
                ).fetchall()
                b'{"more":true,"objects":[' + b",".join([row[0] for row in rows]) + b"]}"
                got += len(rows)
                start = start + limit if len(rows) == limit else 0
        connection.close()
    return got / used.cpu


def _store(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE version (vid INTEGER PRIMARY KEY, id TEXT, type TEXT, modified INTEGER, hash BLOB);"
        "CREATE UNIQUE INDEX version_id ON version (id, hash); CREATE INDEX version_type ON version (type, modified);"
        "CREATE TABLE body (vid INTEGER PRIMARY KEY, body BLOB);"
    )
    return connection


def _fill(connection: sqlite3.Connection, objects: Sequence[bytes], batch: int) -> None:
    vid = 0
    for at in range(0, len(objects), batch):
        rows, bodies = [], []
        for raw in objects[at : at + batch]:
            value = orjson.loads(raw)
            written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
            vid += 1
            rows.append((vid, value["id"], value["type"], vid, hashlib.sha256(written).digest()))
            bodies.append((vid, raw))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO version VALUES (?, ?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO body VALUES (?, ?)", bodies)
        connection.execute("COMMIT")
