"""Objects and how they are connected, as a reader may see them."""

from __future__ import annotations

from cordiale.desk.answers.answer import Answer


class GraphNode(Answer, frozen=True, kw_only=True):
    """One object of a graph."""

    id: str
    type: str
    name: str
    source: str
    marking: tuple[str, ...]


class GraphEdge(Answer, frozen=True, kw_only=True):
    """One connection: `label` is a kind of relationship or the property that refers, `via` the relationship's id."""

    start: str
    end: str
    label: str
    via: str = ""
    marking: tuple[str, ...] = ()


class Graph(Answer, frozen=True, kw_only=True):
    """Objects and their connections; `more` tells that not all neighbours are here."""

    nodes: tuple[GraphNode, ...] = ()
    edges: tuple[GraphEdge, ...] = ()
    more: bool = False
