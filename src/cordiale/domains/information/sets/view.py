"""What a set gathers, as one reader sees it: incidents, channels, narratives, sites, techniques, each with its tie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk.answers import Answer
from cordiale.desk.answers.graph import GraphEdge
from cordiale.desk.views.graph import neighbours
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.domains.information.sets.gathering import KIND, NAME, Set
from cordiale.domains.information.shapes.opencti import original_of
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk

ORDER: Final = ("incident", "campaign", "channel", "narrative", "event", "media-content", "domain-name", "url", "infrastructure", "attack-pattern", "report")  # fmt: skip
"""In which order members are listed; what is not named here comes after."""

HIDDEN: Final = frozenset({"note", "opinion", "identity", "observed-data", "grouping"})


class Member(Answer, frozen=True, kw_only=True):
    """One object of a set: `tie` is the kind of the relationship, `via` its id."""

    id: str
    type: str
    name: str
    source: str
    tie: str
    via: str
    marking: tuple[str, ...]


class SetView(Answer, frozen=True, kw_only=True):
    """A set with its members; `more` where not all of them are here."""

    id: str
    name: str
    source: str
    words: str
    aliases: tuple[str, ...]
    said: Set
    members: tuple[Member, ...]
    marking: tuple[str, ...]
    more: bool = False


def sets(desk: Desk, actor: Actor, limit: int = 100) -> list[Summary]:
    """Return the intrusion sets that somebody may see, newest first."""
    return list(search(desk, actor, type=KIND, limit=limit).items)


def set_show(desk: Desk, actor: Actor, identifier: str) -> SetView:
    """Return one set; raises NotFound."""
    shown = show(desk, actor, identifier)
    first = shown.statements[0]
    around = neighbours(desk, actor, [identifier])
    edges = {far(edge, identifier): edge for edge in around.edges if identifier in (edge.start, edge.end)}
    fallbacks = {one.id for one in around.nodes if one.type == "infrastructure" and _stands_in(desk, actor, one.id)}  # fmt: skip
    members = [
        Member(id=one.id, type=one.type, name=one.name or one.id, source=one.source, tie=edges[one.id].label, via=edges[one.id].via, marking=one.marking)
        for one in around.nodes
        if one.id in edges and one.id != identifier and one.type not in HIDDEN and one.id not in fallbacks
    ]  # fmt: skip
    return SetView(
        id=identifier,
        name=str(first.value.get("name") or identifier),
        source=first.summary.source,
        words=str(first.value.get("description") or ""),
        aliases=tuple(str(one) for one in first.value.get("aliases") or ()),
        said=_said(first.value),
        members=tuple(sorted(members, key=lambda one: (_place(one.type), one.name, one.id))),
        marking=tuple(sorted({atom for one in shown.statements for atom in one.effective_marking})),
        more=around.more,
    )


def far(edge: GraphEdge, near: str) -> str:
    """Return the other end of an edge."""
    return edge.end if edge.start == near else edge.start


def _stands_in(desk: Desk, actor: Actor, identifier: str) -> bool:
    return any(original_of(one.value) for one in show(desk, actor, identifier).statements)


def _place(kind: str) -> int:
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def _said(value: dict[str, object]) -> Set:
    extensions = value.get("extensions")
    written = extensions.get(PUBLISHED[NAME]) if isinstance(extensions, dict) else None
    try:
        return msgspec.convert(written, Set) if written is not None else Set()
    except msgspec.ValidationError:
        return Set()
