"""Narrow, purge and bury: what takes away from what is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.store import changes, counting, markings, names, text
from cordiale.store.connection import Transaction
from cordiale.store.put import ORIGIN_SHIFT, ORIGINS
from cordiale.store.settle import settle
from cordiale.store.types import FORM, LISTED, Marking, Tombstone

_SCRUB = "purge.scrub"
_OWE = "INSERT INTO store_state (name, value) VALUES (?, 'owed') ON CONFLICT (name) DO NOTHING"

NOT_STATED = _("{source} has said nothing about {id} here.")


def remark(
    tx: Transaction, stix_id: str, source: str, overlay: Marking, *, instead: bool = False
) -> list[int]:
    """Join a stricter local marking to a statement and return the vids whose marking changed.

    It governs every version of the statement, those to come as well, and can only grow, unless it takes the place of
    what was said before (`instead`). Raises NotFound.
    """
    oid = names.known_oids(tx, (stix_id,)).get(stix_id)
    source_no = names.known_number(tx, names.SOURCE, source)
    row = tx.row("SELECT overlay_mid FROM statements WHERE oid = ? AND source_no = ?", oid, source_no)
    if row is None or oid is None or source_no is None:
        raise NotFound("store.statement", NOT_STATED, source=source, id=stix_id)
    mid = markings.intern(tx, overlay)
    if row[0] is not None and not instead:
        mid = markings.join(tx, row[0], mid)
    tx.run("UPDATE statements SET overlay_mid = ? WHERE oid = ? AND source_no = ?", mid, oid, source_no)
    seeds = [
        row[0] for row in tx.rows("SELECT vid FROM versions WHERE oid = ? AND source_no = ?", oid, source_no)
    ]
    return settle(tx, {}, seeds=seeds)


def purge(tx: Transaction, vid: int, reason: str, when: int, salt: bytes) -> bool:
    """Remove one version for good and refuse it from now on; False when it is not held.

    Of its content nothing is left in any table; `backup.scrub` clears what the file's free space still holds.
    """
    row = _head(tx, vid)
    if row is None:
        return False
    oid, source_no, _type, content, _current, _effective = row
    _entomb(tx, oid, source_no, vid, salt, sha256(salt + bytes(content)).digest(), reason, when)
    _remove(tx, vid, row)
    return True


def take_out(tx: Transaction, vid: int) -> bool:
    """Remove one version without refusing it from now on; False when it is not held.

    For what is set aside with its bytes elsewhere: when it comes again it is taken in as any other.
    """
    row = _head(tx, vid)
    if row is None:
        return False
    _remove(tx, vid, row)
    return True


def mend(tx: Transaction, vid: int, raw: bytes) -> None:
    """Put back the bytes of a version whose stored ones were lost or damaged; the caller verified them."""
    tx.run(
        "INSERT INTO bodies (vid, raw) VALUES (?, ?) ON CONFLICT (vid) DO UPDATE SET raw = excluded.raw",
        vid,
        raw,
    )
    tx.run("INSERT INTO text_dirty (vid) VALUES (?) ON CONFLICT DO NOTHING", vid)


def owed(tx: Transaction) -> bool:
    """Tell whether bytes of what was purged may still stand in index segments, free pages or the write-ahead log."""
    return tx.row("SELECT 1 FROM store_state WHERE name = ?", _SCRUB) is not None


def settled(tx: Transaction) -> None:
    """Record that these were rewritten; called by `backup.scrub`."""
    tx.run("DELETE FROM store_state WHERE name = ?", _SCRUB)


def _head(tx: Transaction, vid: int) -> tuple[int, int, int, bytes, int, int] | None:
    found: tuple[int, int, int, bytes, int, int] | None = tx.row(
        "SELECT oid, source_no, type_no, hash, current, effective_mid FROM versions WHERE vid = ?", vid
    )
    return found


def _remove(tx: Transaction, vid: int, row: tuple[int, int, int, bytes, int, int]) -> None:
    oid, source_no, type_no, _content, current, effective = row
    tx.run(_OWE, _SCRUB)
    text.forget(tx, vid)
    for table in ("bodies", "refs", "observed", "versions"):
        tx.run(f"DELETE FROM {table} WHERE vid = ?", vid)
    changes.record(tx, "purge", [vid])
    if current:
        counting.add(tx, Counter({(effective, type_no): -int(current == LISTED)}))
        _step_up(tx, oid, source_no, effective)


def bury(
    tx: Transaction,
    stix_id: str,
    source: str | None,
    content_hash: bytes | None,
    reason: str,
    when: int,
    salt: bytes,
) -> list[int]:
    """Purge what matches and refuse it from now on; return the vids purged.

    `source` None means whoever said it; `content_hash` None means all versions, else that one content only.
    """
    oids, _fresh = names.intern_oids(tx, {stix_id})
    oid = oids[stix_id]
    source_no = None if source is None else names.number(tx, names.SOURCE, source)
    found = tx.rows("SELECT vid, hash, source_no FROM versions WHERE oid = ? ORDER BY vid", oid)
    vids = [
        vid
        for vid, content, stating in found
        if (source_no is None or stating == source_no)
        and (content_hash is None or bytes(content) == content_hash)
    ]
    for vid in vids:
        purge(tx, vid, reason, when, salt)
    if content_hash is None or source is None or not vids:
        salted = None if content_hash is None else sha256(salt + content_hash).digest()
        _entomb(tx, oid, source_no, None, salt, salted, reason, when)
    return vids


def tombstones(tx: Transaction, stix_id: str | None = None) -> list[Tombstone]:
    """Return the ledger of purged versions, of one id or whole, oldest first."""
    sql = (
        "SELECT o.id, t.source_no, t.vid, t.salt, t.salted_hash, t.reason, t.at"
        " FROM tombstones t JOIN objects o ON o.oid = t.oid"
    )
    if stix_id is None:
        found = tx.rows(sql + " ORDER BY t.tid")
    else:
        oid = names.known_oids(tx, (stix_id,)).get(stix_id, 0)
        found = tx.rows(sql + " WHERE t.oid = ? ORDER BY t.tid", oid)
    return [
        Tombstone(
            id=held,
            source=None if source_no is None else names.name(tx, source_no),
            vid=vid,
            salt=bytes(salt),
            salted_hash=None if salted is None else bytes(salted),
            reason=reason,
            when=at,
        )
        for held, source_no, vid, salt, salted, reason, at in found
    ]


def matching(tx: Transaction, tomb: Tombstone) -> list[int]:
    """Return the versions held although a line of a ledger says that they were purged."""
    oid = names.known_oids(tx, (tomb.id,)).get(tomb.id, 0)
    source_no = None if tomb.source is None else names.known_number(tx, names.SOURCE, tomb.source)
    if tomb.source is not None and source_no is None:
        return []
    return [
        vid
        for vid, content, stating in tx.rows("SELECT vid, hash, source_no FROM versions WHERE oid = ?", oid)
        if source_no in (None, stating)
        and tomb.salted_hash in (None, sha256(tomb.salt + bytes(content)).digest())
    ]


def replay(tx: Transaction, ledger: Iterable[Tombstone]) -> list[int]:
    """Purge again what a ledger says was purged, and refuse it from now on; return the vids purged.

    Repeating it is harmless.
    """
    purged: list[int] = []
    for tomb in ledger:
        for vid in matching(tx, tomb):
            purge(tx, vid, tomb.reason, tomb.when, tomb.salt)
            purged.append(vid)
        known = {(one.source, one.salted_hash) for one in tombstones(tx, tomb.id)}
        if (tomb.source, tomb.salted_hash) not in known:
            oids, _fresh = names.intern_oids(tx, {tomb.id})
            source_no = None if tomb.source is None else names.number(tx, names.SOURCE, tomb.source)
            _entomb(tx, oids[tomb.id], source_no, None, tomb.salt, tomb.salted_hash, tomb.reason, tomb.when)
    return purged


def _entomb(
    tx: Transaction,
    oid: int,
    source_no: int | None,
    vid: int | None,
    salt: bytes,
    salted: bytes | None,
    reason: str,
    when: int,
) -> None:
    tx.run(
        "INSERT INTO tombstones (tid, oid, source_no, vid, salt, salted_hash, reason, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        tx.next("tombstones", "tid"),
        oid,
        source_no,
        vid,
        salt,
        salted,
        reason,
        when,
    )


def _step_up(tx: Transaction, oid: int, source_no: int, was: int) -> None:
    """Let the version before the purged one be current again, and its referrers follow."""
    row = tx.row(
        "SELECT vid, type_no, effective_mid, flags FROM versions WHERE oid = ? AND source_no = ?"
        " ORDER BY COALESCE(modified, received) DESC, received DESC, vid DESC LIMIT 1",
        oid,
        source_no,
    )
    if row is None:
        tx.run(
            "UPDATE statements SET vid = NULL, effective_mid = NULL WHERE oid = ? AND source_no = ?",
            oid,
            source_no,
        )
        tx.run(
            "DELETE FROM statements WHERE oid = ? AND source_no = ? AND overlay_mid IS NULL", oid, source_no
        )
        settle(tx, {}, moved=[oid])
        return
    vid, type_no, effective, flags = row
    listed = flags >> ORIGIN_SHIFT != ORIGINS.index("derived")
    tx.run("UPDATE versions SET current = ? WHERE vid = ?", LISTED if listed else FORM, vid)
    tx.run(
        "UPDATE statements SET vid = ?, effective_mid = ? WHERE oid = ? AND source_no = ?",
        vid,
        effective,
        oid,
        source_no,
    )
    tx.run("INSERT INTO text_dirty (vid) VALUES (?) ON CONFLICT DO NOTHING", vid)
    counting.add(tx, Counter({(effective, type_no): int(listed)}))
    changes.record(tx, "revive", [vid])
    # the revived version itself may stand in a cycle that went through the purged one
    settle(tx, {}, seeds=[vid], moved=[oid])
