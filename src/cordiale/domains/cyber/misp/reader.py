"""Read MISP: events alone, in lists and answers, in feeds; attributes and objects by themselves; clusters of galaxies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from cordiale.desk.incoming.readers import Reader, Remark, looks_like_json
from cordiale.domains.cyber.misp import cluster, envelope
from cordiale.domains.cyber.misp.apart import apart, governed
from cordiale.domains.cyber.misp.envelope import Part
from cordiale.domains.cyber.misp.event import event
from cordiale.domains.cyber.misp.frame import Frame
from cordiale.domains.cyber.misp.settling import settle
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.ingress import Limits, SetAside, decode

_OPENING = rb"^(?:\xef\xbb\xbf)?[\s\[{]*"
_EVENT: Final = re.compile(_OPENING + rb'"(?:Event|response|Attribute|Object)"\s*:\s*[\[{]', re.DOTALL)
_OF_EVENT: Final = re.compile(
    rb'"(?:threat_level_id|publish_timestamp|Orgc|orgc_id|analysis|EventReport|ShadowAttribute|attribute_count|meta-category'
    rb'|to_ids|extends_uuid|GalaxyCluster)"\s*:'
)
_CLUSTERS: Final = re.compile(rb'"(?:authors|category|values|collection_uuid)"\s*:')
_MANIFEST: Final = re.compile(_OPENING + rb'"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}"\s*:\s*\{', re.DOTALL)
_HASHES: Final = re.compile(rb"^(?:[0-9a-f]{32},[0-9a-f]{8}-[0-9a-f-]{27}\r?\n)+")
_STIX: Final = re.compile(rb'"(?:spec_version|type"\s*:\s*"bundle)"')
_DISARM: Final = re.compile(rb'"(?:type|category)"\s*:\s*"disarm')
"""Clusters that the domain of information reads."""

_OF_TAXONOMY: Final = re.compile(rb'"(namespace|predicates|predicate|expanded|entry)"\s*:')
_TAXONOMY: Final = re.compile(rb'"predicates"\s*:\s*\[')

SAMPLE: Final = (
    b'{"Event": {"uuid": "5f0c1b1e-8a52-4c0e-9a5b-1f0a8c1d2e3f", "info": "An invented event", "date": "2026-01-31", "threat_level_id": "2",'
    b' "analysis": "0", "timestamp": "1769817600", "Orgc": {"name": "An invented team", "uuid": "6a1d2c3b-4e5f-4a6b-8c7d-9e0f1a2b3c4d"},'
    b' "Tag": [{"name": "tlp:green"}], "Attribute": [{"uuid": "7b2e3d4c-5f6a-4b7c-9d8e-0f1a2b3c4d5e", "type": "ip-dst", "category":'
    b' "Network activity", "to_ids": true, "value": "198.51.100.7", "timestamp": "1769817600"}]}}'
)


def recognise(head: bytes) -> bool:
    """Tell whether content is MISP's: an event or what holds some, a feed's list of files, clusters of a galaxy."""
    if _HASHES.match(head):
        return True
    if not looks_like_json(head) or _STIX.search(head):
        return False
    return bool(
        _EVENT.match(head)
        or _MANIFEST.match(head)
        or _OF_EVENT.search(head)
        or _galaxy(head)
        or _taxonomy(head)
    )


def _galaxy(head: bytes) -> bool:
    """Tell whether content begins as a file of MISP's galaxies does, and not as a list of warnings or a taxonomy."""
    return (
        len(set(_CLUSTERS.findall(head))) >= 2
        and b'"matching_attributes"' not in head
        and not _DISARM.search(head)
        and not _TAXONOMY.search(head)
    )


def _taxonomy(head: bytes) -> bool:
    """Tell whether content begins as a taxonomy of MISP does, whatever the order of its properties."""
    said = set(_OF_TAXONOMY.findall(head))
    return (
        bool({b"expanded", b"predicates"} & said) and len(said) >= 2 and b'"matching_attributes"' not in head
    )


def read(chunks: Iterable[bytes], limits: Limits) -> Iterator[bytes | SetAside | Remark]:
    """Read without a node of one's own: what is kept to this node goes to nobody."""
    yield from read_at(chunks, limits, "nobody")


