"""Suspend a partner, and take the exchange up again without losing what was released meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.partner.partners import every
from cordiale.desk.partnerships import partnerships
from cordiale.exchange import records
from cordiale.exchange.cut import backfill
from cordiale.exchange.partners import pairing as exchange
from cordiale.platform.errors import Conflict
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import PartnerView
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner
    from cordiale.store.connection import Transaction

SUSPENDED = "suspended"
CONFIRMED = "confirmed"


def partner_suspend(desk: Desk, actor: Actor, name: str, *, reason: str = "") -> PartnerView:
    """Stop all exchange with a partner at once: nothing is cut, served, fetched or asked until `partner_resume`.

    What it holds stays with it: a recall is an act of its own, and waits until the exchange is taken up again.
    Raises NotFound, and Conflict for a partner that is not confirmed.
    """
    authorise(actor, "partner-suspend")
    named(actor, "partner suspend")
    with desk.store.write() as tx:
        known = _in_state(tx, name, CONFIRMED)
        records.suspend_partner(tx, known.number, SUSPENDED)
        audit.acted(tx, desk, actor, "partner-suspend", partner=known.node, reason=reason)
        done = _view(tx, known)
    desk.wake()
    return done


def partner_resume(desk: Desk, actor: Actor, name: str, *, reason: str = "") -> PartnerView:
    """Exchange with a suspended partner again.

    Everything that may go is looked at once more: what changed meanwhile follows from the change log, what rules and
    dates opened meanwhile from the markings that pass now. Raises NotFound, and Conflict for one not suspended.
    """
    authorise(actor, "partner-suspend")
    named(actor, "partner resume")
    with desk.store.write() as tx:
        known = _in_state(tx, name, SUSPENDED)
        records.suspend_partner(tx, known.number, CONFIRMED)
        joined = partnerships(tx, desk.node).get(known.node)
        queued = backfill.approve_query(tx, joined, desk.clock()) if joined is not None else 0
        audit.acted(tx, desk, actor, "partner-resume", partner=known.node, reason=reason, queued=queued)
        done = _view(tx, known)
    desk.wake()
    return done


def _in_state(tx: Transaction, name: str, state: str) -> Partner:
    named_so = [one for one in exchange.partners(tx) if one.node.lower() == name.lower()]
    known = named_so[0] if named_so else exchange.partner(tx, name)
    if known.state == state:
        return known
    if state == SUSPENDED:
        raise Conflict(
            "partner-not-suspended",
            _("{name} is not suspended: there is nothing to resume."),
            name=known.node,
        )
    if known.state == SUSPENDED:
        raise Conflict("partner-suspended", _("{name} is suspended already."), name=known.node)
    raise Conflict(
        "partner-not-confirmed",
        _("{name} is not confirmed: nothing is exchanged with it that could be suspended."),
        name=known.node,
    )


def _view(tx: Transaction, partner: Partner) -> PartnerView:
    return next(one for one in every(tx) if one.name == partner.node)
