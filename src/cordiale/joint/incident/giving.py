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
from cordiale.joint.incident.pieces import far, pieces_of
from cordiale.joint.incident.reading import find
from cordiale.joint.incident.said import Said, around, said_of, worded
from cordiale.joint.incident.writing import VERB, anew, no_stricter, with_core
from cordiale.joint.sending import Sent, send
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

TIES: Final = ("relationship", "language-content")
"""What ties an object to another, or words it in another language: it goes only to who has all its ends."""


class Handed(Answer, frozen=True, kw_only=True):
    """What became of giving an incident: to each node, and how many pieces the incident names itself afterwards."""

    incident: str
    sent: tuple[Sent, ...]
    named: int


def give(desk: Desk, actor: Actor, incident: str, to: Sequence[str]) -> Handed:
    """Release an incident with what belongs to it to partners, to each what it may have; raises InputError for no partner.

    What belongs to it is what this node itself says so: were a tie of another's enough, a partner could let itself be given
    what no officer ever looked at.
    """
    authorise(actor, VERB)
    named(actor, "incident give")
    wanted = [one for one in nodes(desk, to) if one != desk.node]
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        held = find(tx, desk, actor, incident, seen)
        parts, ties = _belonging(tx, desk, actor, held, seen)
    sent: tuple[Sent, ...] = ()
    for node in wanted:
        sent += _hand(desk, actor, held, parts, ties, node)
    return Handed(incident=held.id, sent=sent, named=name_what_goes(desk, actor, held.id))


def hand_on(desk: Desk, actor: Actor, incident: str, made: Sequence[str] = ()) -> Handed:
    """Give what an act made (`made` of what it wrote) to those who have the incident, as far as the actor may release it.

    Nothing else goes by it, whatever belongs to the incident: what waits for an officer goes on waiting.
    """
    authorise(actor, VERB)
    sent: tuple[Sent, ...] = ()
    if made and may(actor, "release"):
        with desk.store.read() as tx:
            seen = visible(tx, desk, actor)
            held = find(tx, desk, actor, incident, seen)
            have = sorted(_having(tx, desk, held.id))
            new = {id: one for id, one in said_of(tx, desk, actor, made, seen).items() if one.ours}
        ties = [one for one in new.values() if one.type in TIES]
        pieces = [one for one in new.values() if one.type in DEFINITIONS]
        ends = {end for one in (*pieces, *ties) for end in (*_rests_on(one), *_ends(one))}
        for node in have:
            with desk.store.read() as tx:
                had = {end for end in ends if node in _having(tx, desk, end)}
            # a piece that rests on what the partner does not have would go in part: `give` gives both
            whole = givable(desk, actor, node, [one.id for one in pieces if had.issuperset(_rests_on(one))])
            who = [one for one in _who(ties, whole) if one in new]
            sent += _send(desk, actor, held, node, [*whole, *givable(desk, actor, node, who)], ties, had)
    return Handed(incident=incident, sent=sent, named=name_what_goes(desk, actor, incident))


def has(desk: Desk, id: str) -> bool:
    """Tell whether some partner has an object whole, so that what we change in it goes there without a further act."""
    with desk.store.read() as tx:
        return bool(_having(tx, desk, id))