def read_at(chunks: Iterable[bytes], limits: Limits, node: str) -> Iterator[bytes | SetAside | Remark]:
    """Yield the STIX objects of what MISP wrote; what has no place in STIX is kept in an extension or a note, and said."""
    with envelope.spooled(chunks, limits.total_bytes) as view:
        start = 3 if bytes(view[:3]) == b"\xef\xbb\xbf" else 0
        yield from _value(view, (start, len(view)), limits, node)


def _value(view: memoryview, at: Part, limits: Limits, node: str) -> Iterator[bytes | SetAside | Remark]:
    first = envelope.kind(view, at)
    if first == "[":
        yield from _listed(view, at, limits, node)
        return
    if first != "{":
        yield Remark("misp-hashes", HASHES)
        return
    found = envelope.parts(view, at)
    if "Event" in found:
        yield from _within(view, found["Event"], limits, node)
    elif "response" in found:
        yield from _value(view, found["response"], limits, node)
    elif "namespace" in found and "predicates" in found:
        head, _dumped = decode(bytes(view[at[0] : at[1]]), limits)
        yield Remark("misp-taxonomy", TAXONOMY, {"namespace": str(head["namespace"])[:60]})
    elif "values" in found and "type" in found:
        yield from _clusters(view, at, limits, node)
    elif "GalaxyCluster" in found:
        yield from _galaxy_alone(envelope.value(view, at, limits), node)
    elif found and all(len(name) == 36 for name in found):
        yield Remark("misp-manifest", MANIFEST, {"events": str(len(found))})
    elif "info" in found or "Attribute" in found or "Object" in found or "orgc_id" in found:
        yield from _bare(view, at, found, limits, node)
    elif "type" in found and "value" in found:
        yield from _alone({"Attribute": [envelope.value(view, at, limits)]}, view, limits, node)
    else:
        raise InputError(
            "misp-unknown",
            _("It is written as MISP writes, but holds no event, attribute, object or cluster."),
        )


def _listed(view: memoryview, at: Part, limits: Limits, node: str) -> Iterator[bytes | SetAside | Remark]:
    """Read a list: of events, or of attributes and objects by themselves. An event in it is held as it is read."""
    alone: dict[str, list[Any]] = {"Attribute": [], "Object": []}
    for index, piece in enumerate(envelope.items(view, at, limits)):
        if isinstance(piece, SetAside):
            yield piece
            continue
        inner = memoryview(piece)
        try:
            found = envelope.parts(inner, (0, len(piece)))
            single = next((name for name in alone if name in found and "info" not in found), None)
            if single and envelope.kind(inner, found[single]) == "{":
                alone[single].append(envelope.value(inner, found[single], limits))
            elif "type" in found and "value" in found and "info" not in found:
                alone["Attribute"].append(envelope.value(inner, (0, len(piece)), limits))
            elif "SharingGroup" in found and "Event" not in found:
                yield Remark("misp-sharing-group", SHARING_GROUPS)
            else:
                yield from _value(inner, (0, len(piece)), limits, node)
        except InputError as error:
            params = {name: str(said) for name, said in error.params.items()}
            yield SetAside(index, None, "", error.code, error.message_id, params, piece)
    if alone["Attribute"] or alone["Object"]:
        yield from _alone(alone, view, limits, node)


def _within(view: memoryview, at: Part, limits: Limits, node: str) -> Iterator[bytes | SetAside | Remark]:
    if envelope.kind(view, at) == "[":
        yield from _listed(view, at, limits, node)
    else:
        yield from _bare(view, at, envelope.parts(view, at), limits, node)


def _bare(
    view: memoryview, at: Part, found: Mapping[str, Part], limits: Limits, node: str
) -> Iterator[bytes | SetAside | Remark]:
    large = {name: found[name] for name in ("Attribute", "Object", "RelatedEvent") if name in found}
    head, _dumped = decode(envelope.without(view, at, large.values()), limits)
    for name in ("Attribute", "Object"):
        if name in large and envelope.kind(view, large[name]) not in "[{n":  # a list, a single one, null
            raw = bytes(view[slice(*large[name])][:200])
            yield SetAside(0, large[name][0], name, "not-a-list", NO_LIST, {"name": name}, raw)
    if "info" not in found and "uuid" not in found and "date" not in found:
        attributes = list(envelope.values(view, found.get("Attribute"), limits))
        objects = list(envelope.values(view, found.get("Object"), limits))
        yield from _alone({"Attribute": attributes, "Object": objects}, view, limits, node)
        return
    yield from _event(head, view, large, limits, node)


