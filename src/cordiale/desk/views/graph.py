"""What stands around an object, and how two objects are connected, as far as the reader sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers.graph import Graph, GraphEdge, GraphNode
from cordiale.desk.summary import name_of
from cordiale.desk.views.reading import in_part, mentioned, readable
from cordiale.desk.visible import unknown, visible
from cordiale.store import markings, references, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Link, Row, Visible

AROUND: Final = 200
"""Most referring objects of one step; past so many a graph says that there are more."""

STEPS: Final = 6
"""Longest path that is looked for, in edges."""

VISITED: Final = 3000
"""Objects that a search for a path looks at, at most: it is answered while somebody waits."""

FRONTIER: Final = 300

UNDRAWN: Final = frozenset({"language-content", "marking-definition", "extension-definition"})
"""What is no neighbour: the same in other words, and what says how others are to be read."""

_ENDS: Final = ("source_ref", "target_ref")


def neighbours(desk: Desk, actor: Actor, ids: Iterable[str]) -> Graph:
    """Return objects with what they refer to and what refers to them; a relationship is an edge between its ends.

    Raises NotFound in the same words for an object that is not held and one the reader may not see.
    """
    authorise(actor, "show")
    asked = tuple(dict.fromkeys(ids))
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        for stix_id in asked:
            if not versions.get(tx, stix_id, seen):
                raise unknown(stix_id)
        found = _around(tx, desk, actor, asked, seen)
    audit.read(desk, actor, "neighbours", ids=list(asked))
    return found


def path(desk: Desk, actor: Actor, start: str, goal: str) -> Graph:
    """Return a shortest connection between two objects over what the reader sees; empty where none is found.

    Up to `STEPS` edges long, and within `VISITED` objects: `more` tells that the search ended there.
    """
    authorise(actor, "show")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        for stix_id in (start, goal):
            if not versions.get(tx, stix_id, seen):
                raise unknown(stix_id)
        found = _path(tx, desk, actor, start, goal, seen)
    audit.read(desk, actor, "path", ids=[start, goal])
    return found


def _path(tx: Transaction, desk: Desk, actor: Actor, start: str, goal: str, seen: Visible) -> Graph:
    nodes: dict[str, GraphNode] = {}
    came: tuple[dict[str, GraphEdge | None], ...] = ({start: None}, {goal: None})
    frontiers: list[list[str]] = [[start], [goal]]
    cut = False
    for _step in range(STEPS):
        side = 0 if len(frontiers[0]) <= len(frontiers[1]) else 1
        if not frontiers[side]:
            side = 1 - side
        if not frontiers[side]:
            break
        cut = cut or len(frontiers[side]) > FRONTIER
        around = _around(tx, desk, actor, frontiers[side][:FRONTIER], seen, AROUND * 5)
        cut = cut or around.more
        nodes |= {node.id: node for node in around.nodes}
        here, there = came[side], came[1 - side]
        reached: list[str] = []
        before = frozenset(here)
        for edge in around.edges:
            for near, far in ((edge.start, edge.end), (edge.end, edge.start)):
                if near in before and far not in here:
                    here[far] = edge
                    reached.append(far)
        met = next((i for i in reached if i in there), None) or (goal if start == goal else None)
        if met is not None:
            edges = [*_back(came[0], met), *_back(came[1], met)]
            on = dict.fromkeys([start, goal, *(i for e in edges for i in (e.start, e.end))])
            return Graph(nodes=tuple(nodes[i] for i in on if i in nodes), edges=tuple(edges))
        frontiers[side] = reached
        if len(here) + len(there) > VISITED:
            cut = True
            break
    return Graph(more=cut)


def _back(came: dict[str, GraphEdge | None], at: str) -> Iterator[GraphEdge]:
    """Yield the edges from where two searches met back to where one began."""
    while (edge := came[at]) is not None:
        yield edge
        at = edge.end if edge.start == at else edge.start


def _around(
    tx: Transaction, desk: Desk, actor: Actor, ids: Iterable[str], seen: Visible, most: int = AROUND
) -> Graph:
    asked = frozenset(ids)
    centres = [row for found in versions.of_ids(tx, asked, seen).values() for row in found]
    referring = references.referrers_of(tx, asked, seen, limit=most + 1)
    more = len(referring) > most
    listed = {row.vid: row for row in readable(tx, desk, actor, [*centres, *referring[:most]], seen)}
    links = references.targets_of(tx, listed, seen)
    edges: dict[tuple[str, str, str, str], GraphEdge] = {}
    for row in listed.values():
        if row.type in UNDRAWN and row.id not in asked:
            continue
        for edge in _edges(tx, row, links.get(row.vid, ()), asked):
            edges[edge.start, edge.end, edge.label, edge.via] = edge
    known = {row.id: row for row in listed.values()}
    ends = {i for edge in edges.values() for i in (edge.start, edge.end)} - known.keys()
    others = versions.of_ids(tx, ends, seen)
    for row in readable(tx, desk, actor, [found[0] for found in others.values()], seen):
        known[row.id] = row
    shown = {i: known[i] for i in known if known[i].type not in UNDRAWN or i in asked}
    drawn = [e for e in edges.values() if e.start in shown and e.end in shown]
    on = asked | {i for edge in drawn for i in (edge.start, edge.end)}
    return Graph(
        nodes=tuple(_node(tx, row) for i, row in shown.items() if i in on), edges=tuple(drawn), more=more
    )


def _edges(tx: Transaction, row: Row, links: Iterable[Link], asked: frozenset[str]) -> Iterator[GraphEdge]:
    """Yield the edges a version makes: a relationship one between its ends, all else one to each object it names."""
    named = [link for link in links if mentioned(row, link.target)]
    atoms = tuple(sorted(markings.atoms(tx, row.effective_mid)))
    if row.type == "relationship" and row.id not in asked:
        if row.revoked:
            return  # whoever stated it took it back: what it said is no connection any more
        ends = {link.path: link.target for link in named}
        if all(end in ends for end in _ENDS):
            kind = orjson.loads(row.raw).get("relationship_type", "") if row.raw else ""
            yield GraphEdge(
                start=ends["source_ref"], end=ends["target_ref"], label=str(kind), via=row.id, marking=atoms
            )
        return
    for link in named:
        if row.id in asked or link.target in asked:
            label = (
                link.path.rpartition(".")[0] if link.path.rpartition(".")[2].startswith("[") else link.path
            )
            yield GraphEdge(start=row.id, end=link.target, label=label, marking=atoms)


def _node(tx: Transaction, row: Row) -> GraphNode:
    name = name_of(orjson.loads(row.raw)) if row.raw else ""
    marking = markings.atoms(tx, row.effective_mid if in_part(row) else row.full_mid)
    return GraphNode(id=row.id, type=row.type, name=name, source=row.source, marking=tuple(sorted(marking)))
