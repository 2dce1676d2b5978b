"""A string is found in whatever form a folder keeps it."""

import base64
import gzip
import json
import zlib
from pathlib import Path
from uuid import UUID

import pytest

from cordiale.store.needles import search

NEEDLE = "OSPREY-4417"
ID = "indicator--6f0b8a52-5a0e-4a39-9f0a-3d8f6f1d1c55"


@pytest.mark.parametrize(
    "content",
    [
        b"..." + NEEDLE.encode() + b"...",
        b"... osprey-4417",
        NEEDLE.encode("utf-16-le"),
        b"\0" + NEEDLE.encode("utf-16-be"),
        NEEDLE.encode().hex().encode(),
        NEEDLE.encode().hex().upper().encode(),
        base64.b64encode(b"x" + NEEDLE.encode() + b"yz"),
        base64.b64encode(b"xy" + NEEDLE.encode() + b"y"),
        base64.urlsafe_b64encode(b"xyz" + NEEDLE.encode()),
        b"junk" + zlib.compress(b"before " + NEEDLE.encode() + b" after") + b"junk",
        gzip.compress(NEEDLE.encode(), mtime=0),
    ],
    ids=lambda c: repr(c)[:24],
)
def test_a_string_is_found(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "node.log").write_bytes(content)
    assert [(f.needle, f.file) for f in search(tmp_path, [NEEDLE])] == [(NEEDLE, "logs/node.log")]


def test_json_escapes_are_seen_through(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(json.dumps("Héron de verre"))
    assert search(tmp_path, ["Héron de verre"])


@pytest.mark.parametrize("content", [ID.encode(), UUID(ID[11:]).bytes, UUID(ID[11:]).hex.encode()])
def test_an_id_is_found_as_text_digits_and_bytes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cordiale.db-wal").write_bytes(b"\0" * 4096 + content)
    assert search(tmp_path, [ID])


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"OSPREY 4417")
    assert search(tmp_path, [NEEDLE, ID]) == []
