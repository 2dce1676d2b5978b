"""What stands on the same thing: names that resolve to one address, samples and pages at one host, one infrastructure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from cordiale.desk.answers import Answer
from cordiale.desk.answers.graph import Graph, GraphEdge, GraphNode
from cordiale.desk.views.graph import AROUND, neighbours

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

STANDS: Final = frozenset(
    (
        "resolves_to_refs", "resolves-to", "hosted-at", "communicates-with", "beacons-to", "exfiltrates-to", "downloads", "uses",
    )
)  # fmt: skip
"""Connections whose start stands on their end (STIX 2.1, appendix B, and MISP's words for the same)."""

CARRIES: Final = frozenset(("hosts", "consists-of"))
"""Connections whose end stands on their start."""

GROUND: Final = frozenset(
    (
        "ipv4-addr",
        "ipv6-addr",
        "domain-name",
        "url",
        "infrastructure",
        "x509-certificate",
        "email-addr",
        "mac-addr",
    )
)
"""What can be stood on: a tool or a network of a whole provider says nothing about two that use it."""

GROUNDS: Final = 20
"""Things of one object that are looked at."""


class Standing(Answer, frozen=True, kw_only=True):
    """What an object and another one both stand on: the ground, the other, and how each is connected with it.

    `ours` is empty where what was asked for is the ground itself.
    """

    ground: GraphNode
    other: GraphNode
    ours: str
    theirs: str
    marking: tuple[str, ...]


class Crowded(Answer, frozen=True, kw_only=True):
    """A ground on which too many stand to say anything: what it is, and the bound."""

    ground: GraphNode
    bound: int = AROUND


class Shared(Answer, frozen=True, kw_only=True):
    """What stands on the same things as some objects, and the things that carry too many."""

    standing: tuple[Standing, ...] = ()
    crowded: tuple[Crowded, ...] = ()


def standing(desk: Desk, actor: Actor, ids: Sequence[str]) -> Shared:
    """Return what stands on the same things as these objects, as far as the actor sees it.

    Raises NotFound as `neighbours`: alike for what is absent and what is hidden.
    """
    asked = tuple(dict.fromkeys(ids))
    if not asked:
        return Shared()
    around = neighbours(desk, actor, asked)
    named = {node.id: node for node in around.nodes}
    grounds: dict[str, GraphEdge | None] = {one: None for one in asked if _ground(named.get(one))}
    for who, ground, edge in _standing(around):
        if who in asked and _ground(named.get(ground)) and grounds.get(ground) is None:
            grounds[ground] = edge
    found: dict[tuple[str, str], Standing] = {}
    crowded = []
    for ground, ours in sorted(grounds.items(), key=lambda one: one[0])[:GROUNDS]:
        there = neighbours(desk, actor, (ground,))
        if there.more:
            crowded.append(Crowded(ground=named[ground]))
            continue
        on = {node.id: node for node in there.nodes}
        for who, under, edge in _standing(there):
            if under == ground and who not in asked and who not in grounds:
                marking = {*edge.marking, *named[ground].marking, *on[who].marking, *(ours.marking if ours else ())}  # fmt: skip
                found.setdefault(
                    (ground, who),
                    Standing(
                        ground=named[ground],
                        other=on[who],
                        ours=ours.label if ours else "",
                        theirs=edge.label,
                        marking=tuple(sorted(marking)),
                    ),
                )
    return Shared(standing=tuple(found[pair] for pair in sorted(found)), crowded=tuple(crowded))


def _ground(node: GraphNode | None) -> bool:
    return node is not None and node.type in GROUND


def _standing(graph: Graph) -> Iterator[tuple[str, str, GraphEdge]]:
    """Yield (who stands, on what, the connection) of a graph."""
    for edge in graph.edges:
        if edge.label in STANDS:
            yield edge.start, edge.end, edge
        elif edge.label in CARRIES:
            yield edge.end, edge.start, edge
