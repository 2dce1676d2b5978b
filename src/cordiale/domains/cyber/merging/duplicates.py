"""Objects that may be the same thing: proposed by name or value, decided by a named person, taken back at any time.

A decision is a relationship of this node's own: STIX's `duplicate-of`, or `distinct-from` where somebody found that they are
not. What partners stated stays as they stated it; the relationship is marked as both ends are and goes no further than they.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from cordiale.desk.answers import Answer, Shown
from cordiale.desk.marking.chosen import summaries
from cordiale.desk.marking.stating import instants, stated
from cordiale.desk.views.graph import neighbours
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.domains.cyber.correlation.found import of_object
from cordiale.platform.clock import parse_instant
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk

SAME: Final = "duplicate-of"
"""The common relationship type of STIX 2.1 (3.4, table of common relationships)."""

APART: Final = "distinct-from"

NAMED: Final = frozenset(
    (
        "intrusion-set",
        "threat-actor",
        "malware",
        "tool",
        "campaign",
        "identity",
        "infrastructure",
        "vulnerability",
        "attack-pattern",
    )
)
"""Types whose names and aliases tell that two may be one."""

PROPOSED: Final = 20
"""Proposals for one object."""

_SPACE: Final = "5d3f2f0e-8a6c-5b0e-9c55-0a4e3c1b7d21"


class Proposal(Answer, frozen=True, kw_only=True):
    """An object that may be the same: its line, and the name or value that both carry."""

    line: Summary
    by: Literal["name", "value"]
    shared: str


class Decided(Answer, frozen=True, kw_only=True):
    """What this node decided of two objects: `same` or not, which counts as the other, and the relationship that says so."""

    id: str
    same: bool
    other: Summary
    kept: bool
    marking: tuple[str, ...]


def proposals(desk: Desk, actor: Actor, shown: Shown) -> tuple[Proposal, ...]:
    """Return the objects that may be the same as one, those left out that were decided on already."""
    kind = shown.id.partition("--")[0]
    done = {one.other.id for one in decided(desk, actor, shown.id)} | {shown.id}
    found: dict[str, Proposal] = {}
    if kind in NAMED:
        for line, name in _named_so(desk, actor, kind, _names(shown)):
            found.setdefault(line.id, Proposal(line=line, by="name", shared=name))
    else:
        for one in of_object(desk, actor, shown.id).neighbours:
            if one.reason in ("same", "certificate") and one.line.type == kind:
                found.setdefault(one.line.id, Proposal(line=one.line, by="value", shared=one.theirs[1]))
    return tuple(one for one in found.values() if one.line.id not in done)[:PROPOSED]


def decided(desk: Desk, actor: Actor, stix_id: str) -> tuple[Decided, ...]:
    """Return what the actor reads of what was decided about an object; raises NotFound as `show`."""
    edges = [one for one in neighbours(desk, actor, (stix_id,)).edges if one.via and one.label in (SAME, APART)]  # fmt: skip
    found = []
    for edge in edges:
        other = edge.end if edge.start == stix_id else edge.start
        ours = show(desk, actor, edge.via).statements
        if not any(one.summary.source == desk.node and not one.summary.revoked for one in ours):
            continue  # somebody else's word is shown as such, and taken back by them
        (line,) = summaries(desk, actor, (other,))
        found.append(Decided(id=edge.via, same=edge.label == SAME, other=line, kept=edge.end == stix_id, marking=edge.marking))  # fmt: skip
    return tuple(found)


def decide(desk: Desk, actor: Actor, kept: str, other: str, *, same: bool, reason: str) -> str:
    """Write down that two objects are the same (`other` counts as `kept`) or are not; return the relationship's id.

    Raises NotFound for what the actor does not see, InputError for one object, two types or no reason.
    """
    if kept == other or kept.partition("--")[0] != other.partition("--")[0]:
        raise InputError(
            "merge-types", _("Two different objects of one type are compared: choose another one.")
        ).at("other")
    if not reason.strip() or len(reason) > 2000:
        raise InputError("merge-reason", _("Say in a sentence why: it stands beside the decision.")).at(
            "reason"
        )
    lines = summaries(desk, actor, (kept, other))
    kind = SAME if same else APART
    identifier = _of(desk, kept, other, kind)
    before = _held(desk, actor, identifier)
    first, modified = instants(desk, None if before is None else _modified(before))
    value = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": identifier,
        "created": first if before is None else before["created"],
        "modified": modified,
        "relationship_type": kind,
        "source_ref": other,
        "target_ref": kept,
        "description": f"{actor.name}: {reason.strip()}",
    }
    marking = {atom for line in lines for atom in line.marking}
    stated(desk, actor, "say", [value], marking, about=[kept, other], decision=kind)
    return identifier


def take_back(desk: Desk, actor: Actor, relationship: str) -> None:
    """Take a decision back: the relationship is revoked, and both objects stand as before; raises NotFound, Conflict."""
    value = _held(desk, actor, relationship)
    if value is None or value.get("relationship_type") not in (SAME, APART):
        raise NotFound(
            "no-merge", _("There is no decision {id} of this node: open the object again."), id=relationship[:200]
        )  # fmt: skip
    if value.get("revoked"):
        raise Conflict("merge-over", _("This decision was taken back already."))
    _first, modified = instants(desk, _modified(value))
    (line,) = summaries(desk, actor, (relationship,))
    gone = {name: held for name, held in value.items() if name != "object_marking_refs"}
    stated(desk, actor, "say", [{**gone, "modified": modified, "revoked": True}], line.marking, taken_back=relationship)  # fmt: skip


def _named_so(desk: Desk, actor: Actor, kind: str, names: Sequence[str]) -> Iterable[tuple[Summary, str]]:
    """Yield the objects of a type that carry one of these names as their own or as an alias."""
    for name in names[:PROPOSED]:
        for line in search(desk, actor, name, type=kind, limit=PROPOSED).items:
            wanted = _folded(name)
            if wanted == _folded(line.name) or wanted in map(_folded, _names(show(desk, actor, line.id))):
                yield line, name


def _names(shown: Shown) -> list[str]:
    found: dict[str, None] = {}
    for statement in shown.statements:
        for name in (statement.value.get("name"), *_list(statement.value.get("aliases"))):
            if isinstance(name, str) and len(_folded(name)) > 2:
                found[name] = None
    return list(found)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _folded(name: str) -> str:
    """Return a name without case, spaces and punctuation: “APT-28” and “apt 28” are one."""
    return "".join(character for character in name.casefold() if character.isalnum())


def _of(desk: Desk, kept: str, other: str, kind: str) -> str:
    return f"relationship--{uuid5(_SPACE, f'{desk.node} {kind} {kept} {other}')}"


def _held(desk: Desk, actor: Actor, identifier: str) -> Mapping[str, Any] | None:
    try:
        found = show(desk, actor, identifier).statements
    except NotFound:
        return None
    return next((one.value for one in found if one.summary.source == desk.node), None)


def _modified(value: Mapping[str, Any]) -> int:
    return parse_instant(str(value["modified"]))
