"""Open an incident, from findings or from nothing, and change what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.marking.stating import instants, own_identity, state
from cordiale.desk.visible import visible
from cordiale.desk.written import marking_of
from cordiale.joint.case import finish
from cordiale.joint.incident.reading import find
from cordiale.joint.incident.said import Said
from cordiale.joint.incident.writing import (
    VERB,
    Wrote,
    anew,
    known_object,
    own,
    piece,
    score,
    sector_labels,
    tie,
    translation,
    with_core,
    word,
    worded,
    words_of,
)
from cordiale.joint.words import NONE, Words
from cordiale.platform.errors import InputError
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.stix.sectors import label_of, sectors_of

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

HOW: Final[Mapping[str, tuple[str, bool]]] = {
    "indicator": ("detected", True),
    "campaign": ("associated-with", True),
    "identity": ("targets", False),
    "infrastructure": ("targets", False),
    "location": ("located-at", False),
}
"""Type of a finding → how it is tied to its incident, and whether it is the source of the tie; all else is related to it."""


def open_incident(
    desk: Desk,
    actor: Actor,
    name: Words,
    *,
    words: Words = NONE,
    findings: Sequence[str] = (),
    marking: str = "",
    determination: str = "suspected",
    criticality: int | None = None,
    types: Sequence[str] = (),
    detected: Sequence[str] = (),
    sectors: Sequence[str] = (),
) -> Wrote:
    """Open an incident about what was found, each finding tied to it; sightings become an event of it.

    It is marked as all its findings are together, and `marking` besides. Raises InputError for no name, no marking, and words
    that the extension does not have; NotFound for a finding that is not seen.
    """
    authorise(actor, VERB)
    named(actor, "incident open")
    name = Words(" ".join(name.en.split()), " ".join(name.fr.split()))
    if not name.said("en"):
        raise InputError("incident-name", _("Say what the incident is called.")).at("name", "name_en")
    said = {
        "determination": word(determination, "incident-determination-enum"),
        "investigation_status": "new",
        "criticality": score(criticality, "criticality"),
        "incident_types": words_of(types) or None,
        "detection_methods": words_of(detected) or None,
    }
    labels = sector_labels(sectors)
    own_identity(
        desk
    )  # everybody may know of it; were it made with the first task, it would tell of a hidden one
    with desk.store.write() as tx:
        seen = visible(tx, desk, actor)
        found = [known_object(tx, desk, actor, one, seen) for one in dict.fromkeys(findings)]
        wanted = (marking_of(marking) if marking else frozenset()).union(*(one.marking for one in found))
        if not wanted:
            raise InputError("incident-marking", _("Say how the incident is marked (-m), or of what it is opened.")).at("marking")  # fmt: skip
        value = _incident(desk, name, words, said, [*labels, *_sectors(found, labels)])
        event = _seen(desk, found, name)
        ties = [
            _tied(desk, one, value["id"]) for one in found if one.type not in ("sighting", "relationship")
        ]
        if event:
            value["extensions"] = with_core(value, {"events": [{"event_ref": event[0]["id"]}]})
            ties.append(tie(desk, event[0]["id"], "related-to", value["id"]))
        state(tx, desk, actor, [*event, value, *translation(desk, value, name, words), *ties], wanted)
        audit.acted(tx, desk, actor, "incident-open", id=value["id"], findings=[one.id for one in found])
    finish(desk)
    return Wrote(incident=value["id"], id=value["id"], marking=tuple(sorted(wanted)))


def change_incident(
    desk: Desk,
    actor: Actor,
    incident: str,
    *,
    determination: str = "",
    status: str = "",
    criticality: int | None = None,
    types: Sequence[str] | None = None,
    detected: Sequence[str] | None = None,
    recoverability: str = "",
    counts: Mapping[str, int] | None = None,
    sectors: Sequence[str] | None = None,
) -> Wrote:
    """Change what this node says of its own incident; raises NotAllowed for another's, InputError for unknown words."""
    authorise(actor, VERB)
    named(actor, "incident change")
    said: dict[str, Any] = {
        "determination": word(determination, "incident-determination-enum"),
        "investigation_status": "-".join(status.lower().split()),
        "recoverability": word(recoverability, "recoverability-enum"),
    }
    said = {key: one for key, one in said.items() if one}
    if criticality is not None:
        said["criticality"] = score(criticality, "criticality")
    if types is not None:
        said["incident_types"] = words_of(types) or None
    if detected is not None:
        said["detection_methods"] = words_of(detected) or None
    if counts is not None:
        said["impacted_entity_counts"] = {"-".join(k.lower().split()): n for k, n in counts.items()} or None
    with desk.store.write() as tx:
        held = own(tx, desk, actor, find(tx, desk, actor, incident, visible(tx, desk, actor)).id)
        changed: dict[str, Any] = {"extensions": with_core(held.value, said)}
        if sectors is not None:
            kept = [one for one in held.value.get("labels") or () if not sectors_of({"labels": [one]})]
            changed["labels"] = [*kept, *sector_labels(sectors)] or None
        anew(tx, desk, actor, held, changed)
        audit.acted(tx, desk, actor, "incident-change", id=held.id, changed=sorted(said))
    finish(desk)
    return Wrote(incident=held.id, id=held.id, marking=tuple(sorted(held.base)))


