"""Write incidents and what belongs to them: each an object of its own, marked and released like any other.

A piece is always tied to its incident by a relationship, which is marked as both its ends together: whoever may not see the
piece gets neither. The incident itself names a piece only where nobody who has the incident would miss it (`listing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer
from cordiale.desk.marking.stating import instants, state
from cordiale.desk.visible import visible
from cordiale.desk.written import marking_of
from cordiale.joint.case import finish
from cordiale.joint.incident.reading import find
from cordiale.joint.incident.said import Said, said_of
from cordiale.joint.moment import stamp
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.platform.ids import uuid4, uuid5
from cordiale.platform.languages import _
from cordiale.stix import tlp, vocabularies
from cordiale.stix.incident_core import CORE, DEFINITIONS
from cordiale.stix.sectors import known as known_sector
from cordiale.stix.sectors import label_of

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.marking import Marking
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

VERB: Final = "case"

_SPACE: Final = "8b7e1f0a-6a55-5a0f-9c0b-6d3f6a2c4e90"
"""The namespace of ids of relationships: the same tie stated again is the same one."""


class Wrote(Answer, frozen=True, kw_only=True):
    """What was written: the incident, the object that was made or changed, and how it is marked.

    `made` are the ids of all new objects of this act, with their ties and translations: only they follow to who has the
    incident.
    """

    incident: str
    id: str
    marking: tuple[str, ...]
    made: tuple[str, ...] = ()


def piece(
    desk: Desk, kind: str, name: Words, words: Words, said: Mapping[str, Any], details: Mapping[str, Any] = {}
) -> list[dict[str, Any]]:
    """Return a new event, impact or task with its translation; properties that say nothing are left out."""
    first, modified = instants(desk)
    value: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid4(desk.random)}",
        "created": first,
        "modified": modified,
        **worded(name, words),
        **{key: one for key, one in said.items() if one not in ("", None, (), [], {})},
        "extensions": {DEFINITIONS[kind]: {"extension_type": "new-sdo"}, **details},
    }
    return [value, *translation(desk, value, name, words)]


def worded(name: Words, words: Words) -> dict[str, Any]:
    """Return name and description as an object writes them: in English where there is any, with its language."""
    said = {"name": name.said("en"), "description": words.said("en")}
    french = not (name.en or words.en) and bool(name.fr or words.fr)
    return {key: one for key, one in said.items() if one} | ({"lang": "fr"} if french else {})


def translation(desk: Desk, value: Mapping[str, Any], name: Words, words: Words) -> list[dict[str, Any]]:
    """Return the French of an object that is written in English, none where there is nothing of it."""
    french = {key: one.fr for key, one in (("name", name), ("description", words)) if one.fr and value.get("lang") != "fr" and key in value}  # fmt: skip
    if not french:
        return []
    first, modified = instants(desk)
    return [
        {
            "type": "language-content",
            "spec_version": "2.1",
            "id": f"language-content--{uuid4(desk.random)}",
            "created": first,
            "modified": modified,
            "object_ref": value["id"],
            "object_modified": value["modified"],
            "contents": {"fr": french},
        }
    ]


def tie(desk: Desk, source: str, how: str, target: str) -> dict[str, Any]:
    """Return the relationship between two objects; the same two have the same one."""
    first, modified = instants(desk)
    return {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{uuid5(_SPACE, f'{desk.node} {source} {how} {target}')}",
        "created": first,
        "modified": modified,
        "relationship_type": how,
        "source_ref": source,
        "target_ref": target,
    }


def add(
    desk: Desk,
    actor: Actor,
    incident: str,
    values: Sequence[dict[str, Any]],
    marking: str,
    act: str,
    *,
    owner: str = "",
) -> Wrote:
    """Store a piece and its translation beside an incident, tied to it; without a marking it is marked as the incident is.

    `owner` is an identity to which a task is assigned. Raises NotFound for an incident or an owner that is not seen.
    """
    authorise(actor, VERB)
    named(actor, act)
    made = values[0]
    with desk.store.write() as tx:
        seen = visible(tx, desk, actor)
        held = find(tx, desk, actor, incident, seen)
        wanted = marking_of(marking) if marking else held.marking
        ties = [tie(desk, made["id"], "related-to", held.id)]
        if owner:
            ties.append(tie(desk, known_object(tx, desk, actor, owner, seen).id, "assigned", made["id"]))
        named_here = [one for one in _refs(made) if one != made["id"]]
        for one in named_here:
            can_name(known_object(tx, desk, actor, one, seen), wanted)
        state(tx, desk, actor, values, wanted)
        state(tx, desk, actor, ties, wanted | held.base)
        audit.acted(tx, desk, actor, act, id=made["id"], incident=held.id)
    finish(desk)
    ids = tuple(one["id"] for one in (*values, *ties))
    return Wrote(incident=held.id, id=made["id"], marking=tuple(sorted(wanted)), made=ids)


def own(tx: Transaction, desk: Desk, actor: Actor, id: str) -> Said:
    """Return this node's own word on an object; raises NotFound, and NotAllowed where it is another's."""
    held = known_object(tx, desk, actor, id, visible(tx, desk, actor))
    if not held.ours:
        raise NotAllowed(
            "incident-other",
            _("{source} states this: only it can change it. Add what you know beside it."),
            source=held.source,
        )
    return held


def anew(tx: Transaction, desk: Desk, actor: Actor, held: Said, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Store the next version of an object with some properties changed (None takes one out), marked as it was."""
    _first, modified = instants(desk, held.modified)
    value = {**held.value, **changed, "modified": modified}
    value = {key: one for key, one in value.items() if one is not None and key != "object_marking_refs"}
    state(tx, desk, actor, [value], held.base, held.parts)
    return value


