"""Attributes that came without the rest of their event: each under what governs that event, and none of it is taken for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from cordiale.desk.incoming.readers import Remark
from cordiale.domains.cyber.misp import frame as framed
from cordiale.domains.cyber.misp import marking
from cordiale.domains.cyber.misp.attribute import attribute
from cordiale.domains.cyber.misp.event import framed_event
from cordiale.domains.cyber.misp.frame import Frame, defined, identity, instant
from cordiale.platform.clock import format_instant, parse_instant
from cordiale.platform.languages import _
from cordiale.stix.ingress import SetAside

EARLIER: Final = 1_000
"""Microseconds by which an attribute counts as older than the same one in its whole event, which says more of it."""

APART: Final = _(
    "{count} attributes of {events} events came by themselves: what else the events say comes when they are fetched whole."
)


def governed(given: Mapping[str, Any]) -> bool:
    """Tell whether an attribute comes with what governs its event: more than the numbers that MISP writes beside each."""
    event = given.get("Event")
    return (
        isinstance(event, Mapping) and "date" in event and "distribution" in event and bool(event.get("uuid"))
    )


def apart(given: Iterable[Mapping[str, Any]], node: str) -> Iterator[bytes | SetAside | Remark]:
    """Yield the objects of attributes, by their events; of the events themselves nothing is made but who wrote them."""
    by_event: dict[str, list[Mapping[str, Any]]] = {}
    for one in given:
        by_event.setdefault(str(one["Event"]["uuid"]).lower(), []).append(one)
    count = sum(map(len, by_event.values()))
    yield Remark("misp-apart", APART, {"count": str(count), "events": str(len(by_event))})
    for attributes in by_event.values():
        head = attributes[0]["Event"]
        frame, said, known = framed_event(head, node)
        if not known:
            frame.atoms |= {marking.home_only(node)}
        yield from defined(frame, frame.atoms)
        frame.author, new = identity(frame, head.get("Orgc") or head.get("Org"))
        if new is not None:
            yield new
        yield from framed.unmapped(frame, said.unmapped, frame.id)
        for one in attributes:
            yield from _one(frame, one)


def _one(frame: Frame, given: Mapping[str, Any]) -> Iterator[bytes | Remark]:
    """Yield an attribute under its event and, where it is of an object, under what that says of its own."""
    outer = frame.atoms
    part = given.get("Object")
    if str(given.get("object_id") or "0") != "0" or part:
        atoms, known = (
            framed.marked(frame, part, marking.of_tags((), frame.node))
            if isinstance(part, Mapping)
            else (outer, False)
        )
        frame.atoms = atoms if known else atoms | {marking.home_only(frame.node)}
        yield from defined(frame, frame.atoms)
    tags = given.get("Tag")
    own = {name: value for name, value in given.items() if name not in ("Event", "Object", "Tag")}
    if isinstance(tags, list):  # what is inherited is said of the event, and read there
        own["Tag"] = [one for one in tags if not (isinstance(one, Mapping) and one.get("inherited"))]
    elif tags is not None:
        own["Tag"] = tags
    when = instant(given.get("timestamp")) or frame.modified
    own["timestamp"] = format_instant(max(0, parse_instant(when) - EARLIER))
    try:
        yield from attribute(frame, own)
    finally:
        frame.atoms = outer
        frame.members.clear()
