"""Narrow, purge and bury: what takes away from what is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
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


def remark_all(
    tx: Transaction, stated: Iterable[tuple[int, str]], overlay: Marking, *, instead: bool = False
) -> list[int]:
    """Join one stricter local marking to statements given as (object number, source); return the vids that changed.

    With `instead` it takes the place of what was said before, as in `remark`.
    """
    mid = markings.intern(tx, overlay)
    wanted = {(oid, names.number(tx, names.SOURCE, source)) for oid, source in stated}
    oids = sorted({oid for oid, _source in wanted})
    changed = []
    for oid, source_no, before in tx.rows(
        "SELECT oid, source_no, overlay_mid FROM statements WHERE oid IN INTS(?)", oids
    ):
        if (oid, source_no) in wanted:
            joined = mid if before is None or instead else markings.join(tx, before, mid)
            changed.append((joined, oid, source_no))
    tx.many("UPDATE statements SET overlay_mid = ? WHERE oid = ? AND source_no = ?", changed)
    rows = tx.rows("SELECT vid, oid, source_no FROM versions WHERE oid IN INTS(?)", oids)
    return settle(tx, {}, seeds=[vid for vid, oid, source_no in rows if (oid, source_no) in wanted])


def purge(tx: Transaction, vid: int, reason: str, when: int, salt: bytes) -> bool:
    """Remove one version for good and refuse it from now on; False when it is not held.

    Of its content nothing is left in any table; `backup.scrub` clears what the file's free space still holds.
    """
    return bool(purge_all(tx, [vid], reason, when, lambda _vid: salt))


def purge_all(
    tx: Transaction,
    vids: Iterable[int],
    reason: str,
    when: int,
    salt: Callable[[int], bytes],
    under: Callable[[str], str] | None = None,
) -> list[int]:
    """Remove versions for good and refuse them from now on; return those that were held.

    `salt(vid)` gives 16 bytes for each. `under` gives the name of the source from which each is refused, where that is
    not the one that stated it. Statements step back to the version before, and what refers to them follows, once for all.
    """
    rows = _rows(tx, vids)
    tombs = []
    for vid, oid, source_no, _type_no, content, _current, _effective in rows:
        own = salt(vid)
        if under is not None:
            source_no = names.number(tx, names.SOURCE, under(names.name(tx, source_no)))
        tombs.append((oid, source_no, vid, own, sha256(own + bytes(content)).digest()))
    _entomb(tx, tombs, reason, when)
    return _remove(tx, rows)


def take_out(tx: Transaction, vid: int) -> bool:
    """Remove one version without refusing it from now on; False when it is not held.

    For what is set aside with its bytes elsewhere: when it comes again it is taken in as any other.
    """
    return bool(_remove(tx, _rows(tx, [vid])))


def remember(tx: Transaction, stix_id: str, reason: str, when: int, salt: bytes) -> None:
    """Write on the ledger that something of an object was here, without refusing anything.

    For what is taken out: what refers to it names something that was here, and not something nobody here knows of.
    """
    oids, _fresh = names.intern_oids(tx, {stix_id})
    nothing = sha256(salt).digest()  # a salted hash that no content has
    _entomb(tx, [(oids[stix_id], None, None, salt, nothing)], reason, when)


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


_Row = tuple[int, int, int, int, bytes, int, int]


def _rows(tx: Transaction, vids: Iterable[int]) -> list[_Row]:
    return tx.rows(
        "SELECT vid, oid, source_no, type_no, hash, current, effective_mid FROM versions WHERE vid IN INTS(?)"
        " ORDER BY vid",
        list(vids),
    )


def _remove(tx: Transaction, rows: Sequence[_Row]) -> list[int]:
    gone = [row[0] for row in rows]
    if not gone:
        return []
    tx.run(_OWE, _SCRUB)
    text.forget(tx, gone)
    for table in ("bodies", "refs", "observed", "versions"):
        tx.run(f"DELETE FROM {table} WHERE vid IN INTS(?)", gone)
    changes.record(tx, "purge", gone)
    counted: Counter[tuple[int, int]] = Counter()
    stepping = []
    for _vid, oid, source_no, type_no, _content, current, effective in rows:
        if current:
            counted[effective, type_no] -= int(current == LISTED)
            stepping.append((oid, source_no))
    counting.add(tx, counted)
    _step_up(tx, stepping)
    return gone


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
    purge_all(tx, vids, reason, when, lambda _vid: salt)
    if content_hash is None or source is None or not vids:
        salted = None if content_hash is None else sha256(salt + content_hash).digest()
        _entomb(tx, [(oid, source_no, None, salt, salted)], reason, when)
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
            row = (oids[tomb.id], source_no, None, tomb.salt, tomb.salted_hash)
            _entomb(tx, [row], tomb.reason, tomb.when)
    return purged


def bury_statements(
    tx: Transaction, stated: Iterable[tuple[int, str]], reason: str, when: int, salt: Callable[[int], bytes]
) -> list[int]:
    """Purge every version of statements given as (object number, source) and refuse those to come; return the vids."""
    wanted = {(oid, names.number(tx, names.SOURCE, source)) for oid, source in stated}
    oids = sorted({oid for oid, _source in wanted})
    vids = [
        vid
        for vid, oid, source_no in tx.rows(
            "SELECT vid, oid, source_no FROM versions WHERE oid IN INTS(?) ORDER BY vid", oids
        )
        if (oid, source_no) in wanted
    ]
    gone = purge_all(tx, vids, reason, when, salt)
    _entomb(tx, [(oid, source_no, None, salt(0), None) for oid, source_no in sorted(wanted)], reason, when)
    return gone


def _entomb(
    tx: Transaction,
    rows: Sequence[tuple[int, int | None, int | None, bytes, bytes | None]],
    reason: str,
    when: int,
) -> None:
    """Write lines of the ledger: (object number, source number, vid, salt, salted hash)."""
    first = tx.next("tombstones", "tid")
    tx.counted["tombstones"] = first + len(rows) - 1
    tx.many(
        "INSERT INTO tombstones (tid, oid, source_no, vid, salt, salted_hash, reason, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(tid, *row, reason, when) for tid, row in enumerate(rows, first)],
    )


def _step_up(tx: Transaction, stated: Sequence[tuple[int, int]]) -> None:
    """Let the version before the purged one be current again, statement by statement, and referrers follow."""
    if not stated:
        return
    oids = sorted({oid for oid, _source in stated})
    newest: dict[tuple[int, int], tuple[int, int, int, bool]] = {}
    derived = ORIGINS.index("derived")
    for oid, source_no, vid, type_no, effective, flags in tx.rows(
        "SELECT oid, source_no, vid, type_no, effective_mid, flags FROM versions WHERE oid IN INTS(?)"
        " ORDER BY COALESCE(modified, received), received, vid",
        oids,
    ):
        newest[oid, source_no] = vid, type_no, effective, flags >> ORIGIN_SHIFT != derived
    revived = {statement: newest[statement] for statement in stated if statement in newest}
    ended = [statement for statement in stated if statement not in newest]
    tx.many("UPDATE statements SET vid = NULL, effective_mid = NULL WHERE oid = ? AND source_no = ?", ended)
    tx.many("DELETE FROM statements WHERE oid = ? AND source_no = ? AND overlay_mid IS NULL", ended)
    vids = [head[0] for head in revived.values()]
    tx.many(
        "UPDATE versions SET current = ? WHERE vid = ?",
        [(LISTED if listed else FORM, vid) for vid, _type_no, _effective, listed in revived.values()],
    )
    tx.many(
        "UPDATE statements SET vid = ?, effective_mid = ? WHERE oid = ? AND source_no = ?",
        [(head[0], head[2], *statement) for statement, head in revived.items()],
    )
    tx.many("INSERT INTO text_dirty (vid) VALUES (?) ON CONFLICT DO NOTHING", [(vid,) for vid in vids])
    counted: Counter[tuple[int, int]] = Counter()
    for _vid, type_no, effective, listed in revived.values():
        counted[effective, type_no] += int(listed)
    counting.add(tx, counted)
    if vids:
        changes.record(tx, "revive", vids)
    # a revived version itself may stand in a cycle that went through the purged one
    settle(tx, {}, seeds=vids, moved=oids)
