"""What is said about the members of an event, found and sorted before they are written: it stands inside them in MISP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cordiale.domains.cyber.misp.carried import seconds, uuid_in
from cordiale.domains.cyber.misp.frame import more, said_in
from cordiale.domains.cyber.misp.loss import Losses

Value = dict[str, Any]
Found = Callable[[Collection[str]], Mapping[str, tuple[Value, frozenset[str]]]]
"""Given ids, return the value and marking of those that may be taken away."""

PAGE: Final = 2_000
CLUSTERS: Final = frozenset(
    ("attack-pattern", "campaign", "course-of-action", "intrusion-set", "malware", "threat-actor", "tool", "location", "identity",
     "infrastructure")
)  # fmt: skip
_BESIDE: Final = frozenset(("sighting", "opinion", "note", "relationship", *CLUSTERS))
_OPINIONS: Final = {"strongly-disagree": 0, "disagree": 25, "neutral": 50, "agree": 75, "strongly-agree": 100}


@dataclass(slots=True)
class Beside:
    """What stands inside other things: by the id of what it is about. `galaxies` are clusters of the event itself."""

    sightings: defaultdict[str, list[Value]] = field(default_factory=lambda: defaultdict(list))
    proposals: defaultdict[str, list[Value]] = field(default_factory=lambda: defaultdict(list))
    analysts: defaultdict[str, list[tuple[str, Value]]] = field(default_factory=lambda: defaultdict(list))
    clusters: dict[str, Value] = field(default_factory=dict)
    tagged: defaultdict[str, list[tuple[str, Value]]] = field(default_factory=lambda: defaultdict(list))
    references: defaultdict[str, list[Value]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, str] = field(default_factory=dict)
    reports: list[tuple[Value, frozenset[str]]] = field(default_factory=list)
    local: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    carriers: list[str] = field(default_factory=list)
    people: dict[str, Value] = field(default_factory=dict)
    written: int = 0


def pages(ids: Sequence[str], find: Found) -> Iterator[Mapping[str, tuple[Value, frozenset[str]]]]:
    """Yield what is found of many ids, a page at a time, each in the order asked."""
    for start in range(0, len(ids), PAGE):
        page = ids[start : start + PAGE]
        found = find(page)
        yield {one: found[one] for one in page if one in found}


def beside(ids: Iterable[str], find: Found, losses: Losses, report: str) -> Beside:
    """Sort what an event names into what carries attributes and what is said about that."""
    made = Beside()
    wanted = [one for one in ids if one.partition("--")[0] in _BESIDE]
    ties: list[Value] = []
    for page in pages(wanted, find):
        for value, atoms in page.values():
            _sort(made, value, atoms, ties, losses, report)
    outside = {one["target_ref"] for one in ties} | {
        who for one in ties for who in [one.get("created_by_ref")] if who
    }
    lacking = [one for one in outside if one not in made.clusters and one.partition("--")[0] in CLUSTERS]
    for page in pages(lacking, find):
        for identifier, (value, _atoms) in page.items():
            made.people[identifier] = value
    for one in ties:
        _tie(made, one, losses)
    return made


def _sort(
    made: Beside, value: Value, atoms: frozenset[str], ties: list[Value], losses: Losses, report: str
) -> None:
    kind, said = value["type"], said_in(value) or {}
    of = said.get("kind")
    about = (value.get("object_refs") or [""])[0]
    if of == "attribute":
        made.carriers.append(value["id"])
    elif kind == "relationship":
        ties.append(value)
    elif kind == "sighting":
        made.sightings[str(value.get("sighting_of_ref"))].append(sighting(value, said))
    elif of == "sighting":
        made.sightings[about].append(sighting(value, said))
    elif of == "proposal":
        made.proposals[about].append(proposal(value, said))
    elif of == "local-tags":
        made.local[about] += str(value.get("content", "")).split("\n")
    elif of == "report" or (kind == "note" and of is None and about == report):
        made.reports.append((value, atoms))
    elif of == "organisation":
        made.people[value["id"]] = value
    elif kind in CLUSTERS or of == "cluster":
        made.clusters[value["id"]] = value
    elif kind == "opinion":
        made.analysts[about].append(("Opinion", opinion(value, said)))
    elif kind == "note":
        name = str(said.get("type", "Note"))
        made.analysts[about].append((name, note(value, said, name)))
    else:
        losses.lost("stix-type", value["id"], kind)


def _tie(made: Beside, value: Value, losses: Losses) -> None:
    said = said_in(value) or {}
    source, target = value["source_ref"], value["target_ref"]
    if said.get("kind") == "link":
        made.files[source] = target
        return
    tied = made.clusters.get(target) or made.people.get(target)
    if said.get("kind") != "reference" and tied is not None and not source.startswith(tuple(CLUSTERS)):
        made.tagged[source].append((target, value))
        made.people.setdefault(target, tied)
        return
    if source.startswith("grouping--"):
        one = {
            "uuid": uuid_in(value["id"]),
            "object_uuid": uuid_in(source),
            "referenced_uuid": said.get("referenced_uuid") or uuid_in(target),
            "relationship_type": said.get("relationship_type") or value["relationship_type"],
            "comment": value.get("description", ""),
            "timestamp": seconds(value["modified"]),
            "deleted": bool(value.get("revoked")),
        }
        made.references[source].append(one | more(said))
        return
    losses.lost("stix-relationship", value["id"], value["relationship_type"])


def sighting(value: Mapping[str, Any], said: Mapping[str, Any]) -> Value:
    """Return a sighting, a false positive or an expiration as MISP writes it; `Organisation` holds the id of its identity."""
    kind = str(said.get("type", "0"))
    who = (value.get("where_sighted_refs") or [said.get("created_by_ref")])[0]
    made: Value = {
        "uuid": uuid_in(value["id"]),
        "type": kind,
        "date_sighting": seconds(value.get("last_seen") or value.get("first_seen") or value["modified"]),
        "source": value.get("description", "") if kind == "0" else said.get("source", ""),
    }
    if who:
        made["Organisation"] = who
    return made | more(said)


def proposal(value: Mapping[str, Any], said: Mapping[str, Any]) -> Value:
    """Return a proposal as MISP writes it."""
    made: Value = {"uuid": said.get("uuid") or uuid_in(value["id"]), "timestamp": seconds(value["modified"])}
    if value.get("created_by_ref"):
        made["Org"] = value["created_by_ref"]
    return made | more(said)


def opinion(value: Mapping[str, Any], said: Mapping[str, Any]) -> Value:
    """Return an opinion as analysts' data of MISP write it."""
    return {
        **_analysed(value, said),
        "opinion": str(said.get("opinion", _OPINIONS.get(str(value.get("opinion")), 50))),
        "comment": value.get("explanation", ""),
    }


def note(value: Mapping[str, Any], said: Mapping[str, Any], name: str) -> Value:
    """Return a note, or a relation, as analysts' data of MISP write it."""
    made = _analysed(value, said)
    if name == "Relationship":
        kind, _space, target = str(value.get("content", "")).partition(" ")
        return made | {
            "relationship_type": value.get("abstract"),
            "related_object_type": kind,
            "related_object_uuid": uuid_in(target) or target,
        }
    made["note"] = value.get("content", "")
    if value.get("lang"):
        made["language"] = value["lang"]
    return made


def _analysed(value: Mapping[str, Any], said: Mapping[str, Any]) -> Value:
    made: Value = {
        "uuid": uuid_in(value["id"]),
        "created": _spaced(value["created"]),
        "modified": _spaced(value["modified"]),
        "authors": ", ".join(value.get("authors", ())),
        "distribution": said.get("distribution", "0"),
    }
    return made | more(said)


def _spaced(written: str) -> str:
    return written[:19].replace("T", " ")
