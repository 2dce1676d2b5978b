"""The page of correlations: what has to do with a value or an object, drawn and listed with every reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk.answers.graph import Graph, GraphEdge, GraphNode
from cordiale.desk.domain import Page
from cordiale.desk.views.show import show
from cordiale.domains.cyber.correlation.found import Correlations, of_value, of_values, values_in
from cordiale.domains.cyber.correlation.shared import Shared, standing
from cordiale.domains.cyber.indicators.rows import TEMPLATES, href, merging, neighbours, titles
from cordiale.domains.cyber.tabs import tabs
from cordiale.domains.cyber.values import KINDS, kind_of
from cordiale.domains.cyber.warninglists.kept import held as kept_lists
from cordiale.domains.cyber.words import SHORT, hit, hot
from cordiale.platform.languages import _, text
from cordiale.stix.forms import is_identifier

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

DRAWN: Final = 80
"""Objects of one drawing; the list below it has all."""

ASKED: Final = "asked"
"""The node of a drawing that stands for a value."""


def correlations(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return what has to do with an object (`id`) or a value (`value`, and `kind` where its form does not tell)."""
    value, kind = query.get("value", "").strip()[:2000], query.get("kind", "")
    stix_id = query.get("id", "") or (value if is_identifier(value) else "")
    values: dict[str, Any] = {
        "tabs": tabs(actor, "correlations", lang),
        "kinds": sorted(KINDS),
        "value": value,
        "kind": kind,
        "asked": False,
        "merge": "",
        "back": "",
        "problem": query.get("problem", ""),
    }
    if not stix_id and not value:
        return Page(TEMPLATES / "correlations.html", values)
    if stix_id:
        shown = show(desk, actor, stix_id)
        first = shown.statements[0]
        start = GraphNode(
            id=stix_id, type=first.summary.type, name=first.summary.name, source=first.summary.source, marking=first.effective_marking
        )  # fmt: skip
        found = of_values(desk, actor, values_in(shown.statements), but=frozenset((stix_id,)))
        own = [stix_id]
        warned: list[str] = []
        values |= merging(desk, actor, shown, "correlations")
    else:
        known = kind or kind_of(value)
        if known is None:
            problem = text(lang, _("What this is cannot be told by its form: choose its kind."))
            return Page(TEMPLATES / "correlations.html", {**values, "problem": problem})
        start = GraphNode(id=ASKED, type=known, name=value, source="", marking=())
        found = of_value(desk, actor, known, value)
        own = []
        warned = [hit(one, lang) for one in kept_lists(desk).look(known, value)]
    same = [one.line.id for one in found.neighbours if one.reason in ("same", "certificate")]
    ground = standing(desk, actor, [*own, *same[:5]])
    named = titles(desk, actor)
    values |= {
        "asked": True,
        "folded": True,
        "id": start.id,
        "title": start.name or stix_id,
        "back": href(stix_id) if stix_id else "",
        "href": f"/objects/{start.id}/neighbours",
        "rows": neighbours(found, named, lang),
        "hot": [hot(one, lang) for one in found.hot],
        "warned": warned,
        "more": found.more,
        "undrawn": max(0, len(found.neighbours) - DRAWN),
    }
    markings = (
        start.marking,
        *(one.marking for one in found.neighbours),
        *(one.marking for one in ground.standing),
    )
    return Page(TEMPLATES / "correlations.html", values, markings, drawing(start, found, ground, lang))


def drawing(start: GraphNode, found: Correlations, ground: Shared, lang: str) -> Graph:
    """Return what has to do with something as a graph: each connection labelled with its reason."""
    nodes: dict[str, GraphNode] = {start.id: start}
    edges: dict[tuple[str, str], GraphEdge] = {}
    for one in found.neighbours[:DRAWN]:
        line = one.line
        nodes.setdefault(
            line.id, GraphNode(id=line.id, type=line.type, name=line.name, source=line.source, marking=one.marking)
        )  # fmt: skip
        edges.setdefault(
            (start.id, line.id), GraphEdge(start=start.id, end=line.id, label=text(lang, SHORT[one.reason]), marking=one.marking)
        )  # fmt: skip
    for both in ground.standing[:DRAWN]:
        nodes.setdefault(both.other.id, both.other)
        known = both.ground.id in nodes
        nodes.setdefault(both.ground.id, both.ground)
        if both.ours and not known:
            edges.setdefault((start.id, both.ground.id), GraphEdge(start=start.id, end=both.ground.id, label=both.ours, marking=both.marking))  # fmt: skip
        edges.setdefault((both.other.id, both.ground.id), GraphEdge(start=both.other.id, end=both.ground.id, label=both.theirs, marking=both.marking))  # fmt: skip
    more = found.more or len(found.neighbours) > DRAWN
    return Graph(nodes=tuple(nodes.values()), edges=tuple(edges.values()), more=more)
