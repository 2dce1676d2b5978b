"""What still refers to techniques that ATT&CK revoked, and what each could refer to instead: proposed, never done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.domains.cyber.attack.held import Seen, every
from cordiale.domains.cyber.attack.objects import code, ended, is_theirs
from cordiale.domains.cyber.writers.selection import techniques

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

REFERRING = ("note", "opinion", "report", "grouping", "observed-data", "incident")
"""Types whose `object_refs` are looked at, beside relationships and indicators that name a code."""


class Moved(msgspec.Struct, frozen=True):
    """One object that refers to what is revoked or deprecated; `instead` are ids and codes of what replaces it, none known: empty.

    `place` is the property that refers: `target_ref`, `object_refs`, `external_references`.
    """

    id: str
    type: str
    name: str
    source: str
    place: str
    code: str
    technique: str
    instead: tuple[tuple[str, str], ...]
    deprecated: bool


def moved(desk: Desk, actor: Actor) -> tuple[Moved, ...]:
    """Return what the actor may read that refers to an ended technique and is not ATT&CK's own, in a stable order."""
    authorise(actor, "search")
    patterns = {str(one.value["id"]): one.value for one in every(desk, actor, "attack-pattern")}
    relations = list(every(desk, actor, "relationship"))
    replaced: dict[str, list[str]] = {}
    for one in relations:
        if one.value.get("relationship_type") == "revoked-by":
            replaced.setdefault(str(one.value.get("source_ref")), []).append(str(one.value.get("target_ref")))
    gone = {i: value for i, value in patterns.items() if ended(value) and code(value)}
    in_force = {code(value) for value in patterns.values() if not ended(value)}
    by_code = {code(value): i for i, value in gone.items() if code(value) not in in_force}
    found: dict[tuple[str, str, str], Moved] = {}

    def note(one: Seen, place: str, identifier: str) -> None:
        made = _moved(one, place, gone[identifier], replaced.get(identifier, []), patterns)
        found[made.id, made.place, made.technique] = made

    for one in relations:
        if not is_theirs(one.value):
            for place in ("source_ref", "target_ref"):
                if one.value.get(place) in gone:
                    note(one, place, str(one.value[place]))
    for kind in REFERRING:
        for one in every(desk, actor, kind):
            for identifier in one.value.get("object_refs") or ():
                if identifier in gone and not is_theirs(one.value):
                    note(one, "object_refs", identifier)
    for one in every(desk, actor, "indicator"):
        for name in techniques(one.value):
            if name in by_code:
                note(one, "external_references", by_code[name])
    audit.read(desk, actor, "attack-moved", found=len(found))
    return tuple(found[key] for key in sorted(found))


def _moved(
    one: Seen,
    place: str,
    technique: Mapping[str, Any],
    instead: list[str],
    patterns: Mapping[str, Mapping[str, Any]],
) -> Moved:
    known = [
        (i, f"{code(patterns[i])} {patterns[i].get('name') or ''}".strip()) for i in instead if i in patterns
    ]
    return Moved(
        id=str(one.value["id"]),
        type=str(one.value["type"]),
        name=str(
            one.value.get("name") or one.value.get("relationship_type") or one.value.get("content") or ""
        )[:120],
        source=one.source,
        place=place,
        code=code(technique),
        technique=str(technique["id"]),
        instead=tuple(known),
        deprecated=not technique.get("revoked"),
    )