def affect(desk: Desk, actor: Actor, incident: str, who: str, *, how: str = "impacts") -> Wrote:
    """Say whom or what an incident concerns: an identity or infrastructure, impacted or targeted."""
    authorise(actor, VERB)
    named(actor, "incident affect")
    if how not in ("impacts", "targets"):
        raise InputError("incident-how", _("{how} is neither impacts nor targets."), how=how[:40]).at("how")
    with desk.store.write() as tx:
        seen = visible(tx, desk, actor)
        held, other = find(tx, desk, actor, incident, seen), known_object(tx, desk, actor, who, seen)
        if other.type not in ("identity", "infrastructure"):
            raise InputError(
                "incident-affected",
                _("{type} cannot be affected: name an identity or an infrastructure."),
                type=other.type,
            ).at("who")
        tied = tie(desk, held.id, how, other.id)
        state(tx, desk, actor, [tied], held.base | other.marking)
        audit.acted(tx, desk, actor, "incident-affect", id=held.id, object=other.id)
    finish(desk)
    marks = tuple(sorted(held.base | other.marking))
    return Wrote(incident=held.id, id=other.id, marking=marks, made=(tied["id"],))


def _incident(
    desk: Desk, name: Words, words: Words, said: Mapping[str, Any], labels: Sequence[str]
) -> dict[str, Any]:
    first, modified = instants(desk)
    return {
        "type": "incident",
        "spec_version": "2.1",
        "id": f"incident--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        **worded(name, words),
        **({"labels": list(dict.fromkeys(labels))} if labels else {}),
        "extensions": with_core({}, said),
    }


def _sectors(found: Sequence[Said], labels: Sequence[str]) -> list[str]:
    """Return labels of the sectors that findings name, where none were given."""
    if labels:
        return []
    return [label_of(one) for said in found for one in sectors_of(said.value)]


def _seen(desk: Desk, found: Sequence[Said], name: Words) -> list[dict[str, Any]]:
    """Return an event that gathers the sightings among what was found, none where there are none."""
    seen = [one for one in found if one.type == "sighting"]
    if not seen:
        return []
    first = min((str(one.value["first_seen"]) for one in seen if "first_seen" in one.value), default="")
    last = max((str(one.value["last_seen"]) for one in seen if "last_seen" in one.value), default="")
    said = {"status": "occurred", "sighting_refs": [one.id for one in seen], "start_time": first, "end_time": last}  # fmt: skip
    return piece(desk, "event", name, NONE, said)


def _tied(desk: Desk, one: Said, incident: str) -> dict[str, Any]:
    how, source = HOW.get(one.type, ("related-to", True))
    return tie(desk, one.id, how, incident) if source else tie(desk, incident, how, one.id)
