"""Take back what was released: one object at once, many when a person who saw the counts confirms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Recalled, RecallReceived
from cordiale.desk.outgoing.release import instant_of
from cordiale.desk.partnerships import partnership, partnerships
from cordiale.desk.visible import unknown, visible
from cordiale.desk.written import marking_of
from cordiale.exchange import entry, records
from cordiale.exchange.partners.pairing import partners
from cordiale.exchange.recall import answering, ledger, sending
from cordiale.exchange.recall.demand import ACTIONS, ERASURE
from cordiale.exchange.recall.narrowing import BY_MARKING
from cordiale.exchange.records.recalls import forget_draft
from cordiale.platform.errors import Conflict, InputError, NotFound
from cordiale.platform.languages import _
from cordiale.release.marking import text_of
from cordiale.stix.version import read
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner, Partnership
    from cordiale.exchange.recall.answering import Received
    from cordiale.exchange.recall.ledger import Recall
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

SCOPES = ("version", "object")


def recall(
    desk: Desk,
    actor: Actor,
    *,
    ids: Sequence[str] = (),
    entries: tuple[int, int] | None = None,
    partner: str | None = None,
    reason: str = "",
    action: str = "purge",
    scope: str = "version",
    marking: str | None = None,
    members: bool = False,
    confirm: bool = False,
    erasure: bool = False,
) -> list[Recalled]:
    """Ask one partner, or everyone who holds them, to take objects back; one answer a partner.

    `entries` are the first and last entry of one partner's stream instead of objects. `members` takes along what a
    report or another container holds. `scope` is `version` (what they hold now) or `object` (also what is to come).
    `marking` is what a downgrade puts it under. A single object goes at once. More than `recall.confirm_above` of the
    partner's rules stay a draft, which says how many, until `recall_confirm` or `confirm`. Raises NotFound for an
    object the actor does not see, InputError for what cannot be asked.

    `erasure` says that somebody asks for it by right: it is a purge of the whole object, later versions included, and its
    reason says so first.
    """
    authorise(actor, "recall")
    named(actor, "recall")
    if erasure:
        if action != "purge" or entries is not None:
            raise InputError(
                "recall-erasure",
                _("A request for erasure takes whole objects away, and nothing less answers it."),
            ).at("action")
        scope, reason = "object", f"{ERASURE}: {reason}" if reason else ERASURE
    _check(action, scope, marking, entries, partner)
    atoms = text_of(marking_of(marking)) if marking else ""
    done = []
    with desk.store.write() as tx:
        seen = visible(tx, desk, actor)
        for stix_id in ids:
            if not versions.get(tx, stix_id, seen):
                raise unknown(stix_id)
        wanted = with_members(tx, ids, seen) if members else list(ids)
        chosen = (
            [partnership(tx, partner, desk.node)] if partner else list(partnerships(tx, desk.node).values())
        )
        for one in chosen:
            now = desk.clock()
            drafted = sending.draft(
                tx,
                desk.home,
                one.partner,
                ids=wanted,
                vids=_of_entries(tx, one, entries, seen) if entries else (),
                reason=reason,
                action=action,
                by=actor.name,
                now=now,
                scope="object" if scope == "object" else "version",
                marking=atoms,
            )
            if drafted is None:
                continue
            objects = len(drafted.ids)
            if confirm or objects <= 1 or objects <= one.rules.confirm_above:
                drafted = sending.confirm(tx, desk.home, one, drafted.id, actor.name, now)
            done.append(view(drafted, now))
        audit.acted(
            tx,
            desk,
            actor,
            "recall",
            ids=list(ids),
            partners=[found.partner for found in done],
            action=action,
            reason=reason,
        )
    desk.wake()
    return done


def _check(
    action: str, scope: str, marking: str | None, entries: tuple[int, int] | None, partner: str | None
) -> None:
    for word, words in ((action, ACTIONS), (scope, SCOPES)):
        if word not in words:
            raise InputError(
                "recall-action",
                _("“{action}” cannot be asked: {actions}."),
                action=word,
                actions=" / ".join(words),
            ).at("action")
    if (action == "downgrade") != bool(marking):
        raise InputError(
            "recall-marking",
            _(
                "A downgrade says under which marking the objects are to be held, and nothing else does: --marking."
            ),
        ).at("marking")
    if entries is not None and partner is None:
        raise InputError("recall-entries", _("Entries are numbered for each partner apart: say which one."))


def with_members(tx: Transaction, ids: Iterable[str], seen: Visible) -> list[str]:
    """Return these objects and what they hold of what the actor sees, containers in containers included."""
    found: dict[str, None] = {}
    waiting = list(ids)
    while waiting:
        stix_id = waiting.pop()
        if stix_id in found:
            continue
        rows = versions.get(tx, stix_id, seen, history=True)
        if seen is not None and not rows:
            continue
        found[stix_id] = None
        for row in rows:
            if row.raw is not None:
                version, _problems = read(row.raw)
                waiting += [ref.target for ref in version.refs if ref.path.startswith("object_refs")]
    return list(found)


def _of_entries(tx: Transaction, one: Partnership, entries: tuple[int, int], seen: Visible) -> list[int]:
    """Return the versions at these places of a partner's stream, of what the actor sees."""
    first, last = entries
    pair = records.pair(tx, one.partner.number)
    found: list[int] = []
    at = first
    while at <= min(last, pair.last):
        segment = records.segment_with(tx, pair.number, pair.generation, at)
        if segment is None:
            break
        vids = entry.unpack(segment.entries).vids
        found += [vid for vid in vids[at - segment.first : last - segment.first + 1] if vid]
        at = segment.last + 1
    return found if seen is None else list(versions.by_vid(tx, found, seen))


