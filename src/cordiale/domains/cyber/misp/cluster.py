"""Galaxies and their clusters: what MISP knows of actors, tools, techniques and places, under the uuid that others know it by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cordiale.domains.cyber.misp import frame as framed
from cordiale.domains.cyber.misp import marking
from cordiale.domains.cyber.misp.frame import (
    UNDATED,
    Frame,
    Value,
    base,
    defined,
    extended,
    others,
    references,
    rows,
    uuid_of,
    written,
)
from cordiale.platform.clock import SECOND, format_instant
from cordiale.platform.ids import uuid5

KINDS: Final[Mapping[str, str]] = {
    "mitre-course-of-action": "course-of-action",
    "course-of-action": "course-of-action",
    "preventive-measure": "course-of-action",
    "disarm-countermeasures": "course-of-action",
    "disarm-detections": "course-of-action",
    "mitre-intrusion-set": "intrusion-set",
    "microsoft-activity-group": "threat-actor",
    "threat-actor": "threat-actor",
    "360net-threat-actor": "threat-actor",
    "tidal-groups": "threat-actor",
    "first-csirt-services-framework": "",
    "android": "malware",
    "backdoor": "malware",
    "banker": "malware",
    "botnet": "malware",
    "cryptominers": "malware",
    "malpedia": "malware",
    "ransomware": "malware",
    "rat": "malware",
    "stealer": "malware",
    "tidal-software": "malware",
    "exploit-kit": "tool",
    "rmm": "tool",
    "rsit": "",
    "tds": "tool",
    "tool": "tool",
    "branded-vulnerability": "vulnerability",
    "branded_vulnerability": "vulnerability",
    "country": "location",
    "region": "location",
    "sector": "identity",
    "target-information": "location",
    "cert-eu-govsector": "identity",
    "tidal-campaigns": "campaign",
    "mitre-campaign": "campaign",
}
"""Types of galaxies → STIX; those named after techniques, malware or tools of ATT&CK follow from their names."""

LISTS: Final = frozenset(
    (
        "7cdff317-a673-4474-84ec-4f1754947823",  # threat-actor
        "0d821b68-9d82-4c6d-86a6-1071a9e0f79f",  # tool
        "454f4e78-bd7c-11e6-a4a6-cec0c932ce01",  # exploit-kit
        "d752161c-78f6-11e7-a0ea-bfa79b407ce4",  # mitre-malware
    )
)
"""UUIDs of MISP's own lists of clusters that old instances are known to have given to the clusters themselves."""

_ENDINGS: Final = (
    ("attack-pattern", "attack-pattern"),
    ("techniques", "attack-pattern"),
    ("technique", "attack-pattern"),
    ("malware", "malware"),
    ("ransomware", "malware"),
    ("-tool", "tool"),
    ("course-of-action", "course-of-action"),
    ("intrusion-set", "intrusion-set"),
    ("threat-actor", "threat-actor"),
    ("campaign", "campaign"),
    ("fraud", "attack-pattern"),
)
INDICATED: Final = frozenset(
    ("attack-pattern", "campaign", "infrastructure", "intrusion-set", "malware", "threat-actor", "tool")
)
_CLUSTER: Final = frozenset(
    (
        "uuid", "type", "value", "description", "meta", "tag_name", "tag_id", "id", "galaxy_id", "collection_uuid", "source", "authors",
        "version", "GalaxyClusterRelation", "GalaxyElement", "Org", "Orgc", "org_id", "orgc_id", "local", "relationship_type", "default",
        "locked", "published", "deleted", "extends_uuid", "extends_version", "distribution", "sharing_group_id", "related", "Galaxy",
        "TargetingClusterRelation", "ClusterRelation", "event_tag_id", "attribute_tag_id",
    )
)  # fmt: skip
_ALIASED: Final = frozenset(
    ("attack-pattern", "campaign", "infrastructure", "intrusion-set", "malware", "threat-actor", "tool")
)


