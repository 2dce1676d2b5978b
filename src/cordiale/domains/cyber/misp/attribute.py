"""An attribute in STIX: an indicator where it is meant for detection, else what was observed, else a note; nothing is left out."""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from cordiale.desk.incoming.readers import Remark
from cordiale.domains.cyber.misp import cluster, marking, sighting, types
from cordiale.domains.cyber.misp import frame as framed
from cordiale.domains.cyber.misp.frame import Frame, Value, base, defined, extended, instant, uuid_of, written
from cordiale.domains.cyber.misp.named import references
from cordiale.domains.cyber.misp.surety import confidence
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _

KNOWN: Final = frozenset(
    (
        "uuid", "type", "category", "to_ids", "value", "comment", "timestamp", "deleted", "distribution", "sharing_group_id",
        "SharingGroup", "Tag", "AttributeTag", "Galaxy", "Sighting", "ShadowAttribute", "data", "first_seen", "last_seen",
        "disable_correlation", "object_relation", "Note", "Opinion", "Relationship",
    )
)  # fmt: skip
LOCAL: Final = frozenset(
    (
        "id", "event_id", "object_id", "org_id", "event_uuid", "object_uuid", "RelatedAttribute", "batch_import", "value1", "value2",
        "warnings", "Event", "Object", "old_id", "meta-category", "template_uuid_", "attribute_count", "user_id", "decay_score",
        "event_orgc_id", "galaxy_id", "last_event_id",
    )
)  # fmt: skip
"""Numbers and computed values of one instance: they mean nothing elsewhere."""

_READ: Final = KNOWN | LOCAL

NO_PATTERN: Final = _(
    "Attributes of type {type} are meant for detection, and no STIX pattern says that: they are kept as notes."
)
NO_OBSERVABLE: Final = _("“{value}” is not written as {type}: it is kept as a note.")
TOO_LARGE: Final = _("Its file has more than {limit} bytes and is left out: attach it by hand.")
DAMAGED: Final = _("Its file is not base64: it is left out.")
MOST_FILE: Final = 8 << 20
"""Bytes of a file in base64 that one object carries."""


def attribute(frame: Frame, given: Mapping[str, Any], part_of: str = "") -> Iterator[bytes | Remark]:
    """Yield the objects of one attribute, the one that carries it last; `part_of` is the uuid of its object."""
    kind, value = str(given.get("type") or "other"), given.get("value")
    text = value if isinstance(value, str) else "" if value is None else str(value)
    uuid = uuid_of(given.get("uuid"), frame.uuid, part_of, kind, given.get("object_relation", ""), text)
    names, local = framed.tags(given.get("Tag")) if given.get("Tag") else ((), ())
    said = marking.of_tags(names, frame.node)
    atoms, understood = framed.marked(frame, given, said)
    if atoms is not frame.atoms:
        yield from defined(frame, atoms)
    stamp = instant(given.get("timestamp"))
    modified = stamp or frame.modified
    made, carrier = _made(frame, given, kind, text, uuid, atoms, modified)
    target = carrier["id"]
    if not stamp or given.get("first_seen") or given.get("last_seen"):
        yield from framed.untimed(frame, given, ("timestamp", "first_seen", "last_seen"), target)
    if said.unmapped:
        yield from framed.unmapped(frame, said.unmapped, target)
    if not understood:
        yield from _odd_distribution(frame, given, target)
    sure = frame.confidence
    if said.labels:
        own = confidence(said.labels)
        sure = sure if own is None else own
        carrier["labels"] = list(said.labels)
        codes = references(said.labels)
        if codes and carrier["type"] in _REFERRING:
            carrier["external_references"] = codes
    if sure is not None and carrier["type"] == "indicator":
        carrier["confidence"] = sure
    kept = _kept(given, kind, carrier, text, made)
    if said.marking_tags:
        kept["marked_by"] = list(said.marking_tags)
    if given.get("uuid") and uuid != str(given["uuid"]).lower():
        yield from framed.remark(frame, "misp-uuid", framed.NO_UUID, target, uuid)
    yield from _remarks(frame, kind, text, carrier, bool(given.get("to_ids")))
    yield from _file(frame, given, kind, uuid, atoms, modified, made, carrier)
    for one in made:
        yield written(one if not atoms else {**one, "object_marking_refs": list(framed.references(atoms))})
    if given.get("Sighting"):
        yield from sighting.sightings(frame, given["Sighting"], carrier, atoms)
    yield written(extended(carrier, "attribute", kept))
    frame.members.append(target)
    if uuid in frame.wanted:
        frame.carriers[uuid] = target
    if local:
        yield from framed.local_tags(frame, local, target, uuid, modified, atoms)
    if given.get("Galaxy"):
        yield from cluster.galaxies(frame, given["Galaxy"], target, atoms)
    if given.get("ShadowAttribute"):
        yield from sighting.proposals(frame, given["ShadowAttribute"], target, atoms)
    yield from sighting.analyst(frame, given, target, atoms)
    yield from flushed(frame)


