"""Read versions as rows, with the reader's markings tested inside the query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cordiale.store import names
from cordiale.store.connection import Transaction
from cordiale.store.put import ORIGIN_SHIFT, ORIGINS, REVOKED
from cordiale.store.types import Row, Visible

COLUMNS: Final = (
    "v.vid, o.oid, o.id, v.type_no, v.source_no, v.hash, v.created, v.modified, v.flags, v.base_mid, v.full_mid,"
    " v.effective_mid, v.received, v.current"
)
FROM: Final = "versions v JOIN objects o ON o.oid = v.oid"
BODIES: Final = "LEFT JOIN bodies b ON b.vid = v.vid"


def by_vid(tx: Transaction, vids: Iterable[int], visible: Visible) -> dict[int, Row]:
    """Return rows with bodies by version id, leaving out what is not held or not visible."""
    return {row.vid: row for row in fetch(tx, list(vids), visible)}


def fetch(tx: Transaction, vids: list[int], visible: Visible, raw: bool = True) -> list[Row]:
    """Return the rows of these versions that the reader may see, in the order of `vids`."""
    if not vids:
        return []
    held = None
    if visible is None and raw:  # all of it is open: the bodies come along
        read = tx.rows(f"SELECT {COLUMNS}, b.raw FROM {FROM} {BODIES} WHERE v.vid IN INTS(?)", vids)
        held = {row[0]: row[-1] for row in read if row[-1] is not None}
        found = [row[:-1] for row in read]
    elif visible is None:
        found = tx.rows(f"SELECT {COLUMNS} FROM {FROM} WHERE v.vid IN INTS(?)", vids)
    else:
        found = tx.rows(
            f"SELECT {COLUMNS} FROM {FROM} WHERE v.vid IN INTS(?) AND v.effective_mid IN INTS(?)",
            vids,
            list(visible),
        )
    place = {vid: n for n, vid in enumerate(vids)}
    found.sort(key=lambda row: place[row[0]])
    return made(tx, found, visible, raw, held)


def made(
    tx: Transaction,
    found: list[Any],
    visible: Visible,
    raw: bool = True,
    held: dict[int, bytes] | None = None,
) -> list[Row]:
    """Turn rows of `COLUMNS` into values, with the bodies the reader may see whole; `held` are those read already."""
    whole = [row[0] for row in found if visible is None or row[10] in visible]
    if held is None:
        held = bodies(tx, whole) if raw and whole else {}
    open_to = set(whole)
    rows = []
    for (
        vid,
        oid,
        stix_id,
        type_no,
        source_no,
        content,
        created,
        modified,
        flags,
        base,
        full,
        eff,
        received,
        cur,
    ) in found:
        rows.append(
            Row(
                vid=vid,
                oid=oid,
                id=stix_id,
                type=names.name(tx, type_no),
                source=names.name(tx, source_no),
                hash=bytes(content) if vid in open_to else b"",
                created=created,
                modified=modified,
                revoked=bool(flags & REVOKED),
                base_mid=base,
                full_mid=full,
                effective_mid=eff,
                received=received,
                origin=ORIGINS[flags >> ORIGIN_SHIFT],
                current=bool(cur),
                raw=held.get(vid),
            )
        )
    return rows


def bodies(tx: Transaction, vids: Iterable[int]) -> dict[int, bytes]:
    """Return raw bytes by version id, for callers that decided already."""
    listed = list(vids)
    if not listed:
        return {}
    return dict(tx.rows("SELECT vid, raw FROM bodies WHERE vid IN INTS(?)", listed))


def get(tx: Transaction, stix_id: str, visible: Visible, *, history: bool = False) -> list[Row]:
    """Return the current statements about an id, or with `history` all versions, newest first.

    A statement's older versions are shown only to readers who may see its current one: otherwise a raised marking
    would be undone by what was said before it.
    """
    oid = names.known_oids(tx, (stix_id,)).get(stix_id)
    if oid is None:
        return []
    whole = visible is None  # then the bodies come along
    sql = f"SELECT {COLUMNS}, b.raw FROM {FROM} {BODIES}" if whole else f"SELECT {COLUMNS} FROM {FROM}"
    sql += " WHERE v.oid = ?"
    params: list[Any] = [oid]
    if not history:
        sql += " AND v.current > 0"
    if visible is not None:
        sql += " AND v.effective_mid IN INTS(?)"
        params.append(list(visible))
        if history:
            sql += (
                " AND EXISTS (SELECT 1 FROM statements s WHERE s.oid = v.oid AND s.source_no = v.source_no"
                " AND s.effective_mid IN INTS(?))"
            )
            params.append(list(visible))
    sql += " ORDER BY v.at DESC, v.received DESC, v.vid DESC"
    found = tx.rows(sql, *params)
    if not whole:
        return made(tx, found, visible)
    held = {row[0]: row[-1] for row in found if row[-1] is not None}
    return made(tx, [row[:-1] for row in found], None, held=held)


def of_ids(
    tx: Transaction, ids: Iterable[str], visible: Visible, *, raw: bool = True
) -> dict[str, list[Row]]:
    """Return the current statements about many ids that the reader may see, by id, each newest first."""
    oids = list(names.known_oids(tx, ids).values())
    if not oids:
        return {}
    sql, params = f"SELECT {COLUMNS} FROM {FROM} WHERE v.oid IN INTS(?) AND v.current > 0", [oids]
    if visible is not None:
        sql += " AND v.effective_mid IN INTS(?)"
        params.append(list(visible))
    found: dict[str, list[Row]] = {}
    for row in made(
        tx, tx.rows(sql + " ORDER BY v.at DESC, v.received DESC, v.vid DESC", *params), visible, raw
    ):
        found.setdefault(row.id, []).append(row)
    return found


def standing(tx: Transaction, oids: Iterable[int]) -> dict[int, set[int]]:
    """Return the effective markings of what is currently stated about objects, by internal number; none for no statement.

    For whoever asks what is seen and what is hidden, and reads neither.
    """
    found: dict[int, set[int]] = {}
    sql = "SELECT oid, effective_mid FROM statements WHERE oid IN INTS(?) AND vid IS NOT NULL"
    for oid, mid in tx.rows(sql, list(oids)):
        found.setdefault(oid, set()).add(mid)
    return found
