"""What is said once about an event and holds for all that is read of it: who made it, when, for whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from cordiale.desk.incoming.readers import Remark
from cordiale.domains.cyber.misp import marking
from cordiale.platform.clock import SECOND, Instant, format_instant, parse_instant
from cordiale.platform.ids import uuid5
from cordiale.platform.languages import _
from cordiale.stix import atoms as definitions
from cordiale.stix.extensions import PUBLISHED

NAME: Final = "misp"
EXTENSION: Final = PUBLISHED[NAME]
NAMESPACE: Final = "1d6f5c0e-8a55-5a0b-9c39-0a4c1c7b52d1"
"""Of ids of what MISP gives none to, or one that is no UUID."""

UNDATED: Final = "1970-01-01T00:00:00.000Z"
"""The instant of what MISP gives none to: an organisation, a cluster. Any dated version follows it."""

PUBLIC: Final = "1970-01-01T00:00:01.000Z"
"""Of an organisation that publishes to all: this follows what was said of it before that was known."""

Value = dict[str, Any]

_uuid = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
).fullmatch


@dataclass(slots=True)
class Frame:
    """One event on its way in. `atoms` govern what says nothing of its own, and `confidence` is how sure that is.

    `wanted` are uuids that references of objects lead to, `carriers` what became of those; `members` everything the event
    holds, in order; `told` the definitions and identities that were written already.
    """

    uuid: str
    node: str
    created: str = UNDATED
    modified: str = UNDATED
    author: str = ""
    atoms: frozenset[str] = frozenset()
    public: bool = False
    confidence: int | None = None
    wanted: frozenset[str] = frozenset()
    groups: Mapping[str, str] = field(default_factory=dict)
    carriers: dict[str, str] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    links: list[Value] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    remarked: set[tuple[str, str]] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Return the id of the report that the event becomes."""
        return f"report--{self.uuid}"


def written(value: Value) -> bytes:
    """Return an object as bytes."""
    return orjson.dumps(value)


def id_named(kind: str, written: Any) -> str:
    """Return what MISP names by its UUID alone as the id it has here; what is no UUID stays as it is written.

    A bare UUID would tell of an object that its reader may not know of: an id is known as one, and goes with what it names.
    """
    uuid = str(written).strip().lower()
    return f"{kind}--{uuid}" if _uuid(uuid) else str(written)


def uuid_of(given: Any, frame_uuid: str, *seed: Any) -> str:
    """Return a UUID as MISP gave it; else one made from what it gave, or from `seed`, the same each time."""
    if isinstance(given, str) and _uuid(given):
        return given.lower()
    if given:
        return uuid5(NAMESPACE, f"{frame_uuid} {given}")
    return uuid5(NAMESPACE, " ".join((frame_uuid, *(str(part) for part in seed))))


@lru_cache(maxsize=8192)
def _of_seconds(text: str) -> str:
    whole = text.partition(".")[0]
    if not whole.isascii() or not whole.isdigit() or len(whole) > 11 or int(whole) == 0:
        return ""
    return format_instant(int(whole) * SECOND)


def instant(given: Any) -> str:
    """Return an instant as STIX writes it, of seconds since 1970 or of ISO 8601; "" where there is none."""
    if given is None or given is False:
        return ""
    text = str(given).strip()
    found = _of_seconds(text)
    if found or "-" not in text[1:]:
        return found
    made: Instant | None
    try:
        made = parse_instant(re.sub(r"(?:\+00:?00|Z)?$", "Z", text, count=1))
    except ValueError:
        made = _of_zone(text)
    return "" if made is None else format_instant(made, 3 if made % 1000 == 0 else 6)


