"""The store's own columns of versions in a stream, read in one statement a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from hashlib import sha256

from cordiale.store.connection import Transaction

#: Version, effective and full marking, whether it is current, its bytes, the numbers of its type and source, and its content hash.
Served = tuple[int, int, int, int, bytes, int, int, bytes]

# The store's own columns, read in one statement a page: markings as they are now, and the bytes.
_SERVED = """
    SELECT v.vid, v.effective_mid, v.full_mid, v.current, b.raw, v.type_no, v.source_no, v.hash
    FROM versions v JOIN bodies b ON b.vid = v.vid WHERE v.vid IN INTS(?)
"""

_CURRENT = """
    SELECT v.vid, c.effective_mid, c.full_mid
    FROM versions v
    JOIN statements s ON s.oid = v.oid AND s.source_no = v.source_no
    JOIN versions c ON c.vid = s.vid
    WHERE v.vid IN INTS(?)
"""

_DATED = "SELECT v.vid, o.id, v.modified, v.created FROM versions v JOIN objects o ON o.oid = v.oid WHERE v.vid IN INTS(?)"

_OF_OIDS = "SELECT oid, vid, modified, created, current FROM versions WHERE oid IN INTS(?) ORDER BY vid"

_UNDER = """
    SELECT vid FROM versions WHERE vid > ? AND (effective_mid = ? OR full_mid = ?) ORDER BY vid LIMIT ?
"""

# What of these versions' references was purged here, and every current statement about what they name.
_NAMED = """
    SELECT DISTINCT r.vid, r.target, 0 FROM refs r JOIN tombstones t ON t.oid = r.target WHERE r.vid IN INTS(?)
    UNION ALL
    SELECT r.vid, r.target, v.full_mid FROM refs r JOIN versions v ON v.oid = r.target AND v.current > 0
    WHERE r.vid IN INTS(?)
"""

_SAME = """
    SELECT other.vid FROM versions v JOIN versions other ON other.oid = v.oid AND other.hash = v.hash
    WHERE v.vid IN INTS(?)
"""

_SAME_BURIED = """
    SELECT v.vid, v.hash, t.salt, t.salted_hash FROM tombstones t JOIN versions v ON v.oid = t.oid
    WHERE t.vid IN INTS(?) AND t.salted_hash IS NOT NULL
"""

_OVERLAYS = """
    SELECT v.vid, s.overlay_mid FROM versions v JOIN statements s ON s.oid = v.oid AND s.source_no = v.source_no
    WHERE v.vid IN INTS(?) AND s.overlay_mid IS NOT NULL
"""

_EXCEPTED = "SELECT 1 FROM release_exception WHERE kind = 'hold' AND lifted_by IS NULL LIMIT 1"

_HELD_BACK = """
    SELECT v.vid, e."to" FROM versions v JOIN objects o ON o.oid = v.oid
    JOIN release_exception e ON e.object_id = o.id
    WHERE v.vid IN INTS(?) AND e.kind = 'hold' AND e.lifted_by IS NULL AND (e.until IS NULL OR e.until > ?)
"""

_REFERRERS = "SELECT DISTINCT vid FROM refs WHERE target IN INTS(?)"

_STATED_BY = """
    SELECT v.vid FROM versions v JOIN terms t ON t.no = v.source_no WHERE v.vid IN INTS(?) AND t.name = ?
"""

_OTHERS_REFERRERS = """
    SELECT DISTINCT r.vid FROM versions v JOIN refs r ON r.target = v.oid JOIN versions w ON w.vid = r.vid
    JOIN terms t ON t.no = w.source_no WHERE v.vid IN INTS(?) AND t.name <> ?
"""


def served(tx: Transaction, vids: Sequence[int]) -> list[Served]:
    """Return the columns of `Served` of versions whose body is held."""
    return tx.rows(_SERVED, list(vids)) if vids else []


def current_markings(tx: Transaction, vids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (vid, effective, full marking of the current version of the same statement)."""
    return tx.rows(_CURRENT, list(vids)) if vids else []


