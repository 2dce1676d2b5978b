"""What is kept aside with its bytes, and what of it may not be kept any more since its content was asked back."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from typing import Final

import msgspec
import orjson

from cordiale.platform.languages import _
from cordiale.stix.canonical import content_hash
from cordiale.stix.version import read
from cordiale.store import versions
from cordiale.store.connection import Transaction

TOMBSTONED: Final = "exchange.apply.tombstoned"
TOMBSTONED_TEXT: Final = _("{id} was recalled or purged here before; the copy {node} sent is not kept.")

CONFLICT: Final = "exchange.apply.conflict"
"""Why an entry is kept aside: there was another content of that very version here."""

_KEPT = """
    SELECT a.number, a.object_id, a.params, a.raw, p.node FROM exchange_set_aside a
    JOIN exchange_partner p ON p.number = a.pair WHERE a.raw IS NOT NULL AND a.object_id IN TEXTS(?)
"""
_EMPTY = "UPDATE exchange_set_aside SET code = ?, message_id = ?, params = ?, raw = NULL WHERE number = ?"


def refused(tx: Transaction, stix_id: str, sources: Collection[str], content: bytes | None) -> bool:
    """Tell whether a content (its hash) was recalled or purged here before under one of these names.

    None is a content that nobody can read: it is refused with anything of its object.
    """
    return any(
        (tomb.source is None or tomb.source in sources)
        and (content is None or tomb.salted_hash in (None, sha256(tomb.salt + content).digest()))
        for tomb in versions.tombstones(tx, stix_id)
    )


def let_go(tx: Transaction, ids: Collection[str]) -> int:
    """Let go of the bytes kept aside of these objects that their source has taken back; return how many rows.

    Why each was set aside gives way to why it is not kept.
    """
    gone = []
    for number, stix_id, params, raw, node in tx.rows(_KEPT, list(ids)):
        source = msgspec.json.decode(params, type=dict[str, str]).get("source", node)
        # by whose statement it is, or as what this partner forwarded of it
        if refused(tx, stix_id, {source, f"{node}/{source}"}, _content(raw)):
            told = msgspec.json.encode({"node": node, "id": stix_id}).decode()
            gone.append((TOMBSTONED, TOMBSTONED_TEXT, told, number))
    tx.many(_EMPTY, gone)
    return len(gone)


def freed(tx: Transaction, pair: int, generation: int) -> set[int]:
    """Return the entries kept aside as a second content of a version whose first is not here any more."""
    rows = tx.rows(
        "SELECT sequence, object_id, params, raw FROM exchange_set_aside"
        " WHERE pair = ? AND generation = ? AND code = ? AND raw IS NOT NULL",
        pair,
        generation,
        CONFLICT,
    )
    return {
        sequence
        for sequence, stix_id, params, raw in rows
        if not _first_is_here(tx, stix_id, msgspec.json.decode(params, type=dict[str, str])["source"], raw)
    }


def leave(tx: Transaction, pair: int, generation: int, sequences: Collection[int]) -> None:
    """Forget that these entries were kept aside as second contents: they were taken in."""
    tx.many(
        "DELETE FROM exchange_set_aside WHERE pair = ? AND generation = ? AND sequence = ? AND code = ?",
        [(pair, generation, sequence, CONFLICT) for sequence in sequences],
    )


def _first_is_here(tx: Transaction, stix_id: str, source: str, raw: bytes) -> bool:
    version, _problems = read(bytes(raw))
    row = tx.row(
        "SELECT 1 FROM versions v JOIN objects o ON o.oid = v.oid JOIN terms t ON t.no = v.source_no"
        " WHERE o.id = ? AND t.name = ? AND v.modified = ?",
        stix_id,
        source,
        version.modified,
    )
    return row is not None


def _content(raw: bytes) -> bytes | None:
    """Return the hash of bytes that were kept aside; None for what is no object: that is why some of it lies here."""
    try:
        value = orjson.loads(raw)
        return content_hash(value) if isinstance(value, dict) else None
    except (ValueError, TypeError):
        return None
