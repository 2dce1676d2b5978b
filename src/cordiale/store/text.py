"""Keep the text index: it may lag behind the versions, never lead.

A version has up to two rows: 2·vid holds the terms that every reader of the version may find it by, under its
effective marking; 2·vid + 1, where some text lies under a granular marking, all its terms under the full marking.
The marking id is itself a term of the row (`_m12`), and so is the type (`_t3`): the engine intersects before it
fetches. What a row was indexed under stands in `text_rows`; a search tests the version's marking of today as well.
"""

from __future__ import annotations

from cordiale.platform.errors import InputError
from cordiale.store import counting, words
from cordiale.store.connection import Transaction
from cordiale.store.waiting import Texts

_PIECES = 2
"""Segments of one size from which they are merged; FTS5's own choice, 4, leaves a dozen at a million objects."""

_PAGES = 100
"""Pages of the index that are merged at a time, some 10 ms."""

_Entry = tuple[int, int, int, str]
"""(row id, marking id, type number, terms)"""


def index_text(tx: Transaction, limit: int) -> int:
    """Bring up to `limit` versions into the text index and return how many were done, fewer when it is up to date."""
    _keep_rules(tx)
    cursor = _cursor(tx)
    found = tx.rows("SELECT vid FROM text_dirty WHERE vid <= ? ORDER BY vid LIMIT ?", cursor, limit)
    dirty = [row[0] for row in found]
    if dirty:
        _remove(tx, dirty)
        _add(tx, dirty)
        tx.run("DELETE FROM text_dirty WHERE vid IN INTS(?)", dirty)
    room = limit - len(dirty)
    if not room:
        return limit
    found = tx.rows("SELECT vid FROM versions WHERE vid > ? ORDER BY vid LIMIT ?", cursor, room)
    fresh = [row[0] for row in found]
    if fresh:
        _add(tx, fresh)
        _set_state(tx, "text.cursor", str(fresh[-1]))
        tx.used += fresh
        tx.run("DELETE FROM text_dirty WHERE vid IN INTS(?)", fresh)
    return len(dirty) + len(fresh)


def tidy(tx: Transaction) -> bool:
    """Merge a piece of what the index was written in, where pieces are many; tell whether there may be more to do.

    A question looks for every marking of its reader in each of them. PostgreSQL keeps its index in one piece.
    """
    if tx.dialect != "sqlite":
        return False
    if tx.row("SELECT v FROM text_index_config WHERE k = 'usermerge'") != (_PIECES,):
        tx.run("INSERT INTO text_index (text_index, rank) VALUES ('usermerge', ?)", _PIECES)
    before = tx.driver.total_changes
    tx.run("INSERT INTO text_index (text_index, rank) VALUES ('merge', ?)", _PAGES)
    return int(tx.driver.total_changes) - int(before) > 1  # the statement itself counts as one


def upto(tx: Transaction) -> int:
    """Return the version up to which everything has been brought into the text index."""
    return _cursor(tx)


def behind(tx: Transaction) -> int:
    """Return how many versions wait for the text index."""
    cursor = _cursor(tx)
    fresh = tx.row("SELECT COUNT(*) FROM versions WHERE vid > ?", cursor)[0]
    dirty = tx.row("SELECT COUNT(*) FROM text_dirty WHERE vid <= ?", cursor)[0]
    return int(fresh) + int(dirty)


def forget(tx: Transaction, vids: list[int]) -> None:
    """Remove versions from the index at once, while their bodies are still there to tell their terms."""
    _keep_rules(tx)
    _remove(tx, vids)
    tx.run("DELETE FROM text_dirty WHERE vid IN INTS(?)", vids)
    tx.used += vids


def _add(tx: Transaction, vids: list[int]) -> None:
    entries = _entries(tx, vids, only_current=True)
    strict = {mid for rid, mid, _type, _terms in entries if rid & 1}
    counting.mark_strict(tx, strict)
    tx.insert("text_rows", "rid, mid", [(rid, mid) for rid, mid, _type, _terms in entries])
    if tx.dialect == "sqlite":
        tx.insert("text_index", "rowid, words", [(entry[0], _row(entry)) for entry in entries])
    else:
        tx.many(
            "INSERT INTO text_index (rid, words) VALUES (?, array_to_tsvector(string_to_array(?, ' ')))",
            [(entry[0], _row(entry)) for entry in entries],
        )


