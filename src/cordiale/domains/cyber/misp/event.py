"""A MISP event in STIX: a report of everything in it; objects of MISP are groupings, their references relationships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from cordiale.desk.incoming.readers import Remark
from cordiale.domains.cyber.misp import cluster, compound, marking, sighting
from cordiale.domains.cyber.misp import frame as framed
from cordiale.domains.cyber.misp.attribute import LOCAL, attribute, flushed
from cordiale.domains.cyber.misp.frame import (
    Frame,
    Value,
    base,
    day,
    defined,
    extended,
    identity,
    instant,
    others,
    rows,
    uuid_of,
    written,
)
from cordiale.domains.cyber.misp.named import references
from cordiale.domains.cyber.misp.surety import confidence
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.stix.ingress import SetAside

MOST_MEMBERS: Final = 5_000
"""Objects a report names itself; of a larger event it names groupings that name them."""

Decoded = Callable[[], Iterable["Mapping[str, Any] | SetAside | Remark"]]
"""Gives the attributes or objects of an event from the beginning, one after the other."""

_EVENT: Final = LOCAL | {
    "uuid", "info", "date", "timestamp", "publish_timestamp", "published", "threat_level_id", "analysis", "distribution",
    "SharingGroup", "Org", "Orgc", "orgc_id", "Attribute", "Object", "ShadowAttribute", "Tag", "EventTag", "Galaxy", "EventReport",
    "RelatedEvent", "locked", "proposal_email_lock", "sighting_timestamp", "disable_correlation", "extends_uuid", "event_creator_email",
    "sharing_group_id", "attribute_count", "Note", "Opinion", "Relationship", "protected", "org", "orgc", "Feed",
}  # fmt: skip
_OBJECT: Final = LOCAL | {
    "uuid", "name", "meta-category", "description", "template_uuid", "template_version", "timestamp", "distribution",
    "sharing_group_id", "SharingGroup", "comment", "deleted", "first_seen", "last_seen", "Attribute", "ObjectReference", "Note", "Opinion",
    "Relationship",
}  # fmt: skip
_REPORT: Final = LOCAL | {
    "uuid", "name", "content", "timestamp", "distribution", "deleted", "Tag", "EventReportTag", "Note", "Opinion", "Relationship",
}  # fmt: skip
_REFERENCE: Final = LOCAL | {
    "uuid", "timestamp", "object_uuid", "source_uuid", "referenced_uuid", "referenced_id", "referenced_type", "relationship_type",
    "comment", "deleted",
}  # fmt: skip

UNDATED: Final = _("The event has no date: what it holds counts as older than anything that has one.")
ELSEWHERE: Final = _(
    "It refers to {uuid}, which the event does not hold: the reference leads to where it would be."
)


def framed_event(head: Mapping[str, Any], node: str) -> tuple[Frame, marking.Said, bool]:
    """Return what holds for a whole event, what its tags say, and whether its distribution was understood."""
    uuid = uuid_of(head.get("uuid"), "", "event", head.get("info"), head.get("date"), head.get("timestamp"))
    frame = Frame(uuid=uuid, node=node)
    modified = (
        instant(head.get("timestamp")) or instant(head.get("publish_timestamp")) or day(head.get("date"))
    )
    frame.modified = modified or framed.UNDATED
    begun = day(head.get("date"))
    frame.created = min(begun, frame.modified) if begun else frame.modified
    tags = head.get("Tag") or [one.get("Tag") for one in rows(head.get("EventTag"))]
    said = marking.of_tags(framed.tags(tags)[0], node)
    level, known = marking.of_distribution(head.get("distribution"), framed.group_of(frame, head), node)
    frame.atoms = said.atoms | level
    frame.confidence = confidence(said.labels)
    frame.public = str(head.get("distribution", "")) == "3" or frame.atoms == {"tlp:clear"}
    return frame, said, known


def event(
    head: Mapping[str, Any], attributes: Decoded, objects: Decoded, node: str
) -> Iterator[bytes | SetAside | Remark]:
    """Yield the objects of one event; its report is the last. `head` is all of it but its attributes and objects."""
    frame, said, known = framed_event(head, node)
    yield from defined(frame, frame.atoms)
    yield from _organisations(frame, head)
    if frame.modified == framed.UNDATED:
        yield from framed.remark(frame, "misp-undated", UNDATED, frame.id)
    yield from framed.untimed(frame, head, ("date", "timestamp", "publish_timestamp"), frame.id)
    if not known:
        level = str(head.get("distribution"))
        yield from framed.remark(
            frame, "misp-distribution", marking.UNMAPPED_DISTRIBUTION, frame.id, level, level=level
        )
    yield from framed.unmapped(frame, said.unmapped, frame.id)
    frame.wanted = frozenset(_led_to(objects()))
    pending: list[Mapping[str, Any]] = []
    for one in attributes():
        if isinstance(one, Mapping):
            yield from attribute(frame, one)
            yield from _part(frame, full=True)
        else:
            yield one
    for one in objects():
        if isinstance(one, Mapping):
            yield from _object(frame, one, pending)
            yield from _part(frame, full=True)
        else:
            yield one
    yield from _references(frame, pending)
    yield from _rest(frame, head)
    yield from _part(frame, full=False)
    yield _report(frame, head, said)


def _organisations(frame: Frame, head: Mapping[str, Any]) -> Iterator[bytes]:
    frame.author, new = identity(frame, head.get("Orgc") or head.get("Org"))
    if new is not None:
        yield new


def _led_to(objects: Iterable[Mapping[str, Any] | SetAside | Remark]) -> Iterator[str]:
    for one in objects:
        if isinstance(one, Mapping):
            for reference in rows(one.get("ObjectReference")):
                if isinstance(reference.get("referenced_uuid"), str):
                    yield reference["referenced_uuid"].lower()


def _object(
    frame: Frame, given: Mapping[str, Any], pending: list[Mapping[str, Any]]
) -> Iterator[bytes | Remark]:
    """Yield an object of MISP: its attributes each as they are, one observable of them together, and the grouping of it all."""
    name = str(given.get("name") or "object")
    uuid = uuid_of(given.get("uuid"), frame.uuid, "object", name, given.get("comment"))
    atoms, known = framed.marked(frame, given, marking.of_tags((), frame.node))
    yield from defined(frame, atoms)
    modified = instant(given.get("timestamp")) or frame.modified
    value = base(frame, "grouping", uuid, modified, atoms, revoked=given.get("deleted") in (True, 1, "1"))
    target = value["id"]
    if not known:
        level = str(given.get("distribution"))
        yield from framed.remark(
            frame, "misp-distribution", marking.UNMAPPED_DISTRIBUTION, target, level, level=level
        )
    outer, outer_atoms = frame.members, frame.atoms
    frame.members, frame.atoms = [], atoms
    held = rows(given.get("Attribute"))
    try:
        for one in held:
            yield from attribute(frame, one, uuid)
        inner = frame.members
    finally:
        frame.members, frame.atoms = outer, outer_atoms
    for made in compound.observables(name, held):
        marks = {"object_marking_refs": list(framed.references(atoms))} if atoms else {}
        inner.append(made["id"])
        yield written({**made, **marks})
    value |= {"name": name, "context": "unspecified"}
    words = str(given.get("comment") or "") or str(given.get("description") or "")
    if words:
        value["description"] = words
    value["object_refs"] = list(dict.fromkeys(inner)) or [frame.id]
    kept: Value = {
        part: given[part]
        for part in ("meta-category", "template_uuid", "template_version", "first_seen", "last_seen")
        if given.get(part) not in (None, "")
    }
    if given.get("comment") and given.get("description"):
        kept["description"] = given["description"]
    if given.get("comment"):
        kept["commented"] = True
    said = given.get("distribution")
    if said is not None and str(said) != "5":
        kept["distribution"] = str(said)
    more = others(given, _OBJECT)
    if more:
        kept["other"] = more
    yield written(extended(value, "object", kept))
    frame.members.append(target)
    if uuid in frame.wanted or str(given.get("uuid")) in frame.wanted:
        frame.carriers[str(given.get("uuid")).lower()] = target
    pending += [{**one, "object_uuid": target} for one in rows(given.get("ObjectReference"))]
    yield from sighting.analyst(frame, given, target, atoms)
    yield from flushed(frame)


def _references(frame: Frame, pending: list[Mapping[str, Any]]) -> Iterator[bytes | Remark]:
    for one in pending:
        source, led_to = one["object_uuid"], str(one.get("referenced_uuid") or "").lower()
        uuid = uuid_of(one.get("uuid"), frame.uuid, source, led_to, one.get("relationship_type"))
        target = frame.carriers.get(led_to)
        if target is None:
            if not led_to:
                continue
            # of another event, or of something left out: a grouping and an attribute cannot be told apart by a uuid
            target = f"grouping--{uuid_of(led_to, frame.uuid)}"
            yield from framed.remark(frame, "misp-reference", ELSEWHERE, source, led_to, uuid=led_to)
        value = base(
            frame,
            "relationship",
            uuid,
            instant(one.get("timestamp")) or frame.modified,
            frame.atoms,
            revoked=one.get("deleted") in (True, 1, "1"),
        )
        verb = str(one.get("relationship_type") or "related-to")
        value |= {"relationship_type": cluster.verb_of(verb), "source_ref": source, "target_ref": target}
        if one.get("comment"):
            value["description"] = str(one["comment"])
        kept: dict[str, Any] = {} if value["relationship_type"] == verb else {"relationship_type": verb}
        if target.partition("--")[2] != led_to:
            kept["referenced_uuid"] = led_to
        more = others(one, _REFERENCE)
        if more:
            kept["other"] = more
        frame.members.append(value["id"])
        yield written(extended(value, "reference", kept))


def _rest(frame: Frame, head: Mapping[str, Any]) -> Iterator[bytes]:
    yield from cluster.galaxies(frame, head.get("Galaxy"), frame.id, frame.atoms)
    yield from sighting.proposals(frame, head.get("ShadowAttribute"), frame.id, frame.atoms)
    yield from sighting.analyst(frame, head, frame.id, frame.atoms)
    for one in rows(head.get("EventReport")):
        tagged = marking.of_tags(framed.tags(one.get("Tag"))[0], frame.node)
        atoms, known = framed.marked(frame, one, tagged)
        atoms = atoms if known else atoms | {marking.home_only(frame.node)}
        yield from defined(frame, atoms)
        uuid = uuid_of(one.get("uuid"), frame.uuid, "report", one.get("name"))
        value = base(
            frame,
            "note",
            uuid,
            instant(one.get("timestamp")) or frame.modified,
            atoms,
            revoked=one.get("deleted") in (True, 1, "1"),
        )
        value |= {"abstract": str(one.get("name") or "Report"), "content": str(one.get("content") or "")}
        value["object_refs"] = [frame.id]
        if tagged.labels:
            value["labels"] = list(tagged.labels)
        level = one.get("distribution")
        kept: Value = {"distribution": str(level)} if level is not None and str(level) != "5" else {}
        if tagged.marking_tags:
            kept["marked_by"] = list(tagged.marking_tags)
        more = others(one, _REPORT)
        if more:
            kept["other"] = more
        frame.members.append(value["id"])
        yield written(extended(value, "report", kept))
    _names, local = framed.tags(head.get("Tag"))
    yield from framed.local_tags(frame, local, frame.id, frame.uuid, frame.modified, frame.atoms)
    yield from flushed(frame)


def _part(frame: Frame, *, full: bool) -> Iterator[bytes]:
    """Yield a grouping of what was read so far, once it is as much as one object should name."""
    enough = len(frame.members) >= MOST_MEMBERS if full else bool(frame.parts and frame.members)
    if not enough:
        return
    number = len(frame.parts) + 1
    value = base(
        frame,
        "grouping",
        uuid5(framed.NAMESPACE, f"{frame.uuid} {frame.modified} part {number}"),
        frame.modified,
        frame.atoms,
    )
    value |= {"name": f"MISP {frame.uuid} · {number}", "context": "unspecified"}
    value["object_refs"] = list(dict.fromkeys(frame.members))
    frame.members.clear()
    frame.parts.append(value["id"])
    yield written(extended(value, "part", {}))


def _report(frame: Frame, head: Mapping[str, Any], said: marking.Said) -> bytes:
    value = base(frame, "report", frame.uuid, frame.modified, frame.atoms)
    value["name"] = str(head.get("info") or frame.uuid)
    published = instant(head.get("publish_timestamp"))
    value["published"] = published or value["modified"]
    value["object_refs"] = list(dict.fromkeys([*frame.parts, *frame.members])) or [frame.author or frame.id]
    if frame.confidence is not None:
        value["confidence"] = frame.confidence
    if said.labels:
        value["labels"] = list(said.labels)
        codes = references(said.labels)
        if codes:
            value["external_references"] = codes
    kept: Value = {}
    for part in ("date", "threat_level_id", "analysis", "extends_uuid", "distribution"):
        if head.get(part) not in (None, ""):
            kept[part] = str(head[part])
    if "extends_uuid" in kept:
        kept["extends_uuid"] = framed.id_named("report", kept["extends_uuid"])
    for part in ("published", "disable_correlation", "protected"):
        if head.get(part) in (True, 1, "1", "true"):
            kept[part] = True
    if published:
        kept["publish_timestamp"] = True
    if said.marking_tags:
        kept["marked_by"] = list(said.marking_tags)
    if frame.parts:
        kept["parts"] = len(frame.parts)
    if not head.get("timestamp"):
        kept["undated"] = True
    more = others(head, _EVENT)
    if more:
        kept["other"] = more
    return written(extended(value, "event", kept))
