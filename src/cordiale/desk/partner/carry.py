"""Carry streams on media: write bundles for a partner, take bundles in, and say how a partner is reached."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Answer, PartnerView
from cordiale.desk.partner.partners import every
from cordiale.desk.partner.sync import cut_all
from cordiale.desk.partnerships import partnerships
from cordiale.exchange.carriers import arrival, carry
from cordiale.exchange.partners import pairing as exchange
from cordiale.exchange.records.carried import save_kind
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


class CarriedOut(Answer, frozen=True, kw_only=True):
    """One bundle that was written."""

    file: str
    number: int
    first: int
    last: int
    segments: int
    recalls: int
    receipts: int
    bytes: int


class CarriedIn(Answer, frozen=True, kw_only=True):
    """One bundle that was taken in, or the reason (`message_id`, `params`) why it was not.

    `missing` names entries (first, last) that were sent before it and have not arrived.
    """

    file: str
    partner: str
    number: int
    new: int
    same: int
    withdrawn: int
    set_aside: int
    recalls: int
    receipts: int
    repeated: int
    missing: tuple[int, int] | None
    code: str
    message_id: str
    params: dict[str, str]


def carry_out(
    desk: Desk, actor: Actor, partner: str, folder: Path, *, since: int | None = None
) -> list[CarriedOut]:
    """Write what a partner has not acknowledged into bundles in a folder; `since` repeats from an entry on.

    Raises NotFound for an unknown partner or folder, Conflict when no rules name it, ProtocolError while its
    link is closed.
    """
    authorise(actor, "sync")
    with desk.store.read() as tx:
        known = exchange.partner(tx, partner)
    cut_all(desk)
    with desk.store.read() as tx:
        partnership = partnerships(tx, desk.node).get(known.node)
    if partnership is None:
        raise Conflict(
            "carry-rules",
            _("No rules in force name {partner}: nothing may go to it. See: cordiale rules apply"),
            partner=known.node,
        )
    written = carry.out(desk.store, desk.home, partnership, folder, since=since)
    with desk.store.write() as tx:
        audit.acted(tx, desk, actor, "carry-out", partner=known.node, bundles=len(written))
    return [
        CarriedOut(
            file=one.file,
            number=one.number,
            first=one.first,
            last=one.last,
            segments=one.segments,
            recalls=one.recalls,
            receipts=one.receipts,
            bytes=one.bytes,
        )
        for one in written
    ]


def carry_in(desk: Desk, actor: Actor, files: Sequence[Path]) -> list[CarriedIn]:
    """Take bundles in, in the order of their streams; each that cannot be taken in says why, and the others go on."""
    authorise(actor, "sync")
    taken = arrival.take_in(desk.store, desk.home, files)
    with desk.store.write() as tx:
        audit.acted(
            tx,
            desk,
            actor,
            "carry-in",
            partners=sorted({one.partner for one in taken if one.partner}),
            bundles=sum(1 for one in taken if not one.code),
            refused=sum(1 for one in taken if one.code),
        )
    desk.wake()
    return [
        CarriedIn(
            file=one.file,
            partner=one.partner,
            number=one.number,
            new=one.new,
            same=one.same,
            withdrawn=one.withdrawn,
            set_aside=one.set_aside,
            recalls=one.recalls,
            receipts=one.receipts,
            repeated=one.repeated,
            missing=one.missing,
            code=one.code,
            message_id=one.message_id,
            params=dict(one.params),
        )
        for one in taken
    ]


def partner_carrier(desk: Desk, actor: Actor, name: str, kind: str) -> PartnerView:
    """Say how a partner is reached: two-way (network), delayed (media both ways) or one-way (no receipt comes back).

    The stream goes on where it is. Raises NotFound, InputError for another kind.
    """
    authorise(actor, "partner")
    named(actor, "partner carrier")
    if kind not in carry.KINDS:
        raise InputError(
            "carry-kind",
            _("“{kind}” is no way to reach a partner. Choose: {kinds}"),
            kind=kind,
            kinds=", ".join(carry.KINDS),
        )
    with desk.store.write() as tx:
        known = exchange.partner(tx, name)
        save_kind(tx, known.number, kind)
        audit.acted(tx, desk, actor, "partner-carrier", partner=known.node, kind=kind)
        done = next(one for one in every(tx) if one.name == known.node)
    desk.wake()
    return done