def _remove(tx: Transaction, vids: list[int]) -> None:
    rids = [rid for vid in vids for rid in (2 * vid, 2 * vid + 1)]
    indexed = dict(tx.rows("SELECT rid, mid FROM text_rows WHERE rid IN INTS(?)", rids))
    if not indexed:
        return
    if tx.dialect == "sqlite":
        # a contentless index is told exactly what it was given
        entries = _entries(tx, sorted({rid >> 1 for rid in indexed}), only_current=False)
        tx.many(
            "INSERT INTO text_index (text_index, rowid, words) VALUES ('delete', ?, ?)",
            [
                (rid, _row((rid, indexed[rid], type_no, terms)))
                for rid, _mid, type_no, terms in entries
                if rid in indexed
            ],
        )
    else:
        tx.run("DELETE FROM text_index WHERE rid IN INTS(?)", list(indexed))
    tx.run("DELETE FROM text_rows WHERE rid IN INTS(?)", list(indexed))


def _entries(tx: Transaction, vids: list[int], only_current: bool) -> list[_Entry]:
    where = " AND v.current = 1" if only_current else ""
    found: list[_Entry] = []
    rows = tx.rows(
        "SELECT v.vid, v.type_no, v.effective_mid, v.full_mid FROM versions v WHERE v.vid IN INTS(?)" + where,
        vids,
    )
    texts = _texts(tx, [row[0] for row in rows])
    for vid, type_no, effective, full in rows:
        plain, whole = words.of_version(texts[vid])
        if plain:
            found.append((2 * vid, effective, type_no, plain))
        if whole:
            found.append((2 * vid + 1, full, type_no, whole))
    return found


def _texts(tx: Transaction, vids: list[int]) -> dict[int, Texts]:
    found: dict[int, Texts] = {}
    missing = []
    for vid in vids:
        texts = tx.waiting(vid)
        if texts is None:
            missing.append(vid)
        else:
            found[vid] = texts
    if missing:
        from cordiale.stix.version import read

        for vid, raw in tx.rows("SELECT vid, raw FROM bodies WHERE vid IN INTS(?)", missing):
            try:
                version, _problems = read(bytes(raw))
            except InputError:  # was readable when it came; limits may have been lowered since
                found[vid] = ((), (), None)
            else:
                found[vid] = (version.texts, version.granular, version.lang)
    return found


def _row(entry: _Entry) -> str:
    _rid, mid, type_no, terms = entry
    return f"{terms} _m{mid} _t{type_no}"


def _cursor(tx: Transaction) -> int:
    value = _state(tx, "text.cursor")
    return int(value) if value else 0


def _keep_rules(tx: Transaction) -> None:
    """Empty the index when other rules or another stemmer made it: its terms could not be taken out one by one."""
    made_by = _state(tx, "text.rules")
    rules = words.fingerprint()
    if made_by == rules:
        return
    if made_by is not None:
        empty(tx)
    _set_state(tx, "text.rules", rules)


def empty(tx: Transaction) -> None:
    """Take everything out of the index; it is made anew from the bodies."""
    if tx.dialect == "sqlite":
        tx.run("INSERT INTO text_index (text_index) VALUES ('delete-all')")
    else:
        tx.run("DELETE FROM text_index")
    for table in ("text_rows", "text_dirty"):
        tx.run(f"DELETE FROM {table}")
    _set_state(tx, "text.cursor", "0")


def _state(tx: Transaction, name: str) -> str | None:
    sql = "SELECT value FROM store_state WHERE name = ?"
    row = tx.lately.answer("store_state", name, lambda: tx.row(sql, name))
    return None if row is None else str(row[0])


def _set_state(tx: Transaction, name: str, value: str) -> None:
    tx.run(
        "INSERT INTO store_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value,
    )
