"""Give an incident to partners with all of it that they may have, and let it name what nobody who has it would miss.

An incident that named an event or a task which a partner does not have would go to it in part only, as another object. So it
names a piece when the piece is marked no more strictly than itself, and goes to everybody who has the incident; what is kept
from somebody stays tied by a relationship alone, and the incident does not change for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise, may, named
from cordiale.desk.answers import Answer
from cordiale.desk.visible import visible
from cordiale.desk.why import chips_of
from cordiale.joint.asker import givable
from cordiale.joint.case import finish, nodes
from cordiale.joint.incident.model import Piece, Tied
from cordiale.joint.incident.reading import find, incident_show
from cordiale.joint.incident.said import Said, around, said_of
from cordiale.joint.incident.writing import VERB, anew, with_core
from cordiale.joint.sending import Sent, send
from cordiale.stix import tlp
from cordiale.stix.incident_core import DEFINITIONS, core_of

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.release.marking import Marking
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "event": ("events", "event_ref"),
    "task": ("tasks", "task_ref"),
    "impact": ("impact_refs", ""),
}
"""Where an incident names each kind of piece, and under which property of an entry."""


class Handed(Answer, frozen=True, kw_only=True):
    """What became of giving an incident: to each node, and how many pieces the incident names itself afterwards."""

    incident: str
    sent: tuple[Sent, ...]
    named: int


def give(desk: Desk, actor: Actor, incident: str, to: Sequence[str]) -> Handed:
    """Release an incident with what belongs to it to partners, to each what it may have; raises InputError for no partner."""
    authorise(actor, VERB)
    named(actor, "incident give")
    wanted = [one for one in nodes(desk, to) if one != desk.node]
    found = incident_show(desk, actor, incident)
    sent: tuple[Sent, ...] = ()
    for node in wanted:
        sent += _hand(desk, actor, found.id, [node])
    return Handed(incident=found.id, sent=sent, named=name_what_goes(desk, actor, found.id))


def hand_on(desk: Desk, actor: Actor, incident: str) -> Handed:
    """Give what was added to an incident to those who have it, as far as they may have it and the actor may release."""
    authorise(actor, VERB)
    sent: tuple[Sent, ...] = ()
    if may(actor, "release"):
        with desk.store.read() as tx:
            have = sorted(_having(tx, desk, incident))
        for node in have:
            sent += _hand(desk, actor, incident, [node])
    return Handed(incident=incident, sent=sent, named=name_what_goes(desk, actor, incident))


def name_what_goes(desk: Desk, actor: Actor, incident: str) -> int:
    """Let our own incident name the pieces that everybody who has it has too; return how many it names.

    Another's incident stays as it is: only who states it changes it.
    """
    authorise(actor, VERB)
    with desk.store.write() as tx:
        seen = visible(tx, desk, actor)
        held = find(tx, desk, actor, incident, seen)
        core = core_of(held.value)
        if held.ours and core:
            have = _having(tx, desk, held.id)
            fresh = [
                one for one in _tied(tx, desk, actor, held, seen) if _goes(tx, desk, one, held.base, have)
            ]
            changed = _with_named(core, fresh)
            if changed:
                anew(tx, desk, actor, held, {"extensions": with_core(held.value, changed)})
                audit.acted(tx, desk, actor, "incident-name", id=held.id, pieces=[one.id for one in fresh])
                core = {**core, **changed}
    finish(desk)
    return sum(len(core.get(place) or ()) for place, _ref in PLACES.values())


def no_stricter(piece: Marking, incident: Marking) -> bool:
    """Tell whether whoever passes the marking of an incident passes that of a piece."""
    wide = [tlp.LABELS.index(one[4:]) for one in incident if one.startswith("tlp:")]
    return all(
        one in incident or (one.startswith("tlp:") and wide and tlp.LABELS.index(one[4:]) <= max(wide))
        for one in piece
    )


def _hand(desk: Desk, actor: Actor, incident: str, to: Sequence[str]) -> tuple[Sent, ...]:
    found = incident_show(desk, actor, incident)
    parts: list[Piece | Tied] = [*found.events, *found.impacts, *found.tasks, *found.affected, *found.found]
    stated = {one.id: one.source for one in parts}
    stated[found.id] = found.source
    stated |= _seen(desk, actor, [one for event in found.events for one in event.sightings])
    done: tuple[Sent, ...] = ()
    for node in to:
        whole = givable(desk, actor, node, list(stated))
        theirs = [id for id, source in stated.items() if source == node]
        # who does a task goes with the task, and never because of one that stays
        who = givable(desk, actor, node, _who(desk, actor, found.vias, whole))
        ties = givable(desk, actor, node, found.vias)
        ids = [*whole, *who, *_whole_ties(desk, actor, ties, {*whole, *who, *theirs})]
        done += send(desk, actor, [node], ids, found.name.said("en")[:80]) if ids else ()
    return done


def _seen(desk: Desk, actor: Actor, sightings: Sequence[str]) -> dict[str, str]:
    """Return the sightings that events rest on, with who states each: without them an event would go in part only."""
    with desk.store.read() as tx:
        found = said_of(tx, desk, actor, sightings, visible(tx, desk, actor))
    return {one.id: one.source for one in found.values()}


def _who(desk: Desk, actor: Actor, vias: Sequence[str], given: Collection[str]) -> list[str]:
    """Return the identities that relationships tie to what is given, beyond those that are given."""
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        said = said_of(tx, desk, actor, vias, seen).values()
        ends = {str(one.value.get("source_ref")) for one in said if one.value.get("target_ref") in given}
        wanted = [one for one in sorted(ends - set(given)) if one.startswith("identity--")]
        return list(said_of(tx, desk, actor, wanted, seen))


def _whole_ties(desk: Desk, actor: Actor, ties: Sequence[str], known: Collection[str]) -> list[str]:
    """Return the relationships and translations whose every end is given or the partner's own."""
    with desk.store.read() as tx:
        said = said_of(tx, desk, actor, ties, visible(tx, desk, actor)).values()
    names = ("source_ref", "target_ref", "object_ref")
    ends = {one.id: [one.value[name] for name in names if name in one.value] for one in said}
    return [one for one in ties if one in ends and all(end in known for end in ends[one])]