def name_what_goes(desk: Desk, actor: Actor, incident: str) -> int:
    """Let our own incident name the pieces that everybody who has it has too; return how many it names.

    Another's incident stays as it is: only who states it changes it. Another's piece is not named, whoever ties it.
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


def _hand(
    desk: Desk, actor: Actor, held: Said, parts: Mapping[str, Said], ties: Sequence[Said], node: str
) -> tuple[Sent, ...]:
    whole = givable(desk, actor, node, [held.id, *parts])
    with desk.store.read() as tx:
        who = said_of(tx, desk, actor, _who(ties, whole), visible(tx, desk, actor))
    whole += givable(desk, actor, node, list(who))
    theirs = [id for id, one in {held.id: held, **parts}.items() if one.source == node]
    return _send(desk, actor, held, node, whole, ties, theirs)


def _send(
    desk: Desk,
    actor: Actor,
    held: Said,
    node: str,
    whole: Sequence[str],
    ties: Sequence[Said],
    known: Collection[str],
) -> tuple[Sent, ...]:
    """Release objects and those ties whose every end is among them or known to the partner; to nobody where nothing goes."""
    ends = {*whole, *known}
    wanted = [one.id for one in ties if _ends(one) and all(end in ends for end in _ends(one))]
    ids = [*whole, *givable(desk, actor, node, wanted)]
    return send(desk, actor, [node], ids, worded(held, "name", ()).said("en")[:80]) if ids else ()


def _belonging(
    tx: Transaction, desk: Desk, actor: Actor, held: Said, seen: Visible
) -> tuple[dict[str, Said], list[Said]]:
    """Return what this node itself says belongs to an incident, and the relationships and translations it comes by."""
    beside = [one for one in around(tx, desk, actor, [held.id], seen)[0] if one.ours]
    mine = pieces_of(held, ()) if held.ours else {}
    tied = [far(one.value, held.id) for one in beside if one.type == "relationship"]
    wanted = [one for one in (*mine, *tied) if one.partition("--")[0] not in ("", "incident")]
    parts = said_of(tx, desk, actor, wanted, seen)
    pieces = [one for one in parts.values() if one.type in DEFINITIONS]
    if pieces:
        beside += [one for one in around(tx, desk, actor, [one.id for one in pieces], seen)[0] if one.ours]
    # without the sightings that an event of ours rests on, and what an impact of ours is on, they would go in part only
    refs = [ref for one in pieces if one.ours for ref in _rests_on(one)]
    parts |= said_of(tx, desk, actor, refs, seen)
    return parts, list({one.id: one for one in beside}.values())


def _who(ties: Sequence[Said], given: Collection[str]) -> list[str]:
    """Return who does tasks that are given: they go with the task, and never because of one that stays."""
    does = [one.value for one in ties if one.value.get("relationship_type") in ("assigned", "performed")]
    found = {str(one.get("source_ref")) for one in does if one.get("target_ref") in given}
    return sorted(one for one in found - {*given} if one.startswith("identity--"))


def _rests_on(one: Said) -> list[str]:
    refs = [*(one.value.get("sighting_refs") or ()), *(one.value.get("impacted_refs") or ())]
    return [ref for ref in refs if isinstance(ref, str)]


def _ends(one: Said) -> list[str]:
    return [str(one.value[name]) for name in ("source_ref", "target_ref", "object_ref") if name in one.value]


def _having(tx: Transaction, desk: Desk, id: str) -> frozenset[str]:
    """Return the partners that have an object whole, or get it so."""
    return frozenset(chip.partner for chip in chips_of(tx, desk, id) if chip.form == "verbatim")


def _tied(tx: Transaction, desk: Desk, actor: Actor, held: Said, seen: Visible) -> list[Said]:
    """Return the pieces of ours that we tie to an incident: naming another's would say it in our name."""
    beside, _more = around(tx, desk, actor, [held.id], seen)
    ends = [
        one.value.get("source_ref")
        for one in beside
        if one.type == "relationship" and one.ours and one.value.get("target_ref") == held.id
    ]
    wanted = [one for one in ends if isinstance(one, str) and one.partition("--")[0] in DEFINITIONS]
    found = said_of(tx, desk, actor, wanted, seen)
    return [found[one] for one in dict.fromkeys(wanted) if one in found and found[one].ours]


def _goes(tx: Transaction, desk: Desk, one: Said, incident: Marking, have: frozenset[str]) -> bool:
    return no_stricter(one.marking, incident) and (not have or have <= _having(tx, desk, one.id))


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
