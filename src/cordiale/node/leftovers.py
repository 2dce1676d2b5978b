"""Look for what was recalled or purged anywhere in a node's folder: tables, index, write-ahead log, files, logs.

The ledger keeps of a purged version its id and a salted hash. Whatever stands in a file as an object of that id is read
and hashed again: if it is what was purged, it is found, in whatever file and however packed. Who still holds the object
elsewhere may show it (`like`): then its distinctive words are looked for as well.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.stix.canonical import content_hash
from cordiale.store import needles, versions
from cordiale.store import words as rules

if TYPE_CHECKING:
    from cordiale.node.node import Node
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Tombstone

SHORTEST: Final = 12
"""Characters of a text that is looked for: what is shorter stands in other objects too."""

BODY: Final = 1 << 20
"""Bytes in front of an id in which the beginning of its object is looked for."""

STARTS: Final = 64
"""Opening braces tried for one object: objects nest less deep before their id."""

_OWN_ID = re.compile(rb'"id"\s*:\s*"([a-z0-9-]+--[0-9a-f]{8}-[0-9a-f-]{27})"')
_DULL = re.compile(r"[a-z0-9-]+--[0-9a-f-]{36}|\d{4}-\d\d-\d\dT[\d:.]+Z")


class Leftover(msgspec.Struct, frozen=True):
    """Something of what was purged: the object's id, what stands there, and in which file (and table)."""

    id: str
    what: str
    file: str
    table: str = ""


def leftovers(node: Node, like: Sequence[bytes] = ()) -> list[Leftover]:
    """Return what is left of purged versions in a node's folder, and of the objects that are shown.

    `like` are STIX objects as bytes; they count only if they are not held any more. Nothing is changed.
    """
    with node.desk.store.read() as tx:
        tombs: dict[str, list[Tombstone]] = {}
        for tomb in versions.tombstones(tx):
            tombs.setdefault(tomb.id, []).append(tomb)
        held = {stix_id for stix_id in tombs if versions.get(tx, stix_id, None)}
        words = _words(tx, like)
        tables = _tables(tx) if tx.dialect == "sqlite" else {}
    found: dict[tuple[str, str, str], Leftover] = {}
    for one in (*_bodies(node.desk.folder, tombs, held), *_texts(node, words, tables)):
        found.setdefault((one.id, one.file, one.what), one)
    return sorted(found.values(), key=lambda one: (one.file, one.id, one.what))


def _bodies(folder: Path, tombs: Mapping[str, list[Tombstone]], held: Collection[str]) -> Iterator[Leftover]:
    """Yield the purged objects that can still be read in a file, and pieces of those nothing else is held of."""
    if not tombs:
        return
    for path in needles.files(folder):
        with contextlib.suppress(FileNotFoundError):
            content = path.read_bytes()
            name = str(path.relative_to(folder))
            for inside, data in (("", content), *needles.inflated(content)):
                for match in _OWN_ID.finditer(data):
                    stix_id = match.group(1).decode()
                    if stix_id not in tombs:
                        continue
                    value = _object_at(data, match.start(), stix_id)
                    if value is None and stix_id not in held:
                        yield Leftover(stix_id, "piece" + inside, name)
                    elif value is not None and _is_purged(value, tombs[stix_id]):
                        yield Leftover(stix_id, "object" + inside, name)


def _object_at(data: bytes, at: int, stix_id: str) -> dict[str, Any] | None:
    """Read the object whose id stands at a place, None when it is not whole."""
    decoder = json.JSONDecoder()
    start = at
    for _attempt in range(STARTS):
        start = data.rfind(b"{", max(0, at - BODY), start)
        if start < 0:
            return None
        text = data[start : at + BODY].decode("utf-8", "surrogateescape")
        with contextlib.suppress(ValueError, RecursionError):
            value, _end = decoder.raw_decode(text)
            if isinstance(value, dict) and value.get("id") == stix_id:
                return value
    return None


