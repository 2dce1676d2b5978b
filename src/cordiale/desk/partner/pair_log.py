"""The log that a pair shares: what was cut, how far both signed, and what comparisons of it found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.partner.reconcile import Difference, Unheld, told_by
from cordiale.desk.summary import lines
from cordiale.exchange import records
from cordiale.exchange.partners import pairing
from cordiale.exchange.records import reconciliations
from cordiale.exchange.records.reconciliations import FULL, QUICK

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LIMIT: Final = 200
"""Most segments, or differences, of one answer."""


class Cut(Answer, frozen=True, kw_only=True):
    """One segment of our stream: its entries, when it was cut, the hash of its header, and whether both signed it."""

    first: int
    last: int
    at: int
    header: str
    acknowledged: bool


class Compared(Answer, frozen=True, kw_only=True):
    """How the last comparison of one kind (quick or full) went; `position` is how far one got that goes on."""

    kind: str
    at: int
    entries: int
    objects: int
    differences: int
    position: int


class PairLog(Answer, frozen=True, kw_only=True):
    """What both sides share: `whole` is false for who may not see everything, who is told no numbers of entries.

    `acknowledged_at` is when the partner last signed how far it is.
    """

    partner: str
    whole: bool
    generation: int
    acknowledged_at: int | None
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    segments: int = 0
    cuts: tuple[Cut, ...] = ()
    compared: tuple[Compared, ...] = ()
    differences: tuple[Difference, ...] = ()
    theirs: tuple[Unheld, ...] = ()


def pair_log(desk: Desk, actor: Actor, name: str, *, limit: int = 50) -> PairLog:
    """Return the newest of a pair's log. Raises NotFound for an unknown partner, InputError for no lines at all.

    Entry numbers count objects, so that only who may see everything is told them.
    """
    authorise(actor, "partner-list")
    limit = lines(limit, LIMIT)
    with desk.store.read() as tx:
        partner = pairing.partner(tx, name)
        if partner.state == "invited":
            return PairLog(partner=partner.node, whole=True, generation=0, acknowledged_at=None)
        pair = records.pair(tx, partner.number)
        if actor.recipient is not None:
            return PairLog(
                partner=partner.node,
                whole=False,
                generation=pair.generation,
                acknowledged_at=pair.acknowledged_at,
            )
        ends = records.header_ends(tx, pair.number, pair.generation)[-limit:]
        found = [records.segment_with(tx, pair.number, pair.generation, last) for last, _hash in ends]
        compared = [reconciliations.reconciliation(tx, partner.number, kind) for kind in (QUICK, FULL)]
        log = reconciliations.differences(tx, partner.number, limit)
        return PairLog(
            partner=partner.node,
            whole=True,
            generation=pair.generation,
            acknowledged_at=pair.acknowledged_at,
            sent=pair.last,
            acknowledged=pair.acknowledged,
            received=records.link(tx, partner.number).received,
            segments=pair.segments,
            cuts=tuple(
                Cut(
                    first=one.first,
                    last=one.last,
                    at=one.cut_at,
                    header=bytes(one.hash).hex(),
                    acknowledged=one.last <= pair.acknowledged,
                )
                for one in reversed(found)
                if one is not None
            ),
            compared=tuple(
                Compared(
                    kind=one.kind,
                    at=one.at,
                    entries=one.entries,
                    objects=one.objects,
                    differences=one.differences,
                    position=one.position,
                )
                for one in compared
                if one is not None
            ),
            differences=tuple(
                Difference(at=one.at, kind=one.kind, repair=one.repair, object_id=one.object_id or "")
                for one in log
            ),
            theirs=told_by(tx, partner),
        )
