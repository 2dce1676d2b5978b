"""Which tear-lines a partner was given of objects, and which of what we received are superseded."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from cordiale.store.connection import Transaction

_LINES = """
    SELECT t.vid, t.id, t.parent_oid, o.id FROM exchange_tear_line t JOIN objects o ON o.oid = t.parent_oid
    WHERE t."class" = ? AND t.parent_oid IN INTS(?) ORDER BY t.vid
"""

_ANY = 'SELECT 1 FROM exchange_tear_line WHERE "class" = ? LIMIT 1'

# A relationship as it stands, with the current statements of its own source about both its ends.
_LINKS = """
    SELECT b.raw, line.oid, v.source_no, whole.vid, source.id, target.id FROM versions v
    JOIN bodies b ON b.vid = v.vid JOIN terms t ON t.no = v.type_no AND t.name = 'relationship'
    JOIN refs one ON one.vid = v.vid JOIN refs two ON two.vid = v.vid
    JOIN objects source ON source.oid = one.target JOIN objects target ON target.oid = two.target
    JOIN statements line ON line.oid = one.target AND line.source_no = v.source_no AND line.vid IS NOT NULL
    LEFT JOIN statements whole ON whole.oid = two.target AND whole.source_no = v.source_no
    WHERE v.vid IN INTS(?) AND v.current = 1
"""


def any_of(tx: Transaction, class_: str) -> bool:
    """Tell whether a tear-line was ever made for a recipient class."""
    return tx.lately.answer("exchange_tear_line", class_, lambda: tx.row(_ANY, class_)) is not None


def lines_of(tx: Transaction, class_: str, oids: Sequence[int]) -> list[tuple[int, str, int, str]]:
    """Return (tear-line version, its id, its parent's number, its parent's id) for a recipient class."""
    return tx.rows(_LINES, class_, list(oids)) if oids and any_of(tx, class_) else []


def links_about(tx: Transaction, vids: Sequence[int], kind: str) -> dict[tuple[int, int], bool]:
    """Return whether what these relationships of a kind come from is superseded, by (object number, source number)."""
    found: dict[tuple[int, int], bool] = {}
    for raw, oid, source_no, whole, source, target in tx.rows(_LINKS, list(vids)):
        value = orjson.loads(raw)
        if value["relationship_type"] != kind or (value["source_ref"], value["target_ref"]) != (
            source,
            target,
        ):
            continue
        superseded = whole is not None and not value.get("revoked", False)
        found[oid, source_no] = found.get((oid, source_no), False) or superseded
    return found