def _is_purged(value: dict[str, Any], tombs: Iterable[Tombstone]) -> bool:
    try:
        content = content_hash(value)
    except (TypeError, ValueError, UnicodeError):
        return True  # it cannot be told apart any more: better looked at than passed over
    return any(tomb.salted_hash in (None, sha256(tomb.salt + content).digest()) for tomb in tombs)


def _words(tx: Transaction, like: Sequence[bytes]) -> dict[str, str]:
    """Return distinctive text → id of the objects shown, leaving out what something held says too."""
    found: dict[str, str] = {}
    for raw in like:
        value = orjson.loads(raw)
        listed = value.get("objects", [value]) if isinstance(value, dict) else []
        for one in listed:
            if isinstance(one, dict) and isinstance(one.get("id"), str) and not _is_held(tx, one):
                found |= {text: one["id"] for text in _leaves(one) if text not in found}
    return {text: stix_id for text, stix_id in found.items() if not _said_elsewhere(tx, text)}


def _is_held(tx: Transaction, value: dict[str, Any]) -> bool:
    content = content_hash(value)
    return any(row.hash == content for row in versions.get(tx, value["id"], None, history=True))


def _said_elsewhere(tx: Transaction, text: str) -> bool:
    escaped = json.dumps(text, ensure_ascii=False)[1:-1].encode()
    sql = "SELECT 1 FROM bodies WHERE instr(raw, ?) > 0 LIMIT 1"
    if tx.dialect != "sqlite":
        sql = "SELECT 1 FROM bodies WHERE position(?::bytea IN raw) > 0 LIMIT 1"
    return tx.row(sql, escaped) is not None


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value.strip()) >= SHORTEST and not _DULL.fullmatch(value.strip()):
            yield value.strip()
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in ("type", "spec_version", "id"):
                yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)


def _texts(node: Node, words: Mapping[str, str], tables: Mapping[str, tuple[str, ...]]) -> Iterator[Leftover]:
    """Yield where distinctive texts still stand: in a file, in a table, and as terms of the text index."""
    if not words:
        return
    for one in needles.search(node.desk.folder, words):
        table = ""
        if one.file == "cordiale.db":
            with node.desk.store.read() as tx:
                table = _table_of(tx, one.needle, tables)
        yield Leftover(words[one.needle], f"text ({one.form})", one.file, table)
    with node.desk.store.read() as tx:
        if tx.dialect == "sqlite":
            for text, stix_id in words.items():
                if _indexed(tx, text):
                    yield Leftover(stix_id, "terms", "cordiale.db", "text_index")


def _indexed(tx: Transaction, text: str) -> bool:
    """Tell whether the text index holds all terms of a text for a version that is not there any more."""
    terms = rules.terms([text], None).split()
    if len(terms) < 2:
        return False
    sql = """
        SELECT 1 FROM text_index f WHERE f.text_index MATCH ?
        AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.vid = f.rowid >> 1) LIMIT 1
    """
    return tx.row(sql, " AND ".join(f'"{term}"' for term in sorted(terms))) is not None


def _tables(tx: Transaction) -> dict[str, tuple[str, ...]]:
    """Return the columns of every ordinary table."""
    listed = tx.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
    return {name: tuple(row[1] for row in tx.rows(f'PRAGMA table_info("{name}")')) for (name,) in listed}


def _table_of(tx: Transaction, text: str, tables: Mapping[str, tuple[str, ...]]) -> str:
    """Return the first table in which a text stands; empty when it is in free space or in an index."""
    escaped = json.dumps(text, ensure_ascii=False)[1:-1].encode()
    for name, columns in tables.items():
        for column in columns:
            sql = f'SELECT 1 FROM "{name}" WHERE instr(CAST("{column}" AS BLOB), ?) > 0 LIMIT 1'
            if tx.row(sql, escaped) is not None or tx.row(sql, text.encode()) is not None:
                return name
    return ""
