"""Take back what was released: one object at once, many when a person who saw the counts confirms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Recalled
from cordiale.desk.partnerships import partnership, partnerships
from cordiale.desk.visible import unknown, visible
from cordiale.exchange import recall as exchange
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.recall import Recall

ACTIONS = ("purge", "stop-use")


def recall(
    desk: Desk,
    actor: Actor,
    *,
    ids: Sequence[str],
    partner: str | None = None,
    reason: str = "",
    action: str = "purge",
    confirm: bool = False,
) -> list[Recalled]:
    """Ask one partner, or everyone who holds them, to withdraw objects; one answer a partner.

    A single object goes at once. More than `recall.confirm_above` of the partner's rules stay a
    draft, which says how many, until `recall_confirm` or `confirm`. Raises NotFound for an object
    the actor does not see.
    """
    authorise(actor, "recall")
    named(actor, "recall")
    if action not in ACTIONS:
        raise InputError(
            "recall-action",
            _("“{action}” cannot be asked: {actions}."),
            action=action,
            actions=" / ".join(ACTIONS),
        )
    done = []
    with desk.store.write() as tx:
        seen = visible(tx, desk, actor)
        for stix_id in ids:
            if not versions.get(tx, stix_id, seen):
                raise unknown(stix_id)
        chosen = (
            [partnership(tx, partner, desk.node)] if partner else list(partnerships(tx, desk.node).values())
        )
        for one in chosen:
            now = desk.clock()
            drafted = exchange.draft(
                tx,
                desk.home,
                one,
                ids=list(ids),
                reason=reason,
                action=action,
                by=actor.name,
                now=now,
            )
            if drafted is None:
                continue
            if confirm or len(drafted.vids) <= 1 or len(drafted.vids) <= one.rules.confirm_above:
                drafted = exchange.confirm(tx, desk.home, one, drafted.id, actor.name, now)
            done.append(view(drafted))
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


def recall_confirm(desk: Desk, actor: Actor, recall_id: str) -> Recalled:
    """Send a drafted recall; raises NotFound when there is no draft of this id."""
    authorise(actor, "recall")
    named(actor, "recall --confirm")
    with desk.store.write() as tx:
        found = [r for r in exchange.recalls(tx, state="draft") if r.id == recall_id]
        if not found:
            raise NotFound(
                "no-recall",
                _("There is no drafted recall {id}. See: cordiale recall"),
                id=recall_id,
            )
        one = partnership(tx, found[0].partner, desk.node)
        sent = exchange.confirm(tx, desk.home, one, recall_id, actor.name, desk.clock())
        audit.acted(tx, desk, actor, "recall-confirm", recall=recall_id, partner=sent.partner)
    desk.wake()
    return view(sent)


def recall_list(desk: Desk, actor: Actor, *, partner: str | None = None) -> list[Recalled]:
    """Return recalls, newest first."""
    authorise(actor, "recall")
    with desk.store.read() as tx:
        return [view(found) for found in exchange.recalls(tx, partner=partner)]


def view(found: Recall) -> Recalled:
    """Return a recall as people see it."""
    return Recalled(
        recall=found.id,
        partner=found.partner,
        objects=max(len(found.vids), len(found.ids)),
        state=found.state,
        action=found.action,
        reason=found.reason,
        by=found.by,
        at=found.at,
        ids=found.ids,
        answered_at=found.answered_at,
        outcome=found.outcome,
    )
