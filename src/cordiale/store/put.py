"""Store versions in batches: intern, compare with what is held, compute markings, insert."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal

from cordiale.platform.collector import held_back
from cordiale.platform.languages import _
from cordiale.stix.near import near_of
from cordiale.stix.sectors import KIND as SECTOR
from cordiale.store import changes, counting, markings, names
from cordiale.store.connection import Transaction
from cordiale.store.settle import Heads, Node, settle
from cordiale.store.types import FORM, LISTED, Origin, Outcome, Put

if TYPE_CHECKING:
    from cordiale.stix.version import Version

CONFLICT: Final = _("Its creator already sent other content with the same id and modified time.")
TOMBSTONED: Final = _("It was purged here and may not come back.")

ORIGINS: Final[tuple[Origin, ...]] = ("local", "received", "derived")
REVOKED: Final = 1
ORIGIN_SHIFT: Final = 1  # flags: bit 0 revoked, bits 1 and 2 origin

_BATCH: Final = 8192  # versions for which the working lists stay below some 20 MB
_LONGEST_VALUE: Final = 400  # characters; longer values are known by their digest
_INDEX: Final = re.compile(r"\.?\[\d+\]")

VERSION_COLUMNS: Final = (
    "vid, oid, source_no, type_no, hash, created, modified, at, creator, flags, current,"
    " base_mid, own_mid, effective_mid, full_mid, received"
)


class _Statement:
    """What one source has said about one object: contents, and which is current."""

    __slots__ = ("contents", "effective", "head", "modified", "overlay", "stored")

    def __init__(self) -> None:
        self.contents: dict[bytes, _Held] = {}
        self.modified: dict[int, _Held] = {}
        self.head: tuple[int, int, int] = (-(1 << 62), 0, 0)  # (modified or received, received, vid)
        self.stored: int | None = None  # vid of the head as the database has it
        self.effective: int | None = None
        self.overlay: int | None = None

    def add(self, held: _Held, modified: int | None, received: int) -> None:
        self.contents[held.hash] = held
        if modified is not None:
            self.modified[modified] = held
        self.head = max(self.head, (received if modified is None else modified, received, held.vid))


class _Held:
    """One version, stored already or about to be."""

    __slots__ = ("base", "hash", "new", "own", "vid")

    def __init__(self, vid: int, content: bytes, base: int, own: int, new: bool) -> None:
        self.vid = vid
        self.hash = content
        self.base = base
        self.own = own
        self.new = new


Fresh = tuple[_Held, int, "Version", _Statement, Origin]


def put(
    tx: Transaction,
    source: str,
    received: int,
    items: Sequence[Put],
    *,
    own: Collection[str] = (),
    markings: Literal["join", "replace"] = "join",
) -> list[Outcome]:
    """Store versions stated by `source` and recompute every effective marking they touch.

    `own`: identity ids of the source node itself; for objects they created, a second content for one (id, modified)
    is a conflict. `markings`: what a version already held does with another marking than it came with: take both (a
    repeated import never lowers) or the new one (what the sender signed).
    """
    source_no = names.number(tx, names.SOURCE, source)
    done: list[Outcome] = []
    with held_back():
        for start in range(0, len(items), _BATCH):
            done += _put(tx, source_no, received, items[start : start + _BATCH], own, markings == "replace")
    return done


def _put(
    tx: Transaction, source: int, received: int, items: Sequence[Put], own: Collection[str], replace: bool
) -> list[Outcome]:
    wanted: set[str] = set()
    for item in items:
        version = item.version
        wanted.add(version.id)
        if version.created_by is not None:
            wanted.add(version.created_by)
        for reference in version.refs:
            wanted.add(reference.target)
    oids, fresh_oids = names.intern_oids(tx, wanted)
    stated, tombs = _held(
        tx, source, {oid for item in items if (oid := oids[item.version.id]) not in fresh_oids}
    )

    outcomes: list[Outcome] = []
    fresh: list[Fresh] = []
    touched: dict[int, _Statement] = {}
    seeds: set[int] = set()
    vid = tx.next("versions", "vid")
    intern = markings.intern
    for item in items:
        version = item.version
        oid = oids[version.id]
        if oid in tombs and _buried(tombs[oid], source, version.hash):
            outcomes.append(Outcome("tombstoned", 0, oid, TOMBSTONED))
            continue
        base, whole = intern(tx, item.base), intern(tx, item.full)
        statement = stated.get(oid)
        if statement is None:
            statement = stated[oid] = _Statement()
        else:
            held = statement.contents.get(version.hash)
            if held is not None:
                remarked = _remark(tx, held, base, whole, replace)
                if remarked and not held.new:
                    seeds.add(held.vid)
                outcomes.append(Outcome("same", held.vid, oid, None, remarked))
                continue
            if version.modified is not None and (version.created_by in own or version.id in own):
                held = statement.modified.get(version.modified)
                if held is not None:
                    outcomes.append(Outcome("conflict", held.vid, oid, CONFLICT))
                    continue
        held = _Held(vid, version.hash, base, whole, True)
        statement.add(held, version.modified, received)
        touched[oid] = statement
        fresh.append((held, oid, version, statement, item.origin))
        outcomes.append(Outcome("new", vid, oid))
        vid += 1
    tx.counted["versions"] = vid - 1
    if fresh or seeds:
        _store(tx, source, received, fresh, touched, seeds, oids, fresh_oids)
    return outcomes


def _held(
    tx: Transaction, source: int, oids: set[int]
) -> tuple[dict[int, _Statement], dict[int, list[tuple[int | None, bytes, bytes | None]]]]:
    """Load what the source said about known objects, and what of them was purged."""
    stated: dict[int, _Statement] = {}
    tombs: dict[int, list[tuple[int | None, bytes, bytes | None]]] = {}
    if not oids:
        return stated, tombs
    listed = list(oids)
    for oid, vid, effective, overlay in tx.rows(
        "SELECT oid, vid, effective_mid, overlay_mid FROM statements WHERE oid IN INTS(?) AND source_no = ?",
        listed,
        source,
    ):
        statement = stated[oid] = _Statement()
        statement.stored, statement.effective, statement.overlay = vid, effective, overlay
    if stated:
        for oid, vid, content, modified, received, base, own in tx.rows(
            "SELECT oid, vid, hash, modified, received, base_mid, own_mid FROM versions"
            " WHERE oid IN INTS(?) AND source_no = ?",
            list(stated),
            source,
        ):
            stated[oid].add(_Held(vid, bytes(content), base, own, False), modified, received)
    for oid, stating, salt, salted in tx.rows(
        "SELECT oid, source_no, salt, salted_hash FROM tombstones WHERE oid IN INTS(?)", listed
    ):
        tombs.setdefault(oid, []).append((stating, salt, salted))
    return stated, tombs


def _buried(tombs: list[tuple[int | None, bytes, bytes | None]], source: int, content: bytes) -> bool:
    return any(
        stating in (None, source) and (salted is None or salted == sha256(salt + content).digest())
        for stating, salt, salted in tombs
    )


def _remark(tx: Transaction, held: _Held, base: int, own: int, replace: bool) -> bool:
    """Give a version already held the marking it came with this time; tell whether that changed anything."""
    if not replace:
        base, own = markings.join(tx, held.base, base), markings.join(tx, held.own, own)
    if (base, own) == (held.base, held.own):
        return False
    held.base, held.own = base, own
    if not held.new:
        tx.run("UPDATE versions SET base_mid = ?, own_mid = ? WHERE vid = ?", base, own, held.vid)
    return True


def _store(
    tx: Transaction,
    source: int,
    received: int,
    fresh: list[Fresh],
    touched: dict[int, _Statement],
    seeds: set[int],
    oids: dict[str, int],
    fresh_oids: set[int],
) -> None:
    counted: Counter[tuple[int, int]] = Counter()
    types = {
        version.type: names.number(tx, names.TYPE, version.type) for _held, _oid, version, *_rest in fresh
    }
    moved: set[int] = set()
    heads: Heads = {}
    settled: dict[int, tuple[int, int]] = {}
    nodes: dict[int, Node] = {}
    for held, oid, version, statement, _origin in fresh:
        base = held.base
        if statement.overlay is not None:
            base = markings.join(tx, base, statement.overlay)
        is_head = statement.head[2] == held.vid
        inherent = [oids[reference.target] for reference in version.refs if reference.inherent]
        if inherent:
            nodes[held.vid] = Node(
                held.vid, oid, source, types[version.type], base, held.own, is_head, inherent
            )
        else:
            settled[held.vid] = (base, held.own if held.own == base else markings.join(tx, held.own, base))
            if is_head:
                heads[oid] = {source: base}
                if oid not in fresh_oids and statement.effective != base:
                    moved.add(oid)
    _step_down(tx, touched, counted)
    settle(tx, nodes, seeds=seeds, moved=moved, heads=heads, fresh=fresh_oids)
    for held, *_rest in fresh:
        node = nodes.get(held.vid)
        if node is not None:
            settled[held.vid] = (node.effective, node.full)
    _insert(tx, source, received, fresh, settled, types, oids, counted)
    _state(tx, source, touched, settled)
    counting.add(tx, counted)


def _step_down(tx: Transaction, touched: dict[int, _Statement], counted: Counter[tuple[int, int]]) -> None:
    """Take the place of current statement from those that a newer version follows."""
    old = [s.stored for s in touched.values() if s.stored is not None and s.stored != s.head[2]]
    if not old:
        return
    for mid, type_no, current in tx.rows(
        "SELECT effective_mid, type_no, current FROM versions WHERE vid IN INTS(?)", old
    ):
        counted[mid, type_no] -= current == LISTED
    tx.run("UPDATE versions SET current = 0 WHERE vid IN INTS(?)", old)
    tx.many("INSERT INTO text_dirty (vid) VALUES (?) ON CONFLICT DO NOTHING", [(vid,) for vid in old])


def _insert(
    tx: Transaction,
    source: int,
    received: int,
    fresh: list[Fresh],
    settled: dict[int, tuple[int, int]],
    types: dict[str, int],
    oids: dict[str, int],
    counted: Counter[tuple[int, int]],
) -> None:
    versions, bodies, refs, observed = [], [], [], []
    paths: dict[str, int] = {}
    kinds: dict[str, int] = {}
    for held, oid, version, statement, origin in fresh:
        vid = held.vid
        effective, full = settled[vid]
        type_no = types[version.type]
        current = (FORM if origin == "derived" else LISTED) if statement.head[2] == vid else 0
        if current == LISTED:
            counted[effective, type_no] += 1
            tx.texts.add(vid, (version.texts, version.granular, version.lang))
        marked = _marked(version) if version.granular else frozenset()
        creator = version.created_by
        versions.append(
            (
                vid,
                oid,
                source,
                type_no,
                version.hash,
                version.created,
                version.modified,
                received if version.modified is None else version.modified,
                None if creator is None or "created_by_ref" in marked else oids[creator],
                version.revoked + (ORIGINS.index(origin) << ORIGIN_SHIFT),
                current,
                held.base,
                held.own,
                effective,
                full,
                received,
            )
        )
        bodies.append((vid, version.raw))
        n = 0
        for reference in version.refs:
            path = reference.path
            if path == "created_by_ref":
                continue  # a column of its own
            path_no = paths.get(path)
            if path_no is None:
                path_no = paths[path] = names.number(
                    tx, names.PATH, _INDEX.sub("", path) if "[" in path else path
                )
            strict = 1 if marked and covered(path, marked) else 0
            refs.append(
                (
                    vid,
                    n,
                    oids[reference.target],
                    path_no,
                    1 if reference.inherent else 0,
                    strict,
                    full if strict else effective,
                )
            )
            n += 1
        about = [(SECTOR, one) for one in version.sectors] if version.sectors else ()
        for n, (kind, value) in enumerate((*version.values, *near_of(version.values), *about)):
            short = shortened(value)
            kind_no = kinds.get(kind)
            if kind_no is None:
                kind_no = kinds[kind] = names.number(tx, names.KIND, kind)
            observed.append((vid, n, names.key(f"{kind}\0{short}"), full, kind_no, short))
    tx.insert("versions", VERSION_COLUMNS, versions)
    tx.insert("bodies", "vid, raw", bodies)
    tx.insert("refs", "vid, n, target, path_no, inherent, strict, mid", refs)
    tx.insert("observed", "vid, n, key, mid, kind_no, value", observed)
    changes.record(tx, "put", [row[0] for row in versions])


def _state(
    tx: Transaction, source: int, touched: dict[int, _Statement], settled: dict[int, tuple[int, int]]
) -> None:
    made, moved = [], []
    for oid, statement in touched.items():
        vid = statement.head[2]
        if vid not in settled:
            continue  # an older version came late
        if statement.stored is None and statement.overlay is None:
            made.append((oid, source, vid, settled[vid][0]))
        else:
            moved.append((vid, settled[vid][0], oid, source))
    tx.insert("statements", "oid, source_no, vid, effective_mid", made)
    tx.many("UPDATE statements SET vid = ?, effective_mid = ? WHERE oid = ? AND source_no = ?", moved)


def _marked(version: Version) -> frozenset[str]:
    """Return the selectors that carry a marking (not those that only name a language)."""
    return frozenset(
        selector for granular in version.granular if granular.marking_ref for selector in granular.selectors
    )


def covered(path: str, selectors: frozenset[str]) -> bool:
    """Tell whether a property lies in or under what a selector names."""
    return any(
        path == selector or (path.startswith(selector) and path[len(selector)] in ".[")
        for selector in selectors
    )


def shortened(value: str) -> str:
    """Return an observable value as it is indexed: long ones by their digest."""
    if len(value) <= _LONGEST_VALUE:
        return value
    return "sha256:" + sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
