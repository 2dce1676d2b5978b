"""Compute effective markings through the reference index.

effective(version) = base ∪ overlay ∪ effective of every inherent target, where a target's marking is that of the
same source's current statement, else the union over all sources' current statements, else `unresolved`. Where
references form a cycle this is the least fixpoint: every version of a cycle carries the atoms of all, no more.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from cordiale.store import changes, counting, markings
from cordiale.store.connection import Transaction
from cordiale.store.types import LISTED

Heads = dict[int, dict[int, int]]
"""Effective marking id of the current statement, by oid and source number."""


class Node:
    """A version whose effective marking is being computed."""

    __slots__ = (
        "base",
        "current",
        "effective",
        "full",
        "oid",
        "own",
        "source",
        "targets",
        "type_no",
        "vid",
        "was",
    )

    def __init__(
        self,
        vid: int,
        oid: int,
        source: int,
        type_no: int,
        base: int,
        own: int,
        current: int,
        targets: list[int],
        was: tuple[int, int] | None = None,
    ) -> None:
        self.vid = vid
        self.oid = oid
        self.source = source
        self.type_no = type_no
        self.base = base  # joined with the statement's overlay
        self.own = own
        self.current = current
        self.targets = targets
        self.was = was  # (effective, full) as stored; None for a version not stored yet
        self.effective = base
        self.full = own


def settle(
    tx: Transaction,
    nodes: dict[int, Node],
    *,
    seeds: Iterable[int] = (),
    moved: Iterable[int] = (),
    heads: Heads | None = None,
    fresh: set[int] | frozenset[int] = frozenset(),
) -> list[int]:
    """Compute new nodes and every stored version that depends on what changed; return stored vids that changed.

    `nodes`: versions about to be stored; `seeds`: stored versions whose own atoms changed; `moved`: oids whose
    current statement changed; `heads`: current statements about to be stored; `fresh`: oids nobody referred to before.
    """
    frontier = set(moved)
    wanted = {vid for vid in seeds if vid not in nodes}
    frontier.update(node.oid for node in nodes.values() if node.current)
    while wanted or frontier:
        loaded = _load(tx, wanted)
        nodes.update(loaded)
        frontier.update(node.oid for node in loaded.values() if node.current)
        wanted = _referrers(tx, frontier - fresh) - nodes.keys()
        frontier = set()
    if not nodes:
        return []
    _solve(tx, nodes, _heads(tx, nodes, heads or {}, fresh))
    return _write(
        tx, [node for node in nodes.values() if node.was not in (None, (node.effective, node.full))]
    )


def _load(tx: Transaction, vids: set[int]) -> dict[int, Node]:
    if not vids:
        return {}
    found: dict[int, Node] = {}
    listed = list(vids)
    for vid, oid, source, type_no, base, own, current, effective, full, overlay in tx.rows(
        "SELECT v.vid, v.oid, v.source_no, v.type_no, v.base_mid, v.own_mid, v.current, v.effective_mid, v.full_mid,"
        " s.overlay_mid FROM versions v JOIN statements s ON s.oid = v.oid AND s.source_no = v.source_no"
        " WHERE v.vid IN INTS(?)",
        listed,
    ):
        if overlay is not None:
            base = markings.join(tx, base, overlay)
        found[vid] = Node(vid, oid, source, type_no, base, own, current, [], (effective, full))
    for vid, target in tx.rows("SELECT vid, target FROM refs WHERE vid IN INTS(?) AND inherent = 1", listed):
        found[vid].targets.append(target)
    return found


def _referrers(tx: Transaction, oids: set[int]) -> set[int]:
    if not oids:
        return set()
    return {
        row[0] for row in tx.rows("SELECT vid FROM refs WHERE target IN INTS(?) AND inherent = 1", list(oids))
    }


def _heads(tx: Transaction, nodes: dict[int, Node], coming: Heads, fresh: set[int] | frozenset[int]) -> Heads:
    targets = {target for node in nodes.values() for target in node.targets}
    found: Heads = {}
    stored = list(targets - fresh)
    if stored:
        for oid, source, mid in tx.rows(
            "SELECT oid, source_no, effective_mid FROM statements WHERE oid IN INTS(?) AND vid IS NOT NULL",
            stored,
        ):
            found.setdefault(oid, {})[source] = mid
    for oid in targets & coming.keys():
        found.setdefault(oid, {}).update(coming[oid])
    for node in nodes.values():
        if node.current and node.oid in targets:
            found.setdefault(node.oid, {})[node.source] = node.base  # the least it can be
    return found


def _solve(tx: Transaction, nodes: dict[int, Node], heads: Heads) -> None:
    depending: dict[int, list[Node]] = {}
    for node in nodes.values():
        for target in node.targets:
            depending.setdefault(target, []).append(node)
    unresolved = markings.unresolved(tx)
    queue = deque(nodes.values())
    waiting = set(nodes)
    while queue:
        node = queue.popleft()
        waiting.discard(node.vid)
        effective = node.base
        for target in node.targets:
            stated = heads.get(target)
            if not stated:
                effective = markings.join(tx, effective, unresolved)
            elif node.source in stated:
                effective = markings.join(tx, effective, stated[node.source])
            else:
                for mid in stated.values():
                    effective = markings.join(tx, effective, mid)
        node.effective = effective
        if node.current and node.oid in depending and heads[node.oid][node.source] != effective:
            heads[node.oid][node.source] = effective
            for other in depending[node.oid]:
                if other.vid not in waiting:
                    waiting.add(other.vid)
                    queue.append(other)
    for node in nodes.values():
        node.full = markings.join(tx, node.own, node.effective)


def _write(tx: Transaction, changed: list[Node]) -> list[int]:
    if not changed:
        return []
    tx.many(
        "UPDATE versions SET effective_mid = ?, full_mid = ? WHERE vid = ?",
        [(node.effective, node.full, node.vid) for node in changed],
    )
    tx.many(
        "UPDATE refs SET mid = CASE WHEN strict = 1 THEN ? ELSE ? END WHERE vid = ?",
        [(node.full, node.effective, node.vid) for node in changed],
    )
    tx.many("UPDATE observed SET mid = ? WHERE vid = ?", [(node.full, node.vid) for node in changed])
    heads = [node for node in changed if node.current]
    tx.many(
        "UPDATE statements SET effective_mid = ? WHERE oid = ? AND source_no = ?",
        [(node.effective, node.oid, node.source) for node in heads],
    )
    tx.many("INSERT INTO text_dirty (vid) VALUES (?) ON CONFLICT DO NOTHING", [(node.vid,) for node in heads])
    counted: Counter[tuple[int, int]] = Counter()
    for node in heads:
        assert node.was is not None
        if node.current != LISTED:
            continue
        counted[node.was[0], node.type_no] -= 1
        counted[node.effective, node.type_no] += 1
    counting.add(tx, counted)
    vids = sorted(node.vid for node in changed)
    changes.record(tx, "remark", vids)
    return vids
