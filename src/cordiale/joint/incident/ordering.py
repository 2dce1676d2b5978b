"""Say in an incident which event or task follows another, among those that it names itself.

What is kept from somebody who has the incident is not named in it, and so has no place in its order: naming it there would
tell of it, and the incident would go to others in part only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.visible import visible
from cordiale.joint.case import finish
from cordiale.joint.incident.giving import PLACES
from cordiale.joint.incident.reading import find
from cordiale.joint.incident.writing import VERB, Wrote, anew, known_object, own, with_core, word
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.incident_core import core_of

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

KINDS: Final = ("event", "task")
"""What has an order in an incident."""


def order(
    desk: Desk,
    actor: Actor,
    incident: str,
    first: str,
    then: str,
    *,
    required: bool = True,
    when: str = "completion",
) -> Wrote:
    """Let one event follow another, or one task, in our own incident; said again, it stands as it is said last.

    `required`: `then` cannot come without `first`; `when`: on its completion, success or failure, or unknown. Raises NotFound
    for what is not seen, NotAllowed for another's incident, InputError for what it does not name and for an order in a circle.
    """
    authorise(actor, VERB)
    named(actor, "incident order")
    step = {
        "condition_type": "required" if required else "optional",
        "transition_type": word(when or "completion", "activity-transition-enum"),
    }
    with desk.store.write() as tx:
        seen = visible(tx, desk, actor)
        held = own(tx, desk, actor, find(tx, desk, actor, incident, seen).id)
        kinds = {known_object(tx, desk, actor, one, seen).type for one in (first, then)}
        if len(kinds) != 1 or not kinds <= {*KINDS} or first == then:
            raise InputError("incident-order-kind", _("An event follows another event, and a task another task."))  # fmt: skip
        place, ref = PLACES[kinds.pop()]
        entries = [one for one in core_of(held.value).get(place) or () if isinstance(one, dict)]
        changed = _ordered(entries, ref, first, {ref: then, **step})
        anew(tx, desk, actor, held, {"extensions": with_core(held.value, {place: changed})})
        audit.acted(tx, desk, actor, "incident-order", id=held.id, first=first, then=then)
    finish(desk)
    return Wrote(incident=held.id, id=held.id, marking=tuple(sorted(held.base)))


def _ordered(
    entries: Sequence[Mapping[str, Any]], ref: str, first: str, step: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the entries of a list with one more step, what follows standing after what it follows."""
    then = step[ref]
    held = {str(one.get(ref)): dict(one) for one in entries}
    for one in (first, then):
        if one not in held:
            raise InputError(
                "incident-order-unnamed",
                _("The incident does not name {id}, which is kept from somebody who has it or belongs to another: it has no place in its order."),
                id=one,
            )  # fmt: skip
    if _leads(held, ref, then, first):
        raise InputError("incident-order-circle", _("{first} comes after {then} already: an order has no circle."), first=first, then=then)  # fmt: skip
    steps = [one for one in held[first].get("next_steps") or () if isinstance(one, dict) and one.get(ref) != then]  # fmt: skip
    held[first]["next_steps"] = [*steps, dict(step)]
    held[then]["sequence_start"] = False
    ids = list(held)
    if ids.index(then) < ids.index(first):
        ids.remove(then)
        ids.insert(ids.index(first) + 1, then)
    return [held[one] for one in ids]


def _leads(held: Mapping[str, Mapping[str, Any]], ref: str, start: str, end: str) -> bool:
    """Tell whether steps lead from one entry to another."""
    known, waiting = {start}, [start]
    while waiting:
        steps = held.get(waiting.pop(), {}).get("next_steps") or ()
        fresh = {str(one.get(ref)) for one in steps if isinstance(one, dict)} - known
        known |= fresh
        waiting += fresh
    return end in known
