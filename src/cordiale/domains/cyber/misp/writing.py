"""Write a MISP event from a report and what it names: piece by piece, so that a large event is never in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from cordiale.domains.cyber.misp import types
from cordiale.domains.cyber.misp.aside import CLUSTERS, Beside, Found, Value, beside, pages
from cordiale.domains.cyber.misp.carried import (
    About,
    attributes,
    changed,
    distribution,
    marking_tags,
    seconds,
    sharing_group,
    uuid_in,
)
from cordiale.domains.cyber.misp.cluster import kind_of
from cordiale.domains.cyber.misp.frame import more, said_in
from cordiale.domains.cyber.misp.loss import Losses
from cordiale.domains.cyber.misp.marking import distribution_of
from cordiale.platform.ids import uuid5

_CARRIERS: Final = frozenset(("indicator", "observed-data", "vulnerability", *types.KIND_OF))
_GALAXIES: Final[Mapping[str, str]] = {
    "attack-pattern": "mitre-attack-pattern",
    "course-of-action": "mitre-course-of-action",
    "intrusion-set": "mitre-intrusion-set",
    "malware": "mitre-malware",
    "tool": "mitre-tool",
    "campaign": "mitre-campaign",
}
_UNKNOWN: Final = {"name": "Unknown", "uuid": "00000000-0000-0000-0000-000000000000"}
_NAMESPACE: Final = "6e0b35d4-0f4b-5f0a-8a61-50f7b6a0a3d1"


def event(report: Value, atoms: frozenset[str], find: Found, node: str, losses: Losses) -> Iterator[bytes]:
    """Yield the JSON of one event, in pieces.

    `find` gives what the recipient may take away: what it does not give is not in the event, and not told of.
    """
    members = list(dict.fromkeys(_members(report, find)))
    found = beside(members, find, losses, report["id"])
    about = About(node, atoms)
    head = _head(report, about, found, find)
    carriers = [one for one in members if one.partition("--")[0] in _CARRIERS]
    carriers = [one for one in (*carriers, *found.carriers) if one not in found.files.values()]
    groupings = [one for one in members if one.startswith("grouping--")]
    yield b'{"Event":' + orjson.dumps(head)[:-1]
    yield b',"Attribute":['
    yield from _joined(_attributes(carriers, find, about, found))
    yield b'],"Object":['
    yield from _joined(_objects(groupings, find, about, found, losses))
    yield b'],"Galaxy":' + orjson.dumps(_galaxies(found.clusters, members, found))
    proposed = [_named(one, "Org", find) for one in found.proposals.pop(report["id"], [])]
    yield b',"ShadowAttribute":' + orjson.dumps(proposed)
    yield b',"EventReport":' + orjson.dumps([_told(value, marks, about) for value, marks in found.reports])
    yield b"}}"
    losses.written += found.written


def _members(report: Mapping[str, Any], find: Found) -> Iterator[str]:
    """Yield what a report names, through the parts of a large one."""
    refs = report.get("object_refs", ())
    if not (said_in(report) or {}).get("parts"):
        yield from refs
        return
    for one in refs:
        if not one.startswith("grouping--"):
            yield one
            continue
        held = find([one]).get(one)
        if held is not None and (said_in(held[0]) or {}).get("kind") == "part":
            yield from held[0]["object_refs"]
        elif held is not None:
            yield one


def _joined(values: Iterator[Value]) -> Iterator[bytes]:
    first = True
    batch: list[bytes] = []
    for value in values:
        batch.append(orjson.dumps(value))
        if len(batch) >= 500:
            yield (b"" if first else b",") + b",".join(batch)
            first, batch = False, []
    if batch:
        yield (b"" if first else b",") + b",".join(batch)


def organisation(value: Mapping[str, Any]) -> Value:
    """Return an identity as an organisation of MISP."""
    said = said_in(value) or {}
    return {"name": value.get("name", ""), "uuid": said.get("uuid") or uuid_in(str(value["id"]))}


def _named(value: Value, name: str, find: Found) -> Value:
    """Put the organisation where the id of its identity stands; one that may not be told of is left out."""
    who = value.get(name)
    if not isinstance(who, str):
        return value
    held = find([who]).get(who)
    rest = {key: one for key, one in value.items() if key != name}
    return rest | {name: organisation(held[0])} if held is not None else rest


def _head(report: Value, about: About, found: Beside, find: Found) -> Value:
    said = said_in(report) or {}
    who = report.get("created_by_ref")
    author = find([who]).get(who) if who else None
    level, group = distribution(about.atoms, About(about.node, frozenset()), said)
    if "distribution" not in said and level == "5":
        widest, group = distribution_of(about.atoms, about.node)
        level = str(widest)
    head: Value = {
        "uuid": uuid_in(report["id"]),
        "info": report.get("name") or uuid_in(report["id"]),
        "date": said.get("date") or str(report.get("created") or report.get("published") or "")[:10],
        "threat_level_id": said.get("threat_level_id", "4"),
        "analysis": said.get("analysis", "0"),
        "timestamp": changed(report),
        "publish_timestamp": seconds(report.get("published"))
        if said.get("publish_timestamp") or not said
        else "0",
        "published": bool(said.get("published", not said and report["type"] == "report")),
        "distribution": level,
        "Orgc": organisation(author[0]) if author is not None else _UNKNOWN,
    }
    if group:
        head.update(sharing_group(group))
    for name in ("extends_uuid", "disable_correlation", "protected"):
        if name in said:
            head[name] = said[name]
    if "extends_uuid" in head:
        head["extends_uuid"] = uuid_in(str(head["extends_uuid"])) or head["extends_uuid"]
    names = [*marking_tags(about.atoms, frozenset(), said, about.node), *report.get("labels", ())]
    local = [{"name": name, "local": True} for name in found.local.pop(report["id"], [])]
    head["Tag"] = [{"name": name} for name in dict.fromkeys(names)] + local
    return head | _analysed(found, report["id"]) | more(said)


def _analysed(found: Beside, about: str) -> Value:
    made: dict[str, list[Value]] = {}
    for name, value in found.analysts.pop(about, []):
        made.setdefault(name, []).append(value)
    return dict(made)


def _attributes(ids: Sequence[str], find: Found, about: About, found: Beside) -> Iterator[Value]:
    for page in pages(ids, find):
        yield from _of_page(page, find, about, found)


def _of_page(
    page: Mapping[str, tuple[Value, frozenset[str]]], find: Found, about: About, found: Beside
) -> Iterator[Value]:
    files = [found.files[one] for one in page if one in found.files]
    seen = dict(page) | (dict(find(files)) if files else {})
    wanted = [
        ref
        for value, _atoms in seen.values()
        if value["type"] == "observed-data"
        for ref in value["object_refs"]
    ]
    held = find(wanted) if wanted else {}
    for identifier, (value, atoms) in page.items():
        named: list[str] = list(value["object_refs"]) if value["type"] == "observed-data" else []
        if identifier in found.files and found.files[identifier] in seen:
            named += seen[found.files[identifier]][0]["object_refs"]
        observed = [held[one][0] for one in named if one in held]
        if value["type"] == "observed-data" and len(observed) < len(value["object_refs"]):
            continue  # what was observed is not for this recipient
        made = attributes(value, atoms, about, observed)
        if made:
            found.written += len(made)
            _inside(made[0], identifier, find, found)
        yield from made


def _inside(made: Value, identifier: str, find: Found, found: Beside) -> None:
    """Put what is said about an attribute into it."""
    if identifier in found.sightings:
        made["Sighting"] = [_named(one, "Organisation", find) for one in found.sightings.pop(identifier)]
    if identifier in found.proposals:
        made["ShadowAttribute"] = [
            _proposed(_named(one, "Org", find), made) for one in found.proposals.pop(identifier)
        ]
    if identifier in found.tagged:
        tied = {
            target: found.people[target]
            for target, _link in found.tagged[identifier]
            if target in found.people
        }
        verbs = {target: link["relationship_type"] for target, link in found.tagged.pop(identifier)}
        made["Galaxy"] = _galaxies(tied, list(tied), found, verbs)
    if identifier in found.local:
        made.setdefault("Tag", []).extend(
            {"name": name, "local": True} for name in found.local.pop(identifier)
        )
    made.update(_analysed(found, identifier))


def _proposed(one: Value, made: Mapping[str, Any]) -> Value:
    return {"uuid": made["uuid"], **one} if not one.get("uuid") else one


def _objects(ids: Sequence[str], find: Found, about: About, found: Beside, losses: Losses) -> Iterator[Value]:
    for page in pages(ids, find):
        for identifier, (value, atoms) in page.items():
            said = said_in(value) or {}
            if said.get("kind") == "part":
                continue
            inner = find(value["object_refs"])
            carried = {
                one: inner[one]
                for one in value["object_refs"]
                if one in inner and (said_in(inner[one][0]) or {}).get("kind") == "attribute"
            }
            outside = [
                one
                for one in value["object_refs"]
                if one in inner
                and one not in carried
                and one.partition("--")[0] in _CARRIERS
                and said_in(inner[one][0]) is None
            ]
            if not said:  # a grouping of another source
                carried |= {one: inner[one] for one in outside}
            _merge(found, beside(value["object_refs"], find, losses, value["id"]))
            within = About(about.node, atoms)
            level, group = distribution(atoms, about, said)
            made: Value = {
                "uuid": uuid_in(identifier),
                "name": value.get("name") or "grouping",
                "meta-category": said.get("meta-category", "misc"),
                "description": said.get("description", "")
                if said.get("commented")
                else value.get("description", ""),
                "comment": value.get("description", "") if said.get("commented") else "",
                "timestamp": changed(value),
                "deleted": bool(value.get("revoked")),
                "distribution": level,
            }
            if group:
                made.update(sharing_group(group))
            for name in ("template_uuid", "template_version", "first_seen", "last_seen"):
                if name in said:
                    made[name] = said[name]
            made["Attribute"] = list(_of_page(carried, find, within, found))
            made["ObjectReference"] = found.references.pop(identifier, [])
            yield made | _analysed(found, identifier) | more(said)


def _merge(into: Beside, inner: Beside) -> None:
    for name in ("sightings", "proposals", "analysts", "tagged", "references", "local"):
        for about, held in getattr(inner, name).items():
            known = getattr(into, name)[about]
            known.extend(one for one in held if one not in known)
    into.people.update(inner.people)
    into.files.update(inner.files)


def _galaxies(
    clusters: Mapping[str, Value], order: Sequence[str], found: Beside, verbs: Mapping[str, str] | None = None
) -> list[Value]:
    """Return clusters as MISP writes them: each in its galaxy."""
    made: dict[str, Value] = {}
    for identifier in order:
        value = clusters.get(identifier)
        if value is None or (value["type"] not in CLUSTERS and value["type"] != "note"):
            continue
        one, galaxy = cluster(value)
        verb = (verbs or {}).get(identifier, "")
        if verb not in ("", "indicates", "related-to"):
            one["relationship_type"] = verb
        held = made.setdefault(galaxy["type"], {**galaxy, "GalaxyCluster": []})
        held["GalaxyCluster"].append(one)
    return list(made.values())


def cluster(value: Mapping[str, Any]) -> tuple[Value, Value]:
    """Return an object as a cluster, and the galaxy it is of; one of another source is a custom cluster of ATT&CK's galaxy or our own."""
    said = said_in(value)
    if said is not None and said.get("kind") == "cluster":
        one: Value = {
            "uuid": said.get("uuid") or uuid_in(value["id"]),
            "type": said["type"],
            "value": said.get("value") or value.get("name") or "",
            "tag_name": said["tag"],
            "description": value.get("description", "")
            if value["type"] != "note"
            else value.get("content", ""),
            "meta": said.get("meta", {}),
        }
        for name in ("version", "source", "authors", "collection_uuid", "default", "distribution"):
            if name in said:
                one[name] = said[name]
        return one | more(said), {"type": said["type"], **said.get("galaxy", {})}
    codes = [
        ref["external_id"]
        for ref in value.get("external_references", ())
        if str(ref.get("source_name", "")).startswith("mitre") and ref.get("external_id")
    ]
    kind = str(value["type"])
    known = bool(codes) and kind in _GALAXIES
    galaxy = _GALAXIES[kind] if known else kind if kind_of(kind) == kind else f"stix-2.1-{kind}"
    name = f"{value.get('name', '')} - {codes[0]}" if known else str(value.get("name") or "")
    meta: Value = {}
    if value.get("aliases"):
        meta["synonyms"] = list(value["aliases"])
    if codes:
        meta["external_id"] = codes[0]
    refs = [ref["url"] for ref in value.get("external_references", ()) if ref.get("url")]
    if refs:
        meta["refs"] = refs
    phases = [f"{one['kill_chain_name']}:{one['phase_name']}" for one in value.get("kill_chain_phases", ())]
    if phases:
        meta["kill_chain"] = phases
    return {
        "uuid": uuid_in(str(value["id"])),
        "type": galaxy,
        "value": name,
        "tag_name": f'misp-galaxy:{galaxy}="{name}"',
        "description": value.get("description", ""),
        "meta": meta,
        **({} if known else {"default": False}),
    }, {"type": galaxy, "name": galaxy, "uuid": uuid5(_NAMESPACE, galaxy)}


def _told(value: Value, atoms: frozenset[str], about: About) -> Value:
    said = said_in(value) or {}
    level, group = distribution(atoms, about, said)
    made: Value = {
        "uuid": uuid_in(value["id"]),
        "name": value.get("abstract") or "Note",
        "content": value["content"],
        "timestamp": changed(value),
        "deleted": bool(value.get("revoked")),
        "distribution": level,
    }
    if group:
        made.update(sharing_group(group))
    names = [*marking_tags(atoms, about.atoms, said, about.node), *value.get("labels", ())]
    if names:
        made["Tag"] = [{"name": name} for name in dict.fromkeys(names)]
    return made | more(said)
