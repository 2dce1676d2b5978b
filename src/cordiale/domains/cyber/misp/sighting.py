"""What is said about something in an event: sightings, proposals, and notes and opinions of analysts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cordiale.domains.cyber.misp import frame as framed
from cordiale.domains.cyber.misp import marking
from cordiale.domains.cyber.misp.frame import (
    Frame,
    Value,
    base,
    defined,
    extended,
    identity,
    instant,
    others,
    rows,
    uuid_of,
)

SEEN, FALSE_POSITIVE, EXPIRED = "0", "1", "2"
_LOCAL: Final = frozenset(
    ("id", "attribute_id", "event_id", "org_id", "attribute_uuid", "event_uuid", "sharing_group_id", "locked", "object_uuid",
     "object_type", "old_id", "email", "event_org_id", "event_info", "deleted", "Object")
)  # fmt: skip
_SIGHTING: Final = _LOCAL | {"uuid", "type", "date_sighting", "source", "Organisation"}
_PROPOSAL: Final = _LOCAL | {"uuid", "timestamp", "Org", "distribution"}
_ANALYST: Final = _LOCAL | {
    "uuid", "created", "modified", "note", "opinion", "comment", "authors", "language", "orgc_uuid", "org_uuid", "Org", "Orgc",
    "distribution", "SharingGroup", "note_type", "note_type_name", "relationship_type", "related_object_uuid", "related_object_type",
}  # fmt: skip


def sightings(frame: Frame, given: Any, carrier: Value, atoms: frozenset[str]) -> Iterator[bytes]:
    """Yield the sightings of what an attribute became; an expiration ends the validity of an indicator."""
    target = carrier["id"]
    for one in rows(given):
        when = instant(one.get("date_sighting")) or carrier["modified"]
        uuid = uuid_of(
            one.get("uuid"), frame.uuid, target, "sighting", when, one.get("type"), one.get("source")
        )
        who, new = identity(frame, one.get("Organisation"))
        if new is not None:
            yield new
        kind = str(one.get("type", SEEN))
        kept: Value = {"type": kind, **({"date_sighting": when} if kind != SEEN else {})}
        more = others(one, _SIGHTING)
        if more:
            kept["other"] = more
        source = str(one.get("source") or "")
        if kind == FALSE_POSITIVE:
            value = base(frame, "opinion", uuid, when, atoms)
            value |= {"opinion": "strongly-disagree", "object_refs": [target]}
            value["explanation"] = f"False positive: {source}" if source else "False positive"
        elif kind == EXPIRED:
            value = base(frame, "note", uuid, when, atoms)
            value |= {"abstract": "MISP: expired", "content": f"Expired {when[:10]}. {source}".strip()}
            value["object_refs"] = [target]
            if carrier["type"] == "indicator" and when > carrier["valid_from"]:
                carrier["valid_until"] = min(when, str(carrier.get("valid_until", when)))
        else:
            value = base(frame, "sighting", uuid, when, atoms)
            value |= {"sighting_of_ref": target, "first_seen": when, "last_seen": when, "count": 1}
            if source:
                value["description"] = source
            if who:
                value["where_sighted_refs"] = [who]
        if kind != SEEN:
            kept |= {"source": source} if source else {}
            if who:
                value["created_by_ref"] = who
        frame.members.append(value["id"])
        frame.links.append(extended(value, "sighting", kept))


def proposals(frame: Frame, given: Any, target: str, atoms: frozenset[str]) -> Iterator[bytes]:
    """Yield what others propose: a note on what they would change or add, an opinion where they would delete it."""
    for one in rows(given):
        when = instant(one.get("timestamp")) or frame.modified
        uuid = uuid_of(one.get("uuid"), frame.uuid, target, "proposal", one.get("type"), one.get("value"))
        who, new = identity(frame, one.get("Org"))
        if new is not None:
            yield new
        # MISP gives a proposal its attribute's uuid: what several propose of one attribute has nothing but its content to tell it apart
        said_by = (who, one.get("timestamp"), one.get("type"), one.get("value"), one.get("to_ids"), one.get("proposal_to_delete"))  # fmt: skip
        uuid = uuid_of(None, frame.uuid, uuid, "proposal", target, *said_by)
        names = ("type", "category", "value", "to_ids", "comment")
        said = {name: one[name] for name in names if one.get(name) not in (None, "")}
        words = " ".join(f"{name}={said[name]}" for name in names if name in said)
        if one.get("proposal_to_delete") in (True, 1, "1"):
            value = base(frame, "opinion", uuid, when, atoms)
            value |= {"opinion": "disagree", "explanation": f"Proposal: delete. {words}".strip()}
        else:
            value = base(frame, "note", uuid, when, atoms)
            value |= {"abstract": "MISP: proposal", "content": words or "-"}
        value["object_refs"] = [target]
        _by(value, who)
        kept = {"uuid": str(one["uuid"])} if one.get("uuid") else {}
        frame.members.append(value["id"])
        frame.links.append(extended(value, "proposal", {**kept, "other": others(one, _PROPOSAL)}))


def _by(value: Value, who: str) -> None:
    """Say who proposes or finds something: not the author of the event, unless it is the same."""
    value.pop("created_by_ref", None)
    if who:
        value["created_by_ref"] = who


def analyst(frame: Frame, given: Mapping[str, Any], target: str, atoms: frozenset[str]) -> Iterator[bytes]:
    """Yield the notes and opinions that analysts put on something, and what they relate it to."""
    for name in ("Note", "Opinion", "Relationship"):
        for one in rows(given.get(name)):
            level, known = marking.of_distribution(
                one.get("distribution"), framed.group_of(frame, one), frame.node
            )
            under = atoms | level if known else atoms | {marking.home_only(frame.node)}
            yield from defined(frame, under)
            uuid = uuid_of(one.get("uuid"), frame.uuid, target, name, one.get("note"), one.get("comment"))
            who, new = identity(frame, one.get("Orgc") or {"uuid": one.get("orgc_uuid")})
            if new is not None:
                yield new
            when = _written(one.get("modified")) or frame.modified
            value = _analysed(frame, name, one, target, uuid, when, under)
            _by(value, who)
            kept: Value = {
                "type": name,
                **({"distribution": str(one["distribution"])} if "distribution" in one else {}),
            }
            if name == "Opinion":
                kept["opinion"] = one.get("opinion")
            more = others(one, _ANALYST)
            if more:
                kept["other"] = more
            frame.members.append(value["id"])
            frame.links.append(extended(value, "analyst-data", kept))
            yield from analyst(frame, one, value["id"], under)


_OPINIONS: Final = ((20, "strongly-disagree"), (40, "disagree"), (60, "neutral"), (80, "agree"))


def _analysed(
    frame: Frame, name: str, one: Mapping[str, Any], target: str, uuid: str, when: str, atoms: frozenset[str]
) -> Value:
    authors = [str(one["authors"])] if one.get("authors") else []
    value: Value
    if name == "Opinion":
        number = one.get("opinion")
        place = int(number) if isinstance(number, int | str) and str(number).isdigit() else 50
        value = base(frame, "opinion", uuid, when, atoms)
        value["opinion"] = next((word for most, word in _OPINIONS if place <= most), "strongly-agree")
        if one.get("comment"):
            value["explanation"] = str(one["comment"])
        value["object_refs"] = [target]
    elif name == "Note":
        value = base(frame, "note", uuid, when, atoms)
        value |= {"content": str(one.get("note") or "-"), "object_refs": [target]}
        if one.get("language"):
            value["lang"] = str(one["language"])
    else:
        kind = {"Event": "report", "Object": "grouping"}.get(str(one.get("related_object_type")), "")
        other = str(one.get("related_object_uuid") or "")
        other = framed.id_named(kind, other) if kind else other
        value = base(frame, "note", uuid, when, atoms)
        value |= {"abstract": str(one.get("relationship_type") or "related-to"), "object_refs": [target]}
        value["content"] = f"{one.get('related_object_type', '')} {other}".strip() or "-"
    if authors:
        value["authors"] = authors
    return value


def _written(given: Any) -> str:
    """Return an instant that analysts' data write as `2026-01-31 08:30:00`."""
    return instant(str(given).replace(" ", "T")) if given else ""
