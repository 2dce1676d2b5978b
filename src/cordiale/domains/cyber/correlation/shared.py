"""What stands on the same thing: names that resolve to one address, samples and pages at one host, one infrastructure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from cordiale.desk.answers import Answer
from cordiale.desk.graph import AROUND, Graph, GraphEdge, GraphNode, neighbours

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LABELS: Final = frozenset(
    (
        "resolves_to_refs",
        "resolves-to",
        "hosts",
        "hosted-at",
        "communicates-with",
        "beacons-to",
        "exfiltrates-to",
        "downloads",
        "consists-of",
        "uses",
    )
)
"""Connections by which something stands on something else (STIX 2.1, appendix B, and MISP's words for the same)."""

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
    """What an object and another one both stand on: the ground, the other, and how each is connected with it."""

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
    grounds: dict[str, GraphEdge] = {}
    for edge, ground in _towards(around, asked):
        if named[ground].type in GROUND:
            grounds.setdefault(ground, edge)
    found: dict[tuple[str, str], Standing] = {}
    crowded = []
    for ground, ours in sorted(grounds.items())[:GROUNDS]:
        there = neighbours(desk, actor, (ground,))
        if there.more:
            crowded.append(Crowded(ground=named[ground]))
            continue
        on = {node.id: node for node in there.nodes}
        for edge, other in _towards(there, (ground,)):
            if other not in asked and other not in grounds:
                marking = sorted({*ours.marking, *edge.marking, *named[ground].marking, *on[other].marking})
                found.setdefault(
                    (ground, other),
                    Standing(
                        ground=named[ground],
                        other=on[other],
                        ours=ours.label,
                        theirs=edge.label,
                        marking=tuple(marking),
                    ),
                )
    return Shared(standing=tuple(found[pair] for pair in sorted(found)), crowded=tuple(crowded))


def _towards(graph: Graph, ids: Iterable[str]) -> list[tuple[GraphEdge, str]]:
    """Return the connections of these objects that count, with what is at the other end."""
    asked = frozenset(ids)
    found = []
    for edge in graph.edges:
        if edge.label in LABELS:
            if edge.start in asked and edge.end not in asked:
                found.append((edge, edge.end))
            elif edge.end in asked and edge.start not in asked:
                found.append((edge, edge.start))
    return found