def _having(tx: Transaction, desk: Desk, id: str) -> frozenset[str]:
    """Return the partners that have an object whole, or get it so."""
    return frozenset(chip.partner for chip in chips_of(tx, desk, id) if chip.form == "verbatim")


def _tied(tx: Transaction, desk: Desk, actor: Actor, held: Said, seen: Visible) -> list[Said]:
    beside, _more = around(tx, desk, actor, [held.id], seen)
    ends = [
        one.value.get("source_ref")
        for one in beside
        if one.type == "relationship" and one.value.get("target_ref") == held.id
    ]
    wanted = [one for one in ends if isinstance(one, str) and one.partition("--")[0] in DEFINITIONS]
    found = said_of(tx, desk, actor, wanted, seen)
    return [found[one] for one in dict.fromkeys(wanted) if one in found]


def _goes(tx: Transaction, desk: Desk, one: Said, incident: Marking, have: frozenset[str]) -> bool:
    return no_stricter(one.marking, incident) and (
        not have or have <= _having(tx, desk, one.id) | {one.source}
    )


def _with_named(core: Mapping[str, Any], fresh: Iterable[Said]) -> dict[str, Any]:
    """Return the lists of an incident that change because it names some pieces more; none where it names them already."""
    changed: dict[str, Any] = {}
    for one in fresh:
        place, ref = PLACES[one.type]
        listed = changed.get(place, list(core.get(place) or ()))
        known = {entry.get(ref) if isinstance(entry, dict) else entry for entry in listed}
        if one.id not in known:
            changed[place] = [*listed, {ref: one.id} if ref else one.id]
    return changed