def flushed(frame: Frame) -> Iterator[bytes]:
    """Yield what was said about something that is written by now."""
    if frame.links:
        yield from map(written, frame.links)
        frame.links.clear()


def _made(
    frame: Frame,
    given: Mapping[str, Any],
    kind: str,
    text: str,
    uuid: str,
    atoms: frozenset[str],
    modified: str,
) -> tuple[list[Value], Value]:
    """Return the observables of an attribute, and the object that carries it."""
    revoked = given.get("deleted") in (True, 1, "1")
    detect = given.get("to_ids") in (True, 1, "1")
    shape = types.SHAPES.get(kind)
    pattern, language = "", "stix"
    if kind in types.RULES:
        pattern, language = text, types.RULES[kind]
    elif kind == types.STIX_PATTERN:
        pattern = text if 0 <= text.find("[") < text.rfind("]") - 1 else ""
    elif detect and shape is not None and text:
        pattern = shape.pattern(text)
    if pattern:
        made = base(frame, "indicator", uuid, modified, atoms, revoked=revoked)
        if given.get("comment"):
            made["description"] = str(given["comment"])
        made |= {"pattern": pattern, "pattern_type": language}
        made["valid_from"] = instant(given.get("first_seen")) or made["modified"]
        return [], made
    if kind == "vulnerability" and text:
        made = base(frame, "vulnerability", uuid, modified, atoms, revoked=revoked)
        if given.get("comment"):
            made["description"] = str(given["comment"])
        reference = {"source_name": "cve", "external_id": text.upper()}
        if text.upper().startswith("CVE-"):
            made["external_references"] = [reference]
        return [], made | {"name": text}
    if kind in _NAMED and text:
        made = base(frame, _NAMED[kind], uuid, modified, atoms, revoked=revoked)
        if given.get("comment"):
            made["description"] = str(given["comment"])
        return [], made | {"name": text}
    observed = list(shape.observed(text)) if shape is not None and text else []
    if observed:
        made = base(frame, "observed-data", uuid, modified, atoms, revoked=revoked)
        first = instant(given.get("first_seen")) or made["modified"]
        last = instant(given.get("last_seen")) or first
        made |= {"first_observed": first, "last_observed": max(first, last), "number_observed": 1}
        return observed, made | {"object_refs": [one["id"] for one in observed]}
    made = base(frame, "note", uuid, modified, atoms, revoked=revoked)
    about = f"{kind} ({given['category']})" if given.get("category") else kind
    return [], made | {"abstract": about, "content": text, "object_refs": [frame.id]}


_REFERRING: Final = frozenset(("indicator", "observed-data", "note"))
"""Carriers that refer to a technique by its code; a campaign or a group with one would count as ATT&CK's own."""

_NAMED: Final[Mapping[str, str]] = {"campaign-name": "campaign", "threat-actor": "threat-actor"}