def kind_of(galaxy: str) -> str:
    """Return the STIX type of the clusters of a galaxy; a grouping of nothing else is a note."""
    name = galaxy.lower()
    if KINDS.get(name):
        return KINDS[name]
    return next((kind for ending, kind in _ENDINGS if name.endswith(ending)), "note")


def galaxies(frame: Frame, given: Any, target: str, atoms: frozenset[str]) -> Iterator[bytes]:
    """Yield the clusters that something is tagged with, and what ties it to them."""
    for galaxy in rows(given):
        for one in rows(galaxy.get("GalaxyCluster")):
            found, new = cluster(frame, galaxy, one, target)
            if new is not None:
                yield from new
            if not found:
                continue
            kind = found.partition("--")[0]
            if target == frame.id:
                frame.members.append(found)
                continue
            verb = "indicates" if target.startswith("indicator--") and kind in INDICATED else "related-to"
            if one.get("relationship_type"):
                verb = verb_of(str(one["relationship_type"]))
            yield from defined(frame, atoms)
            link = base(
                frame, "relationship", uuid5(framed.NAMESPACE, f"{target} {found}"), frame.modified, atoms
            )
            link |= {"relationship_type": verb, "source_ref": target, "target_ref": found}
            kept = {"local": True} if one.get("local") in (True, 1, "1") else {}
            frame.members.append(link["id"])  # what an attribute is tagged with is not said of the event
            frame.links.append(extended(link, "galaxy", kept))


def verb_of(written_by_misp: str) -> str:
    """Return a kind of relationship as STIX writes it: lower case, hyphens."""
    text = "".join(c if c.isascii() and c.isalnum() else "-" for c in written_by_misp.strip().lower())
    return text.strip("-")[:250] or "related-to"


def cluster(
    frame: Frame, galaxy: Mapping[str, Any], one: Mapping[str, Any], target: str
) -> tuple[str, Iterator[bytes] | None]:
    """Return the id of a cluster, and its objects where they were not written yet.

    Its `modified` is its version in the second of an undated instant: what ATT&CK or another source holds under the same id is
    later, and stays what people see.
    """
    name = str(one.get("value") or "")
    galaxy_type = str(one.get("type") or galaxy.get("type") or "")
    if not name:
        return "", None
    tag = str(one.get("tag_name") or f'misp-galaxy:{galaxy_type}="{name}"')
    kind = kind_of(galaxy_type)
    found = f"{kind}--{_uuid(galaxy, one, tag)}"
    if found in frame.told:
        return found, None
    frame.told.add(found)
    custom = one.get("default") is False or str(one.get("distribution", "")) in ("0", "1", "2", "4")
    return found, _objects(frame, galaxy, one, kind, found, name, galaxy_type, tag, custom, target)


def _uuid(galaxy: Mapping[str, Any], one: Mapping[str, Any], tag: str) -> str:
    """Return the UUID of a cluster; one that many clusters of a galaxy share is that of their list, and none of theirs.

    Old instances gave every cluster the UUID of the list that it is from: all malware would be one malware.
    """
    given = str(one.get("uuid") or "").lower()
    others = [
        str(other.get("uuid")).lower()
        for other in rows(galaxy.get("GalaxyCluster"))
        if other.get("value") != one.get("value")
    ]
    lists = {
        str(galaxy.get("uuid") or "").lower(),
        str(one.get("collection_uuid") or "").lower(),
        *LISTS,
        *others,
    }
    return uuid_of("" if given in lists else given, "", "cluster", tag)