def recall_confirm(desk: Desk, actor: Actor, recall_id: str, *, objects: int | None = None) -> Recalled:
    """Send a drafted recall, as somebody who saw how many objects it concerns.

    Raises NotFound when there is no draft of this id, Conflict when it concerns another number of objects than the
    person saw.
    """
    authorise(actor, "recall")
    named(actor, "recall confirm")
    with desk.store.write() as tx:
        drafted = _draft(tx, recall_id, visible(tx, desk, actor))
        if objects is not None and objects != len(drafted.ids):
            raise Conflict(
                "recall-counts",
                _("This recall concerns {count} objects, not {seen}. See: cordiale recall show {id}"),
                count=len(drafted.ids),
                seen=objects,
                id=recall_id,
            )
        one = partnerships(tx, desk.node).get(drafted.partner)
        now = desk.clock()
        if one is not None:
            sent = sending.confirm(tx, desk.home, one, recall_id, actor.name, now)
        else:
            unruled = _unruled(tx, desk, drafted)
            sent = sending.confirm_to(tx, desk.home, unruled, recall_id, actor.name, now)
        audit.acted(tx, desk, actor, "recall-confirm", recall=recall_id, partner=sent.partner)
    desk.wake()
    return view(sent, now)


def recall_drop(desk: Desk, actor: Actor, recall_id: str) -> Recalled:
    """Forget a drafted recall that is not to be sent; return it as it was.

    One that follows from a marking, a consent or rules is dropped only when the partner has nothing of it: what it holds
    and may not have any more is asked back. Raises NotFound when there is no draft of this id, Conflict for the latter.
    """
    authorise(actor, "recall")
    named(actor, "recall drop")
    with desk.store.write() as tx:
        drafted = _draft(tx, recall_id, visible(tx, desk, actor))
        partner = next(one for one in partners(tx) if one.node == drafted.partner)
        held = sending.held_there(tx, partner, drafted.vids, ())
        if held and drafted.by == BY_MARKING:
            raise Conflict(
                "recall-due",
                _(
                    "{partner} has {count} versions of it and may not have them any more: send it with cordiale recall confirm {id}, or let the partner have them again by rules or markings."
                ),
                partner=partner.node,
                count=len(held),
                id=recall_id,
            )
        forget_draft(tx, recall_id)
        audit.acted(tx, desk, actor, "recall-drop", recall=recall_id, partner=partner.node)
        return view(drafted, desk.clock())


def _draft(tx: Transaction, recall_id: str, seen: Visible) -> Recall:
    for found in ledger.recalls(tx, state="draft"):
        if found.id == recall_id and seen_by(tx, found.ids, seen):
            return found
    raise NotFound("no-recall", _("There is no drafted recall {id}. See: cordiale recall list"), id=recall_id)


def _unruled(tx: Transaction, desk: Desk, drafted: Recall) -> Partner:
    """Return a confirmed partner that no rules name any more: what it holds is asked back all the same."""
    for one in partners(tx):
        if one.node == drafted.partner and one.state == "confirmed":
            return one
    return partnership(tx, drafted.partner, desk.node).partner  # which says why not