def _kept(
    given: Mapping[str, Any], kind: str, carrier: Value, text: str, observed: list[Value]
) -> dict[str, Any]:
    """Return what the carrier itself does not say of an attribute."""
    kept: dict[str, Any] = {"type": kind, "category": str(given.get("category") or "Other")}
    form = carrier["type"]
    detect = given.get("to_ids") in (True, 1, "1")
    if detect != (form == "indicator"):
        kept["to_ids"] = detect
    if form in ("observed-data", "note") and given.get("comment"):
        kept["comment"] = str(given["comment"])
    for name in ("first_seen", "last_seen", "object_relation"):
        if given.get(name):
            kept[name] = given[name]
    if given.get("disable_correlation") in (True, 1, "1"):
        kept["disable_correlation"] = True
    level = given.get("distribution")
    if level is not None and str(level) != "5":
        kept["distribution"] = str(level)
    if form == "indicator":
        if (
            kind not in types.RULES
            and kind != types.STIX_PATTERN
            and types.literals(carrier["pattern"]) != text
        ):
            kept["value"] = text
    elif form == "observed-data" and types.SHAPES[kind].back(observed) != text:
        kept["value"] = text
    elif not isinstance(given.get("value"), str) and given.get("value") is not None:
        kept["value"] = given["value"]
    more = framed.others(given, _READ)
    if more:
        kept["other"] = more
    return kept


def _remarks(frame: Frame, kind: str, text: str, carrier: Value, detect: bool) -> Iterator[Remark]:
    if carrier["type"] != "note":
        return
    if detect:
        yield from framed.remark(frame, "misp-pattern", NO_PATTERN, carrier["id"], kind, type=kind)
    elif kind in types.SHAPES and text and types.SHAPES[kind].back is not None and kind not in _PATTERNS_ONLY:
        yield from framed.remark(
            frame, "misp-value", NO_OBSERVABLE, carrier["id"], carrier["id"], value=text[:80], type=kind
        )


_PATTERNS_ONLY: Final = frozenset(
    (
        "user-agent",
        "cookie",
        "http-method",
        "port",
        "email-message-id",
        "email-x-mailer",
        "email-thread-index",
    )
)


def _odd_distribution(frame: Frame, given: Mapping[str, Any], target: str) -> Iterator[Remark]:
    level = str(given.get("distribution"))
    yield from framed.remark(
        frame, "misp-distribution", marking.UNMAPPED_DISTRIBUTION, target, level, level=level
    )


def _file(
    frame: Frame,
    given: Mapping[str, Any],
    kind: str,
    uuid: str,
    atoms: frozenset[str],
    modified: str,
    made: list[Value],
    carrier: Value,
) -> Iterator[bytes | Remark]:
    """Yield what carries the file of an attribute: an artifact, told of by observed data where the carrier is something else."""
    data = given.get("data")
    if not isinstance(data, str) or not data:
        return
    if len(data) > MOST_FILE:
        yield from framed.remark(
            frame, "misp-file", TOO_LARGE, carrier["id"], uuid, limit=str(MOST_FILE * 3 // 4)
        )
        return
    try:
        content = binascii.a2b_base64(data, strict_mode=True)
    except (binascii.Error, ValueError):
        yield from framed.remark(frame, "misp-file", DAMAGED, carrier["id"], uuid)
        return
    artifact: Value = {
        "type": "artifact",
        "payload_bin": data,
        "hashes": {"SHA-256": sha256(content).hexdigest()},
        "mime_type": "application/zip" if content[:4] == b"PK\x03\x04" else "application/octet-stream",
    }
    if kind == "malware-sample" and content[:4] == b"PK\x03\x04":
        artifact |= {"encryption_algorithm": "mime-type-indicated", "decryption_key": "infected"}
    artifact = types.observable(artifact)
    if carrier["type"] == "observed-data":
        made.append(artifact)
        carrier["object_refs"].append(artifact["id"])
        return
    seen = base(frame, "observed-data", uuid, modified, atoms, revoked=bool(carrier.get("revoked")))
    seen |= {"first_observed": seen["modified"], "last_observed": seen["modified"], "number_observed": 1}
    seen["object_refs"] = [artifact["id"]]
    link = base(frame, "relationship", uuid5(framed.NAMESPACE, f"{uuid} file"), modified, atoms)
    link |= {"relationship_type": "based-on", "source_ref": carrier["id"], "target_ref": seen["id"]}
    marks = {"object_marking_refs": list(framed.references(atoms))} if atoms else {}
    yield written({**artifact, **marks})
    yield written(extended(seen, "file", {}))
    frame.members += [seen["id"], link["id"]]
    frame.links.append(extended(link, "link", {}))
