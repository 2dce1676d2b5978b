"""What a kinship of sites speaks for: its groups, and names that look alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.domains.information.kinship.kept import opened
from cordiale.domains.information.proposals.signal import Pointer, Signal
from cordiale.domains.information.sheet.packed import legal

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

NAMED = 6
"""Sites of a group that are named in a sentence."""


def of_kinship(desk: Desk, actor: Actor, report: str) -> list[Signal]:
    """Return the signals of a kinship that is kept here; raises NotFound for one the actor may not open."""
    found = opened(desk, actor, report)
    marking = frozenset(atom for one in found.markings for atom in one)
    evidence = (
        Pointer(object_ref=found.id),
        *(Pointer(object_ref=one) for one in sorted(set(found.kept.captures.values()))[:20]),
    )
    signals = []
    for group in found.kept.found.groups:
        inside = frozenset(group)
        ties = [one for one in found.kept.found.ties if one.one in inside and one.other in inside]
        marks = [one for one in ties if one.grade == "strong"]
        values: dict[str, float | int | str] = {
            "sites": len(group),
            "strong": len(marks),
            "marks": legal(", ".join(dict.fromkeys(one.value for one in marks or ties))[:200]),
            "name": legal(", ".join(group[:NAMED]) + ("…" if len(group) > NAMED else "")),
        }
        signals.append(Signal(kind="kinship", what="group", name=str(values["name"]), values=values, evidence=evidence, marking=marking))  # fmt: skip
    for one in found.kept.found.ties:
        if one.kind == "look-alike":
            name = legal(f"{one.one} / {one.other}")
            signals.append(Signal(kind="kinship", what="look-alike", name=name, values={"sites": 2, "name": name}, evidence=evidence, marking=marking))  # fmt: skip
    return signals