def _objects(
    frame: Frame,
    galaxy: Mapping[str, Any],
    one: Mapping[str, Any],
    kind: str,
    found: str,
    name: str,
    galaxy_type: str,
    tag: str,
    custom: bool,
    target: str,
) -> Iterator[bytes]:
    meta = one["meta"] if isinstance(one.get("meta"), Mapping) else {}
    value: Value = {"type": kind, "spec_version": "2.1", "id": found, "created": UNDATED}
    value["modified"] = dated(one.get("version"))
    if custom:
        level, known = marking.of_distribution(
            one.get("distribution"), framed.group_of(frame, one), frame.node
        )
        under = frame.atoms | (level if known else frozenset((marking.home_only(frame.node),)))
    else:
        under = frozenset(("tlp:clear",))
    yield from defined(frame, under)
    if under:
        value["object_marking_refs"] = list(references(under))
    value |= content(kind, name, str(one.get("description") or ""), meta, galaxy_type, target)
    kept: dict[str, Any] = {"type": galaxy_type, "tag": tag}
    about = {
        part: galaxy[part]
        for part in ("uuid", "name", "description", "namespace", "version", "icon")
        if isinstance(galaxy.get(part), str) and galaxy[part]
    }
    if about:
        kept["galaxy"] = about
    if meta:
        kept["meta"] = dict(meta)
    for part in ("version", "source", "authors", "collection_uuid"):
        if one.get(part) not in (None, "", []):
            kept[part] = one[part]
    if custom:
        kept["default"] = False
        if one.get("distribution") is not None:
            kept["distribution"] = str(one["distribution"])
    if name != value.get("name"):
        kept["value"] = name
    if one.get("uuid") and str(one["uuid"]).lower() != found.partition("--")[2]:
        kept["uuid"] = str(one["uuid"])
    more = others(one, _CLUSTER)
    if more:
        kept["other"] = more
    yield written(extended(value, "cluster", kept))


def dated(version: Any) -> str:
    """Return the `modified` of a cluster of a version: a day of 1970 and later for a small one, never this century."""
    text = str(version or 0)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    return format_instant(min(number, 900_000_000) * SECOND)


def _texts(given: Any) -> list[str]:
    held = given if isinstance(given, list) else [given]
    return list(dict.fromkeys(str(one) for one in held if isinstance(one, str | int) and str(one)))


def content(
    kind: str, name: str, description: str, meta: Mapping[str, Any], galaxy_type: str, target: str
) -> Value:
    """Return what STIX says of a cluster: name, aliases, references, kill chain."""
    value: Value = {}
    if kind == "note":
        value |= {"abstract": f"{galaxy_type}: {name}", "content": description or name}
        value["object_refs"] = [target]
        return value
    value["name"] = name
    if description:
        value["description"] = description
    aliases = [one for one in _texts(meta.get("synonyms", [])) if one != name]
    if aliases and kind in _ALIASED:
        value["aliases"] = aliases
    if kind == "malware":
        value["is_family"] = True
    if kind == "identity":
        value["identity_class"] = "class"
    if kind == "location":
        code = next((one for one in _texts(meta.get("ISO", [])) if len(one) == 2), "")
        value |= {"country": code.upper()} if code else {"region": name.lower().replace(" ", "-")}
    references_ = []
    for code in _texts(meta.get("external_id", [])):
        source = "capec" if code.startswith("CAPEC-") else source_of(galaxy_type)
        references_.append({"source_name": source, "external_id": code})
    references_ += [
        {"source_name": "misp-galaxy", "url": link}
        for link in _texts(meta.get("refs", []))
        if link.startswith(("http://", "https://"))
    ]
    if kind == "vulnerability" and name.startswith("CVE-"):
        references_.append({"source_name": "cve", "external_id": name})
    if references_:
        value["external_references"] = references_
    phases = [text.split(":") for text in _texts(meta.get("kill_chain", [])) if ":" in text]
    if phases and kind in ("attack-pattern", "malware", "tool"):
        value["kill_chain_phases"] = [
            {"kill_chain_name": parts[0], "phase_name": parts[-1]} for parts in phases if parts[-1]
        ]
    return value


def source_of(galaxy_type: str) -> str:
    """Return whose numbers a galaxy's external ids are."""
    if galaxy_type.startswith("mitre-"):
        return "mitre-attack"
    return "DISARM" if galaxy_type.startswith("disarm-") else f"misp-galaxy:{galaxy_type}"
