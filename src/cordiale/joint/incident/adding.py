"""Add events, impacts and tasks to an incident, and say how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.marking.stating import own_identity
from cordiale.joint.case import finish
from cordiale.joint.incident.writing import (
    VERB,
    Wrote,
    add,
    anew,
    can_name,
    moments,
    own,
    piece,
    score,
    word,
    words_of,
)
from cordiale.joint.moment import at, stamp
from cordiale.joint.words import NONE, Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.incident_core import DEFINITIONS, IMPACTS
from cordiale.stix.kinds import Integer, Number, Term

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

US = "us"
"""The owner of a task that stands for this node itself."""


def add_event(
    desk: Desk,
    actor: Actor,
    incident: str,
    name: Words,
    *,
    words: Words = NONE,
    status: str = "occurred",
    start: int | None = None,
    end: int | None = None,
    fidelity: str = "",
    types: Sequence[str] = (),
    goal: str = "",
    sightings: Sequence[str] = (),
    marking: str = "",
) -> Wrote:
    """Add something that happened, or that may; raises InputError for no name, a word that is none, times out of order."""
    said = {
        "status": word(status, "event-status-enum"),
        **moments(start, end),
        "start_time_fidelity": word(fidelity, "timestamp-fidelity-enum") if start is not None else "",
        "event_types": words_of(types),
        "goal": goal.strip(),
        "sighting_refs": list(sightings),
    }
    values = piece(desk, "event", _named(name), words, said)
    return add(desk, actor, incident, values, marking, "incident-event")


def add_impact(
    desk: Desk,
    actor: Actor,
    incident: str,
    category: str,
    details: Mapping[str, str | int | float],
    *,
    words: Words = NONE,
    criticality: int | None = None,
    recoverability: str = "",
    counts: Mapping[str, int] | None = None,
    refs: Sequence[str] = (),
    start: int | None = None,
    end: int | None = None,
    marking: str = "",
) -> Wrote:
    """Add what an incident did, of one category with the details that the extension has for it.

    Raises InputError for another category, a detail that it has not, and a number or a word that is out of its bounds.
    """
    extension = f"{category.removesuffix('-ext')}-ext"
    if extension not in IMPACTS:
        raise InputError(
            "impact-category",
            _("{category} is no kind of impact. Use one of: {known}."),
            category=category[:40],
            known=", ".join(one.removesuffix("-ext") for one in IMPACTS),
        ).at("category")
    said = {
        "impact_category": category.removesuffix("-ext"),
        "criticality": score(criticality, "criticality"),
        "recoverability": word(recoverability, "recoverability-enum"),
        "impacted_entity_counts": {"-".join(k.lower().split()): n for k, n in (counts or {}).items()},
        "impacted_refs": list(refs),
        **moments(start, end),
    }
    values = piece(desk, "impact", NONE, words, said, {extension: _details(extension, details)})
    return add(desk, actor, incident, values, marking, "incident-impact")


def add_task(
    desk: Desk,
    actor: Actor,
    incident: str,
    name: Words,
    *,
    words: Words = NONE,
    outcome: str = "pending",
    start: int | None = None,
    end: int | None = None,
    types: Sequence[str] = (),
    priority: int | None = None,
    owner: str = "",
    marking: str = "",
) -> Wrote:
    """Add what is to be done, or was; `end` of one that is still to be done is by when, `owner` an identity or `us`."""
    said = {
        "outcome": word(outcome, "task-outcome-enum"),
        **moments(start, end),
        "task_types": words_of(types),
        "priority": score(priority, "priority"),
    }
    values = piece(desk, "task", _named(name), words, said)
    who = own_identity(desk) if owner == US else owner
    done = add(desk, actor, incident, values, marking, "incident-task", owner=who)
    # everybody may know this node: without it nobody would learn that the task is its own
    return replace(done, made=(*done.made, who)) if owner == US else done


def change_piece(
    desk: Desk,
    actor: Actor,
    id: str,
    *,
    state: str = "",
    start: int | None = None,
    end: int | None = None,
    error: str = "",
    superseded_by: str = "",
) -> Wrote:
    """Say how an event (its status), a task (its outcome) or an impact (its end, what it became) of ours stands now.

    An event or a task that is over without an end ends now. Raises NotAllowed for another's, InputError for unknown words.
    """
    authorise(actor, VERB)
    kind = id.partition("--")[0]
    if kind not in DEFINITIONS:
        raise InputError("incident-piece", _("{id} is no event, no impact and no task."), id=id[:80]).at(
            "piece"
        )
    named(actor, f"incident-{kind}")
    changed: dict[str, Any] = {key: one for key, one in moments(start, end).items() if one is not None}
    if kind == "event" and state:
        changed["status"] = word(state, "event-status-enum")
    if kind == "task" and state:
        changed["outcome"] = word(state, "task-outcome-enum")
    if kind == "task" and error.strip():
        changed["error"] = error.strip()
    if kind == "impact" and superseded_by:
        changed["superseded_by_ref"] = superseded_by
    with desk.store.write() as tx:
        held = own(tx, desk, actor, id)
        over = state in ("occurred", "successful", "failed", "cancelled") or "superseded_by_ref" in changed
        planned = at(str(held.value.get("end_time") or ""))
        if (
            over
            and "end_time" not in changed
            and (planned is None or planned > desk.clock() or kind == "task")
        ):
            changed["end_time"] = stamp(max(desk.clock(), at(str(held.value.get("start_time") or "")) or 0))
        if superseded_by:
            other = own(tx, desk, actor, superseded_by)
            can_name(other, held.marking)
            if other.value.get("impact_category") != held.value.get("impact_category"):
                raise InputError(
                    "impact-superseded", _("An impact is superseded by one of the same kind.")
                ).at("superseded_by", "became")
        if not changed:
            raise InputError("incident-nothing", _("Say what changed: how it stands, or when it was.")).at(
                "state"
            )
        anew(tx, desk, actor, held, changed)
        audit.acted(tx, desk, actor, f"incident-{kind}", id=id, changed=sorted(changed))
    finish(desk)
    return Wrote(incident="", id=id, marking=tuple(sorted(held.base)))


def _named(name: Words) -> Words:
    found = Words(" ".join(name.en.split()), " ".join(name.fr.split()))
    if not found.said("en"):
        raise InputError("incident-name-piece", _("Say in a few words what it is.")).at("name", "name_en")
    return found


def _details(extension: str, given: Mapping[str, str | int | float]) -> dict[str, Any]:
    """Return the details of an impact as its extension has them."""
    record = IMPACTS[extension]
    found: dict[str, Any] = {}
    for name, one in given.items():
        kind = record.properties.get(name)
        if kind is None:
            raise InputError(
                "impact-detail",
                _("An impact of this kind does not say {name}; it says: {known}."),
                name=name[:60],
                known=", ".join(record.properties),
            )
        found[name] = _detail(name, kind, one)
    missing = [one for one in record.required if one not in found]
    if missing:
        raise InputError("impact-missing", _("Say {names} of it."), names=", ".join(missing)).at(
            missing[0], f"detail-{missing[0]}"
        )
    return found


def _detail(name: str, kind: Any, one: str | int | float) -> Any:
    if isinstance(kind, Integer | Number):
        try:
            number = int(one) if isinstance(kind, Integer) else float(one)
            if not isfinite(number):
                raise ValueError
        except (ValueError, OverflowError):
            raise InputError("impact-number", _("{name} is a number, not {found}."), name=name, found=str(one)[:40]).at(name, f"detail-{name}") from None  # fmt: skip
        if (kind.low is not None and number < kind.low) or (kind.high is not None and number > kind.high):
            raise InputError("impact-bounds", _("{name} is out of its bounds: {found}."), name=name, found=str(one)[:40]).at(name, f"detail-{name}")  # fmt: skip
        return number
    if isinstance(kind, Term):
        found = "-".join(str(one).lower().split())
        return word(found, kind.vocabulary) if kind.vocabulary.endswith("-enum") else found
    return str(one)
