"""Why an object reached a partner or did not: every step, from what the stream already records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import VERBS, authorise
from cordiale.desk.answers import ActInForce, Chip, Reason, RulesInForce, Why
from cordiale.desk.partnerships import partnership as joined
from cordiale.desk.partnerships import partnerships
from cordiale.desk.visible import unknown, visible
from cordiale.exchange.cut import why as stream
from cordiale.release import records as rulings
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partnership
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row


def why(desk: Desk, actor: Actor, stix_id: str, partner: str) -> Why:
    """Answer with marking, mandate, rule, time, segment and receipt of the newest version.

    Raises NotFound for an object the actor does not see and for an unknown partner.
    """
    authorise(actor, "why")
    with desk.store.read() as tx:
        rows = versions.get(tx, stix_id, visible(tx, desk, actor))
        if not rows:
            raise unknown(stix_id)
        partnership = joined(tx, partner, desk.node)
        answers = stream.why(tx, desk.home, partnership, stix_id, desk.clock())
        acts = {
            step.params["act"]: _act(tx, step.params["act"])
            for one in answers
            for step in one.reasons
            if "act" in step.params
        }
        in_force = _rules(tx, partnership)
    audit.read(desk, actor, "why", id=stix_id, partner=partner)
    current = {row.vid for row in rows}
    answer = next((a for a in answers if a.vid in current), None)
    if answer is None:
        return Why(id=stix_id, partner=partnership.partner.node, form="withheld", marking=())
    sent = _last(answer)
    return Why(
        id=stix_id,
        partner=partnership.partner.node,
        form=answer.form,
        marking=tuple(sorted(answer.marking)),
        steps=tuple(reason(step) for step in answer.reasons),
        segment=sent.segment if sent else None,
        sequence=sent.sequence if sent else None,
        sent_at=sent.sent_at if sent else None,
        receipt_at=sent.receipt_at if sent else None,
        withdrawn=sent.withdrawn if sent else None,
        rules=in_force,
        act=next((acts[s.params["act"]] for s in answer.reasons if "act" in s.params), None),
    )


def _rules(tx: Transaction, partnership: Partnership) -> RulesInForce | None:
    """Return the rules a partner is decided by, with who applied them."""
    found = rulings.current_rules(tx).get(partnership.rules.partnership)
    if found is None:
        return None
    rules = found.rules
    return RulesInForce(partnership=rules.partnership, version=rules.version, by=found.by, at=found.at)


def _act(tx: Transaction, act_id: str) -> ActInForce:
    """Return the act that a release rests on."""
    act = rulings.read_act(tx, act_id)
    return ActInForce(act=act.id, officer=act.officer, at=act.at, second=act.second, until=act.until)


def chips_of(tx: Transaction, desk: Desk, stix_id: str) -> tuple[Chip, ...]:
    """Return in one line for each partner what it has or would get of an object."""
    joined_now = partnerships(tx, desk.node)
    found = stream.explained(tx, desk.home, tuple(joined_now.values()), stix_id, desk.clock())
    return tuple(_chip(name, found.get(name, ()), stix_id) for name in joined_now)


def chip(tx: Transaction, desk: Desk, partnership: Partnership, stix_id: str) -> Chip:
    """Return in one line what one partner has or would get of an object."""
    answers = stream.why(tx, desk.home, partnership, stix_id, desk.clock())
    return _chip(partnership.partner.node, answers, stix_id)


def _chip(name: str, answers: Sequence[stream.Answer], stix_id: str) -> Chip:
    if not answers:
        return Chip(partner=name, form="withheld")
    answer = answers[0]
    sent = _last(answer)
    return Chip(
        partner=name,
        form=answer.form,
        reason=reason(answer.reasons[0]) if answer.reasons else None,
        released_at=sent.sent_at if sent and sent.withdrawn is None else None,
        id=stix_id,
    )


def chips(tx: Transaction, desk: Desk, actor: Actor, rows: Sequence[Row]) -> dict[int, tuple[Chip, ...]]:
    """Return what each partner has or would get of a page of versions, by version id; nothing of what it stated itself.

    Only people of this node who may preview are told; others get nothing.
    """
    if not may_see_partners(desk, actor):
        return {}
    held = {row.vid: row for row in rows if row.origin != "derived"}
    joined_now = tuple(partnerships(tx, desk.node).values())
    # what is read in part has no hash: of that the whole is read to decide
    whole = {vid: row for vid, row in held.items() if row.hash and row.raw is not None}
    answers = stream.judged(tx, desk.home, joined_now, list(held), desk.clock(), whole)
    return {
        vid: tuple(
            Chip(partner=name, form=found[vid].form, reason=reason(found[vid].reasons[0]), id=row.id)
            for name, found in answers.items()
            if vid in found and name != row.source
        )
        for vid, row in held.items()
    }


def may_see_partners(desk: Desk, actor: Actor) -> bool:
    """Tell whether somebody is told what partners hold: people of this node who may preview."""
    theirs = actor.recipient is not None and actor.recipient.node != desk.node
    return not theirs and bool(actor.roles.intersection(VERBS["preview"]))


def reason(step: stream.Reason) -> Reason:
    """Return one step of a decision as the desk answers it."""
    return Reason(
        code=step.code,
        message_id=step.message_id,
        params=dict(step.params),
        atom=step.atom,
        rule=step.rule,
    )


def _last(answer: stream.Answer) -> stream.Sent | None:
    return max(answer.sent, key=lambda sent: sent.sequence, default=None)