def with_core(value: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the extensions of an incident with what Incident Core says of it changed; None takes a property out."""
    extensions = dict(value.get("extensions") or {})
    said = {
        "extension_type": "property-extension",
        "determination": "suspected",
        "investigation_status": "open",
    }
    said |= extensions.get(CORE) or {}
    said |= dict(changed)
    extensions[CORE] = {key: one for key, one in said.items() if one is not None}
    return extensions


def word(written: str, vocabulary: str) -> str:
    """Return a word of a closed vocabulary; raises InputError for another one, nothing said is nothing."""
    known = vocabularies.CLOSED.get(vocabulary) or vocabularies.OPEN[vocabulary]
    if written and written not in known:
        raise InputError(
            "incident-word",
            _("{word} is none of: {known}."),
            word=written[:60],
            known=", ".join(sorted(known)),
        )
    return written


def words_of(written: Sequence[str]) -> list[str]:
    """Return words of an open vocabulary as they are written: in lower case, hyphens for spaces, each once."""
    return list(dict.fromkeys("-".join(one.lower().split()) for one in written if one.strip()))


def score(written: int | None, name: str) -> int | None:
    """Return a score from 0 to 100; raises InputError for another number."""
    if written is not None and not 0 <= written <= 100:
        raise InputError("incident-score", _("{name} is a number from 0 to 100."), name=name).at(name)
    return written


def moments(start: int | None, end: int | None) -> dict[str, Any]:
    """Return the times of a piece as it writes them; raises InputError for an end before the start."""
    if start is not None and end is not None and end < start:
        raise InputError("incident-order", _("It ends ({end}) before it begins ({start})."), end=stamp(end), start=stamp(start)).at("end")  # fmt: skip
    return {
        "start_time": None if start is None else stamp(start),
        "end_time": None if end is None else stamp(end),
    }


def sector_labels(sectors: Sequence[str]) -> list[str]:
    """Return the labels of some sectors; raises InputError for one that is neither STIX's nor of a scheme."""
    wrong = [one for one in sectors if not known_sector(one)]
    if wrong:
        raise InputError(
            "incident-sector",
            _("{sectors}: no sector of STIX, nor of critical infrastructure such as ca:health. See “cordiale incident sectors”."),
            sectors=", ".join(wrong)[:200],
        ).at("sectors")  # fmt: skip
    return [label_of(one) for one in sectors]


def known_object(tx: Transaction, desk: Desk, actor: Actor, id: str, seen: Visible) -> Said:
    """Return what is said of an object; raises NotFound alike for what is absent and what is hidden."""
    found = said_of(tx, desk, actor, [id], seen).get(id)
    if found is None:
        raise NotFound("incident-object", _("There is no object {id} that you may see."), id=id[:80])
    return found


def no_stricter(one: Marking, other: Marking) -> bool:
    """Tell whether whoever passes the other marking passes the one."""
    wide = [tlp.LABELS.index(atom[4:]) for atom in other if atom.startswith("tlp:")]
    return all(
        atom in other or (atom.startswith("tlp:") and wide and tlp.LABELS.index(atom[4:]) <= max(wide))
        for atom in one
    )


def can_name(other: Said, marking: Marking) -> None:
    """Raise InputError where an object is marked more strictly than what would name it: that would go in part, as another."""
    if not no_stricter(other.marking, marking):
        raise InputError(
            "incident-stricter",
            _("{id} is marked more strictly than what would name it, so partners would get that in part only: mark it as strictly, or do not name it."),
            id=other.id,
        ).at("marking")  # fmt: skip


def _refs(value: Mapping[str, Any]) -> list[str]:
    found = [*(value.get("sighting_refs") or ()), *(value.get("impacted_refs") or ())]
    return [*found, *([value["superseded_by_ref"]] if "superseded_by_ref" in value else [])]