def _event(
    head: Mapping[str, Any], view: memoryview, large: Mapping[str, Part], limits: Limits, node: str
) -> Iterator[bytes | SetAside | Remark]:
    if (
        not large
        and not any(head.get(name) for name in ("Tag", "Galaxy", "EventReport"))
        and "attribute_count" in head
    ):
        yield Remark("misp-index", INDEX, {}, str(head.get("uuid", "")))
        return
    attributes = partial(envelope.values, view, large.get("Attribute"), limits)
    objects = partial(envelope.values, view, large.get("Object"), limits)
    yield from event(head, attributes, objects, node)


def _alone(
    given: Mapping[str, list[Any]], view: memoryview, limits: Limits, node: str
) -> Iterator[bytes | SetAside | Remark]:
    """Read attributes and objects that come without their event: one of their own holds them, unless each brings what governs it."""
    aside = [one for held in given.values() for one in held if isinstance(one, SetAside)]
    whole = [one for one in given.get("Attribute", []) if isinstance(one, Mapping)]
    attributes = [one for one in whole if not governed(one)]
    if len(attributes) < len(whole):
        yield from apart((one for one in whole if governed(one)), node)
    objects = [one for one in given.get("Object", []) if isinstance(one, Mapping)]
    stamps = [str(one.get("timestamp") or "0") for one in (*attributes, *objects)]
    head = {
        "info": "MISP: attributes without their event",
        "seed": sorted(str(one.get("uuid") or one.get("value")) for one in (*attributes, *objects)),
        "timestamp": max(stamps, key=lambda text: (len(text), text), default="0"),
        "distribution": "0"
        if any(str(one.get("distribution")) == "5" for one in (*attributes, *objects))
        else None,
    }
    head["uuid"] = repr(head.pop("seed"))
    yield from aside
    if not attributes and not objects and whole:
        return
    yield Remark("misp-alone", ALONE, {"count": str(len(attributes) + len(objects))})
    yield from event(head, lambda: attributes, lambda: objects, node)


def _galaxy_alone(galaxy: Mapping[str, Any], node: str) -> Iterator[bytes | Remark]:
    frame = Frame(uuid="", node=node)
    for one in galaxy["GalaxyCluster"] if isinstance(galaxy["GalaxyCluster"], list) else []:
        yield from _cluster(frame, galaxy, one)


def _cluster(frame: Frame, galaxy: Mapping[str, Any], one: Any) -> Iterator[bytes | Remark]:
    kind = str(galaxy.get("type"))
    found, new = cluster.cluster(frame, galaxy, one if isinstance(one, Mapping) else {}, frame.id)
    if found.startswith("note--") or new is None:
        yield Remark("misp-cluster", NO_TYPE, {"type": kind[:60]}, found)
    else:
        yield from new


def _clusters(view: memoryview, at: Part, limits: Limits, node: str) -> Iterator[bytes | SetAside | Remark]:
    found = envelope.parts(view, at)
    head, _dumped = decode(envelope.without(view, at, (found["values"],)), limits)
    frame = Frame(uuid="", node=node)
    galaxy = {"type": head.get("type"), "name": head.get("name"), "description": head.get("description")}
    for one in envelope.values(view, found["values"], limits):
        if isinstance(one, SetAside):
            yield one
            continue
        yield from _cluster(frame, galaxy, {"version": head.get("version"), **one})


NO_LIST: Final = _("{name} is no list of objects: nothing of it is read.")
HASHES: Final = _(
    "The list of hashes of a feed is not needed: every value is looked up in the events themselves."
)
MANIFEST: Final = _(
    "A feed's own list of its events ({events}) is not needed: the events beside it are read."
)
INDEX: Final = _("It is a line of an index of events, without their content: fetch the event.")
SHARING_GROUPS: Final = _(
    "A list of sharing groups alone marks nothing: each is kept with the events that it governs."
)
TAXONOMY: Final = _(
    "The taxonomy {namespace} is words for tags, and no object: keep it with cordiale cyber misp taxonomies add."
)
ALONE: Final = _(
    "Attributes and objects without their event: {count}. They are in a report of their own, under what each of them says."
)
NO_TYPE: Final = _(
    "Clusters of the galaxy {type} have no STIX type: they are taken in with the events that use them."
)

reader = Reader("MISP", recognise, read, read_at, settle)