def recall_list(desk: Desk, actor: Actor, *, partner: str | None = None) -> list[Recalled]:
    """Return our recalls, newest first: those of which the actor sees everything they name."""
    authorise(actor, "recall")
    now = desk.clock()
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        found = ledger.recalls(tx, partner=partner)
        return [view(one, now) for one in found if seen_by(tx, one.ids, seen)]


def recall_show(desk: Desk, actor: Actor, recall_id: str) -> Recalled:
    """Return one recall of ours; raises NotFound, alike for one that names what the actor does not see."""
    authorise(actor, "recall")
    with desk.store.read() as tx:
        found = ledger.get(tx, recall_id)
        if not seen_by(tx, found.ids, visible(tx, desk, actor)):
            raise NotFound("exchange.recall.unknown", _("There is no recall {id}."), id=recall_id)
        return view(found, desk.clock())


def seen_by(tx: Transaction, ids: Iterable[str], seen: Visible) -> bool:
    """Tell whether a reader sees every object that a recall names: its counts and its confirmation are about all of them."""
    return seen is None or all(versions.get(tx, one, seen, history=True) for one in ids)


def recall_received(desk: Desk, actor: Actor) -> list[RecallReceived]:
    """Return the recalls that partners sent us, newest first, and what we answered.

    What was removed has no marking any more to decide by: how much it was is told to the house alone.
    """
    authorise(actor, "recall")
    with desk.store.read() as tx:
        return [_received(found, actor) for found in answering.received(tx)]


def recall_answer(
    desk: Desk,
    actor: Actor,
    recall_id: str,
    outcome: str,
    *,
    until: str | None = None,
    note: str = "",
    products: Sequence[str] = (),
) -> RecallReceived:
    """Answer a recall that a partner sent, in one's own name: done, in-use (until a day) or cannot.

    What was asked is carried out by itself; this says what a person knows beyond that. Products are named only if
    given here. Raises NotFound, InputError.
    """
    authorise(actor, "recall")
    named(actor, "recall answer")
    ends = instant_of(until)
    with desk.store.write() as tx:
        asked = [one for one in answering.received(tx) if one.message.id == recall_id]
        if not asked:
            raise NotFound(
                "recall-not-asked",
                _("No partner sent the recall {id}. See: cordiale recall list --received"),
                id=recall_id,
            )
        sender = next(one for one in partners(tx) if one.node == asked[0].partner)
        answering.answer(
            tx,
            desk.home,
            sender,
            recall_id,
            outcome,
            actor.name,
            desk.clock(),
            until=ends or 0,
            note=note,
            products=products,
        )
        audit.acted(tx, desk, actor, "recall-answer", recall=recall_id, partner=sender.node, outcome=outcome)
        (answered,) = [one for one in answering.received(tx) if one.message.id == recall_id]
    desk.wake()
    return _received(answered, actor)


def view(found: Recall, now: int) -> Recalled:
    """Return a recall as people see it."""
    return Recalled(
        recall=found.id,
        partner=found.partner,
        objects=len(found.ids),
        versions=len(found.vids),
        types=dict(sorted(Counter(one.partition("--")[0] for one in found.ids).items())),
        state=found.at_instant(now),
        action=found.action,
        scope=found.scope,
        marking=tuple(filter(None, found.marking.split("\n"))),
        reason=found.reason,
        by=found.by,
        at=found.at,
        ids=found.ids,
        due=found.due,
        parts=found.parts,
        answered=found.answered,
        answered_at=found.answered_at,
        outcome=found.outcome,
        until=found.until,
        note=found.note,
        onward=found.onward,
        products=found.products,
    )


def _received(found: Received, actor: Actor) -> RecallReceived:
    return RecallReceived(
        recall=found.message.id,
        partner=found.partner,
        action=found.message.action,
        scope=found.message.scope,
        marking=tuple(filter(None, found.message.marking.split("\n"))),
        reason=found.message.reason,
        by=found.message.by,
        at=found.message.at,
        due=found.message.due or None,
        outcome=found.receipt.outcome,
        versions=found.receipt.purged if actor.recipient is None else 0,
        until=found.receipt.until or None,
        note=found.receipt.note,
        onward=found.receipt.onward,
        products=found.receipt.products,
        answered_at=found.receipt.at,
        answered_by=found.answered_by,
        delivered=found.delivered,
    )