def named(tx: Transaction, vids: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (vid, object number it names, full marking of a current statement about that).

    The marking is 0, which is no marking, for an object of which something was purged here.
    """
    return tx.rows(_NAMED, list(vids), list(vids)) if vids else []


def overlays(tx: Transaction, vids: Sequence[int]) -> dict[int, int]:
    """Return the marking id that a person here made these versions stricter by, of those where one did."""
    return dict(tx.rows(_OVERLAYS, list(vids))) if vids else {}


def held_back(tx: Transaction, vids: Sequence[int], called: frozenset[str], now: int) -> set[int]:
    """Return which of these versions a hold keeps now from whoever is called one of these names."""
    if not vids or tx.lately.answer("release_exception", "any", lambda: tx.row(_EXCEPTED)) is None:
        return set()
    return {vid for vid, to in tx.rows(_HELD_BACK, list(vids), now) if to in called}


def timed_hold(tx: Transaction, now: int) -> bool:
    """Tell whether a hold has ended and nobody has looked since."""
    sql = "SELECT min(until) FROM release_exception WHERE kind = 'hold' AND lifted_by IS NULL"
    ends = tx.lately.answer("release_exception", "ends", lambda: tx.row(sql)[0])
    return ends is not None and ends <= now


def dated(tx: Transaction, vids: Sequence[int]) -> dict[int, tuple[str, int | None, int | None]]:
    """Return (id, modified, created) by version."""
    rows = tx.rows(_DATED, list(vids)) if vids else []
    return {vid: (stix_id, modified, created) for vid, stix_id, modified, created in rows}


def versions_of(tx: Transaction, oids: Sequence[int]) -> list[tuple[int, int, int | None, int | None, int]]:
    """Return (oid, vid, modified, created, current) of all versions of these objects, oldest stored first."""
    return tx.rows(_OF_OIDS, list(oids)) if oids else []


def with_several(tx: Transaction, oids: Sequence[int]) -> frozenset[int]:
    """Return which of these objects have more than one stored version."""
    sql = "SELECT oid FROM versions WHERE oid IN INTS(?) GROUP BY oid HAVING COUNT(*) > 1"
    return frozenset(row[0] for row in tx.rows(sql, list(oids)))


def under_marking(tx: Transaction, mid: int, after_vid: int, limit: int) -> list[int]:
    """Return versions whose effective or full marking is `mid`, in order, after a version."""
    return [row[0] for row in tx.rows(_UNDER, after_vid, mid, mid, limit)]


def referring(tx: Transaction, oids: Sequence[int]) -> list[int]:
    """Return the versions that refer to these objects."""
    return [row[0] for row in tx.rows(_REFERRERS, list(oids))] if oids else []


def stated_by(tx: Transaction, vids: Collection[int], source: str) -> set[int]:
    """Return which of these versions a source stated."""
    return {row[0] for row in tx.rows(_STATED_BY, list(vids), source)} if vids else set()


def others_referring(tx: Transaction, vids: Collection[int], source: str) -> list[int]:
    """Return the versions that refer to the objects of these versions and were stated by somebody else than a source."""
    return [row[0] for row in tx.rows(_OTHERS_REFERRERS, list(vids), source)] if vids else []


def same_content(tx: Transaction, vids: Sequence[int]) -> list[int]:
    """Return the versions held with the id and content of one of these, purged or not, under whatever statement."""
    if not vids:
        return []
    found = {row[0] for row in tx.rows(_SAME, list(vids))}
    for vid, content, salt, salted in tx.rows(_SAME_BURIED, list(vids)):
        if sha256(bytes(salt) + bytes(content)).digest() == bytes(salted):
            found.add(vid)
    return sorted(found)


def content_hashes(tx: Transaction, vids: Sequence[int]) -> dict[int, bytes]:
    """Return the content hash by version, of versions that are held."""
    sql = "SELECT v.vid, v.hash FROM versions v JOIN bodies b ON b.vid = v.vid WHERE v.vid IN INTS(?)"
    return dict(tx.rows(sql, list(vids))) if vids else {}


def own_hashes(tx: Transaction, node: str, oids: Sequence[int]) -> dict[int, frozenset[bytes]]:
    """Return, for those of these objects that this node itself stated, the content hashes it stated."""
    found: dict[int, set[bytes]] = {}
    sql = """
        SELECT v.oid, v.hash FROM versions v JOIN terms t ON t.no = v.source_no
        WHERE v.oid IN INTS(?) AND t.name = ?
    """
    for oid, content in tx.rows(sql, list(oids), node):
        found.setdefault(oid, set()).add(bytes(content))
    return {oid: frozenset(hashes) for oid, hashes in found.items()}


def buried(tx: Transaction, oids: Sequence[int]) -> set[int]:
    """Return which of these objects were purged here."""
    if not oids:
        return set()
    return {row[0] for row in tx.rows("SELECT DISTINCT oid FROM tombstones WHERE oid IN INTS(?)", list(oids))}


def current_versions(
    tx: Transaction, apart_from: str, under: frozenset[int] | None = None
) -> list[tuple[int, int, int]]:
    """Return (vid, effective, full marking) of every current version that is no tear-line of ours and not stated by one.

    `under` are the effective markings that are looked at, None for all.
    """
    sql = """
        SELECT v.vid, v.effective_mid, v.full_mid FROM versions v
        WHERE v.current = 1 AND v.source_no NOT IN (SELECT no FROM terms WHERE name = ?) AND NOT EXISTS (SELECT 1 FROM exchange_tear_line t WHERE t.vid = v.vid)
    """
    if under is not None:
        return tx.rows(sql + " AND v.effective_mid IN INTS(?) ORDER BY v.vid", apart_from, sorted(under))
    return tx.rows(sql + " ORDER BY v.vid", apart_from)