def _of_zone(text: str) -> Instant | None:
    """Return an instant that is written with a zone, with a space for the T, or as a day; what names no zone is UTC."""
    try:
        made = datetime.fromisoformat(text)
        made = made.astimezone(UTC) if made.tzinfo else made
        return parse_instant(made.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    except (ValueError, OverflowError):
        return None


def day(given: Any) -> str:
    """Return the first instant of a day such as 2026-01-31, "" where it is none."""
    try:
        return format_instant(parse_instant(f"{given}T00:00:00.000Z"))
    except ValueError:
        return ""


def rows(given: Any) -> list[Any]:
    """Return a list as it is; MISP writes what is empty, or single, in other ways too."""
    if isinstance(given, list):
        return [one for one in given if isinstance(one, dict)]
    if isinstance(given, dict) and given:
        return [given]
    return []


UNREADABLE: Final = "tlp:unreadable"
"""Stands for a tag that cannot be read: it may have been one that restricts, so it counts as one that is not understood."""


def tags(given: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of tags that go with what they are on, and of those that stay on their instance."""
    names: list[str] = []
    local: list[str] = []
    listed = given if isinstance(given, list) else [given] if given else []
    for one in listed:
        name = one.get("name") if isinstance(one, dict) else None
        if isinstance(name, str) and name.strip():
            stays = one.get("exportable") is False or one.get("local") in (True, 1, "1")
            (local if stays else names).append(name)
        elif one:
            names.append(UNREADABLE)
    return tuple(dict.fromkeys(names)), tuple(dict.fromkeys(local))


def marked(frame: Frame, given: Mapping[str, Any], said: marking.Said) -> tuple[frozenset[str], bool]:
    """Return the atoms of something in an event (its own joined with the event's), and whether its distribution was understood."""
    level = given.get("distribution")
    if level is None or str(level) in ("5", "3", ""):
        return (frame.atoms | said.atoms if said.atoms else frame.atoms), True
    group = group_of(frame, given)
    atoms, known = marking.of_distribution(level, group, frame.node)
    return frame.atoms | said.atoms | atoms, known


def group_of(frame: Frame, given: Mapping[str, Any]) -> str:
    """Return the uuid of the sharing group something is for, "" where the file does not say it."""
    held = given.get("SharingGroup")
    if isinstance(held, dict) and _uuid(str(held.get("uuid", ""))):
        return str(held["uuid"]).lower()
    return frame.groups.get(str(given.get("sharing_group_id", "")), "")


@lru_cache(maxsize=4096)
def references(atoms: frozenset[str]) -> tuple[str, ...]:
    """Return the marking references of a marking, sorted by atom."""
    return tuple(definitions.id_of(atom) for atom in sorted(atoms))


def defined(frame: Frame, atoms: frozenset[str]) -> Iterator[bytes]:
    """Yield the definitions of a marking that were not written yet."""
    for atom in sorted(atoms):
        if atom not in frame.told:
            frame.told.add(atom)
            yield written(definitions.definition_of(atom))


def identity(frame: Frame, given: Any) -> tuple[str, bytes | None]:
    """Return the id of an organisation, "" for none, and its identity where that was not written yet.

    That an organisation shares something with a community is known to that community alone: there it has an id of its own.
    One that publishes to all is known to all.
    """
    if not isinstance(given, Mapping) or not (given.get("uuid") or given.get("name")):
        return "", None
    name = str(given.get("name") or given.get("uuid"))
    own = uuid_of(given.get("uuid"), "", "organisation", name)
    under = frozenset(atom for atom in frame.atoms if atom.startswith("rel:"))
    uuid = uuid5(NAMESPACE, " ".join((own, *sorted(under)))) if under else own
    found = f"identity--{uuid}"
    if found in frame.told:
        return found, None
    frame.told.add(found)
    public = not under and frame.public
    value: Value = {
        "type": "identity",
        "spec_version": "2.1",
        "id": found,
        "created": UNDATED,
        "modified": PUBLIC if public else UNDATED,
        "name": name,
        "identity_class": "organization",
    }
    marks = under or (frozenset(("tlp:clear",)) if public else under)
    if marks:
        value["object_marking_refs"] = list(references(marks))
    return found, written(extended(value, "organisation", {"uuid": own} if under else {}))


NO_TIME: Final = _(
    "Its {field} “{value}” is no time that can be read: it is taken in as if nothing stood there."
)


def remark(
    frame: Frame, code: str, message_id: str, object_id: str, key: str = "", **params: str
) -> Iterator[Remark]:
    """Yield a remark, once for each key in an event."""
    if (code, key) not in frame.remarked:
        frame.remarked.add((code, key))
        yield Remark(code, message_id, params, object_id)


def untimed(
    frame: Frame, given: Mapping[str, Any], fields: Iterable[str], object_id: str
) -> Iterator[Remark]:
    """Yield a remark for each field that says a time which cannot be read: no time is made up, and none is lost unsaid."""
    for name in fields:
        said = given.get(name)
        if said and str(said) != "0" and not (day(said) if name == "date" else instant(said)):
            key = f"{object_id} {name}"
            yield from remark(frame, "misp-time", NO_TIME, object_id, key, field=name, value=str(said)[:80])


def base(
    frame: Frame, kind: str, uuid: str, modified: str, atoms: frozenset[str], *, revoked: bool = False
) -> Value:
    """Return what every object of an event begins with."""
    later = max(frame.created, modified)
    value: Value = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid}"}
    if frame.author:
        value["created_by_ref"] = frame.author
    value["created"] = frame.created
    value["modified"] = later
    if revoked:
        value["revoked"] = True
    if atoms:
        value["object_marking_refs"] = list(references(atoms))
    return value


def extended(value: Value, kind: str, said: Mapping[str, Any]) -> Value:
    """Put what MISP says and STIX has no place for into the extension of an object; `kind` is what it is there."""
    value["extensions"] = {EXTENSION: {"extension_type": "property-extension", "kind": kind, **said}}
    return value


def said_in(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what the extension of an object says, None where it has none."""
    extensions = value.get("extensions")
    found = extensions.get(EXTENSION) if isinstance(extensions, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    # as it was called before a validator said that names of properties have three letters
    return {"kind": found["of"], **found} if "of" in found else found


def more(said: Mapping[str, Any]) -> Value:
    """Return the fields that were kept as they were."""
    held = said.get("other")
    return dict(held) if isinstance(held, Mapping) else {}


NEVER: Final = frozenset(
    ("SharingGroup", "SharingGroupOrg", "SharingGroupServer", "sharing_group_id", "Attribute", "Object", "Event", "RelatedEvent",
     "RelatedAttribute", "User", "user_id", "event_creator_email", "email", "Server")
)  # fmt: skip
"""Fields that are kept nowhere as they are, at any depth: they tell of members of groups, of people, or of what has a marking of its own."""


def others(given: Mapping[str, Any], known: frozenset[str]) -> Value:
    """Return what is said and read nowhere else: it is kept as it is. Empty values say nothing."""
    return {
        name: _open(value)
        for name, value in given.items()
        if name not in known and name not in NEVER and value not in (None, "", [], {})
    }


def _open(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _open(one) for name, one in value.items() if name not in NEVER}
    return [_open(one) for one in value] if isinstance(value, list) else value


def local_tags(
    frame: Frame, names: Sequence[str], target: str, uuid: str, modified: str, atoms: frozenset[str]
) -> Iterator[bytes]:
    """Keep tags that are for their own instance in a note that stays on this node."""
    if not names:
        return
    under = atoms | {marking.home_only(frame.node)}
    yield from defined(frame, under)
    value = base(frame, "note", uuid5(NAMESPACE, f"{uuid} local tags"), modified, under)
    value |= {"abstract": "MISP: local tags", "content": "\n".join(names), "object_refs": [target]}
    frame.members.append(value["id"])
    yield written(extended(value, "local-tags", {}))


def unmapped(frame: Frame, names: Iterable[str], target: str) -> Iterator[Remark]:
    """Say of tags that restrict and could not be understood that they keep things to this node."""
    for name in names:
        yield from remark(frame, "misp-tag", marking.UNMAPPED_TAG, target, name, tag=name)


NO_UUID: Final = _("It has no UUID, or one that is none: it got one made from its content.")
