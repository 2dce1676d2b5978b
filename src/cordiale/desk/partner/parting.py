"""End a partnership in order: nothing more goes, what was agreed is asked back, and both sign how far the log went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.exchange import records
from cordiale.exchange.held import vids_of
from cordiale.exchange.home import LEAVING
from cordiale.exchange.partners import pairing as exchange
from cordiale.exchange.recall import sending
from cordiale.platform.errors import Conflict
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner
    from cordiale.store.connection import Transaction

LEFT = "left"
FROM = ("confirmed", "suspended", "compromised")


class Parting(msgspec.Struct, frozen=True):
    """Say how far an exit is.

    `asked` versions are asked back now, `unanswered` recalls wait for a receipt, `acknowledged` of `sent` entries of our
    stream are signed by both; `state` is leaving or left.
    """

    partner: str
    state: str
    asked: int = 0
    unanswered: int = 0
    sent: int = 0
    acknowledged: int = 0


def partner_exit(
    desk: Desk, actor: Actor, name: str, *, ask_back: bool, reason: str = "", now: bool = False
) -> Parting:
    """Begin, or look at, the end of a partnership; what was agreed about what the partner holds is `ask_back`.

    From now on nothing more is sent: what was not fetched goes as bare leaves, so that the log stays whole and
    verifiable. The partner still fetches recalls, hands over receipts, and signs the last checkpoint. When all of that
    is done, or `now`, it has left: its requests are refused, and the log with both signatures stays here.
    Raises NotFound, and Conflict for a partner that was never confirmed or has left already.
    """
    authorise(actor, "partner-suspend")
    named(actor, "partner exit")
    with desk.store.write() as tx:
        known = exchange.partner(tx, name)
        if known.state not in (*FROM, LEAVING):
            raise Conflict(
                "partner-not-there",
                _("{name} is not connected: there is nothing to end."),
                name=known.node,
            )
        asked = 0
        if known.state != LEAVING:
            asked = _ask_back(tx, desk, known, actor.name, reason) if ask_back else 0
            records.suspend_partner(tx, known.number, LEAVING)
            audit.acted(
                tx,
                desk,
                actor,
                "partner-exit",
                partner=known.node,
                asked=asked,
                ask_back=ask_back,
                reason=reason,
            )
        found = _state(tx, known, asked)
        if now or (not found.unanswered and found.sent == found.acknowledged):
            records.suspend_partner(tx, known.number, LEFT)
            audit.acted(
                tx,
                desk,
                actor,
                "partner-left",
                partner=known.node,
                unanswered=found.unanswered,
                unsigned=found.sent - found.acknowledged,
            )
            found = msgspec.structs.replace(found, state=LEFT)
    desk.wake()
    return found


def _ask_back(tx: Transaction, desk: Desk, known: Partner, by: str, reason: str) -> int:
    """Recall everything a partner holds; return how many versions."""
    vids = [
        vid
        for chunk, bits in sorted(records.held_chunks(tx, known.number).items())
        for vid in vids_of(chunk, bits)
    ]
    if not vids:
        return 0
    at = desk.clock()
    drafted = sending.draft(tx, desk.home, known, vids=vids, reason=reason, by=by, now=at)
    if drafted is None:
        return 0
    sending.confirm_to(tx, desk.home, known, drafted.id, by, at)
    return len(drafted.vids)


def _state(tx: Transaction, known: Partner, asked: int) -> Parting:
    pair = records.pair(tx, known.number)
    waiting = [
        one
        for one in records.recalls(tx, number=known.number)
        if one.number is not None and one.answered_at is None
    ]
    return Parting(known.node, LEAVING, asked, len(waiting), pair.last, pair.acknowledged)
