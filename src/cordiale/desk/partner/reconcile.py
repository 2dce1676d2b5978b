"""Compare with a partner what is here of its stream, now or as the node does by itself, and show what differed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.exchange import entry, records
from cordiale.exchange.partners import pairing as exchange
from cordiale.exchange.reconcile.comparing import reconcile
from cordiale.exchange.records import reconciliations
from cordiale.exchange.records.reconciliations import FULL, QUICK, ReconciliationRow
from cordiale.exchange.visit.sync import visit
from cordiale.platform.clock import DAY, MINUTE
from cordiale.platform.errors import Unavailable
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner
    from cordiale.exchange.message import Transport
    from cordiale.store.connection import Transaction

SHOWN: Final = 100
"""Differences and explanations shown in one answer, newest first."""

SLICE_S: Final = 1.0
"""Seconds of a whole comparison between two visits, when the node makes it by itself."""


class Difference(Answer, frozen=True, kw_only=True):
    """One difference: missing, flipped, recalled or extra; refetched, purged, set-aside or gone."""

    at: int
    kind: str
    repair: str
    object_id: str


class Unheld(Answer, frozen=True, kw_only=True):
    """An entry of our stream that the partner told us it does not hold as we believed, and why."""

    object_id: str
    held: bool
    reason: str
    at: int


class Reconciled(Answer, frozen=True, kw_only=True):
    """What a comparison with one partner found; `log` are the differences of before, `theirs` what it told of our stream."""

    partner: str
    kind: str
    at: int
    entries: int
    objects: int
    finished: bool
    explained: int
    differences: tuple[Difference, ...]
    log: tuple[Difference, ...] = ()
    theirs: tuple[Unheld, ...] = ()


def partner_reconcile(
    desk: Desk,
    actor: Actor,
    name: str,
    *,
    full: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
) -> Reconciled:
    """Visit a partner, then compare what is here of its stream with what it believes is here; repair what differs.

    Raises NotFound for an unknown partner, Unavailable when the link is not up, IntegrityError when the partner's
    answers are not its own.
    """
    authorise(actor, "sync")
    with desk.store.read() as tx:
        partner = exchange.partner(tx, name)
    carrier = desk.carrier(partner)
    pulled = visit(desk.store, desk.home, partner, carrier)
    while pulled.more and pulled.link.state == "up":
        pulled = visit(desk.store, desk.home, partner, carrier)
    if pulled.link.state != "up":
        raise Unavailable(
            "reconcile-link",
            _("{partner} cannot be compared with now. What is wrong with the link: cordiale partner list"),
            partner=partner.node,
        )

    def told(done: int, total: int) -> bool:
        if progress is not None:
            progress(done, total)
        return True

    report = reconcile(desk.store, desk.home, partner, carrier, full=full, progress=told)
    with desk.store.write() as tx:
        audit.acted(
            tx,
            desk,
            actor,
            "partner-reconcile",
            partner=partner.node,
            full=full,
            differences=len(report.differences),
        )
        log = reconciliations.differences(tx, partner.number, SHOWN)
        theirs = told_by(tx, partner)
    desk.wake()
    hidden = actor.recipient is not None  # ids of objects that this reader may not see
    return Reconciled(
        partner=partner.node,
        kind=report.kind,
        at=report.at,
        # numbers of what is held, hidden objects among them
        entries=0 if hidden else report.entries,
        objects=0 if hidden else report.objects,
        finished=report.finished,
        explained=0 if hidden else report.explained,
        differences=tuple(
            Difference(
                at=report.at, kind=one.kind, repair=one.repair, object_id="" if hidden else one.object_id
            )
            for one in report.differences
        ),
        log=()
        if hidden
        else tuple(
            Difference(at=one.at, kind=one.kind, repair=one.repair, object_id=one.object_id or "")
            for one in log
        ),
        theirs=() if hidden else theirs,
    )


def told_by(tx: Transaction, partner: Partner) -> tuple[Unheld, ...]:
    """Return what a partner told us it does not hold as we believed."""
    found = []
    for generation, sequence, held, reason, at in reconciliations.explanations(tx, partner.number, SHOWN):
        segment = records.segment_with(tx, partner.number, generation, sequence)
        vid = entry.unpack(segment.entries).vids[sequence - segment.first] if segment is not None else 0
        named = records.dated(tx, [vid]).get(vid)
        found.append(Unheld(object_id=named[0] if named else "", held=held, reason=reason, at=at))
    return tuple(found)


def in_turn(desk: Desk, partner: Partner, carrier: Transport) -> bool:
    """Compare with a partner when it is time, a slice at a time; tell whether a whole comparison goes on.

    Raises what the partner's answers raise.
    """
    settings, now = desk.settings.exchange, desk.clock()
    with desk.store.read() as tx:
        link = records.link(tx, partner.number)
        whole = reconciliations.reconciliation(tx, partner.number, FULL)
        quick = reconciliations.reconciliation(tx, partner.number, QUICK)
    if whole is None and link.generation == 1:
        # what has only just come needs no second look: the first whole comparison is one interval away
        begun = ReconciliationRow(partner.number, FULL, now, 1, 0, 0, 0, 0)
        with desk.store.write() as tx:
            reconciliations.save_reconciliation(tx, begun)
        whole = begun
    if settings.reconcile_full_days and link.received:
        fresh = whole is not None and whole.generation == link.generation and not whole.position
        if not fresh or whole is None or now - whole.at >= settings.reconcile_full_days * DAY:
            ends = time.monotonic() + SLICE_S
            report = reconcile(
                desk.store,
                desk.home,
                partner,
                carrier,
                full=True,
                progress=lambda _done, _of: time.monotonic() < ends,
            )
            return not report.finished
    every = settings.reconcile_minutes * MINUTE
    if every and link.received and (quick is None or now - quick.at >= every):
        reconcile(desk.store, desk.home, partner, carrier)
    return False
