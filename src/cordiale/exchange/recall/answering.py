"""Answer a partner's recalls, and answer again when something changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.recall import basis, demand
from cordiale.exchange.recall.demand import OUTCOMES, RECEIPT, Message, Receipt
from cordiale.exchange.records import concerned, generations
from cordiale.exchange.records.recalls import RecalledRow, RecallRow
from cordiale.exchange.signing import peek_statement, read_body
from cordiale.platform.clock import DAY
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Store, Transaction

CORRECTED_WITHIN: Final = 7 * DAY
"""Microseconds in which what we wrote ourselves is to be corrected, unless a person says another day."""


class Received(msgspec.Struct, frozen=True):
    """Describe one recall that a partner sent, and what we answered."""

    partner: str
    message: Message
    receipt: Receipt
    done_at: int
    delivered: bool
    answered_by: str | None


def purged(tx: Transaction, partner: Partner, message: Message, wanted: Sequence[int]) -> dict[int, int]:
    """Return version → object of what these entries became and is purged, now or before."""
    became = generations.received_among(tx, partner.number, message.generation, wanted)
    return concerned.purged_objects(tx, sorted(set(became.values())))


def onward(tx: Transaction, number: int, recall_id: str, rows: Iterable[RecallRow] | None = None) -> str:
    """Return how far those are to whom we forwarded a partner's recall, in aggregate: nobody learns who they are."""
    listed = records.forwards(tx, number) if rows is None else rows
    states = {row.state for row in listed if row.forwarded_id == recall_id}
    if "refused" in states:
        return "refused"
    if states - {"acknowledged"}:
        return "asked"
    return "acknowledged" if states else ""


def refresh_all(store: Store, home: Home, partner: Partner) -> int:
    """Answer a partner again where something changed since; see `refresh`."""
    with store.read() as tx:
        if not records.forwards(tx, partner.number) and not concerned.recalled_in_use(tx, partner.number):
            return 0
    with store.write() as tx:
        return refresh(tx, home, partner, home.clock())


def refresh(tx: Transaction, home: Home, partner: Partner, now: int) -> int:
    """Answer a partner again where something changed since: what was in use is corrected, or those onward answered.

    Returns how many receipts were made anew.
    """
    rows = records.forwards(tx, partner.number)
    ids = {row.forwarded_id for row in rows if row.forwarded_id}
    ids |= set(concerned.recalled_in_use(tx, partner.number))
    changed = 0
    for recall_id in sorted(ids):
        held = records.recalled(tx, partner.number, recall_id)
        if held is None:
            continue
        before = said(held)
        new = msgspec.structs.replace(before, onward=onward(tx, partner.number, recall_id, rows))
        if before.outcome == "in-use" and held.answered_by is None and not _in_use(tx, home, partner, held):
            new = msgspec.structs.replace(new, outcome="done", until=0)
        if new != before:
            _again(tx, home, partner, msgspec.structs.replace(new, at=max(now, before.at + 1)), None)
            changed += 1
    return changed


def found_after_all(
    tx: Transaction, home: Home, partner: Partner, counted: Mapping[int, int], now: int
) -> None:
    """Answer recalls again whose numbers were of a lost history, once a whole comparison took what they mean.

    `counted` says by recall number how much it took.
    """
    for held in records.all_recalled(tx):
        if held.pair != partner.number or held.outcome != "cannot" or held.answered_by:
            continue
        message, before = _message(held), said(held)
        if message.action == "purge" and (basis.unpack(held.basis) or not message.items):
            count, at = before.purged + counted.get(held.number, 0), max(now, before.at + 1)
            new = msgspec.structs.replace(before, outcome="done", purged=count, at=at)
            _again(tx, home, partner, new, None)


def _in_use(tx: Transaction, home: Home, partner: Partner, held: RecalledRow) -> bool:
    message = _message(held)
    wanted = basis.sequences(tx, partner, message, basis.unpack(held.basis))
    touched = purged(tx, partner, message, wanted)
    return bool(concerned.own_users(tx, home.node, touched.values()))


def answer(
    tx: Transaction,
    home: Home,
    partner: Partner,
    recall_id: str,
    outcome: str,
    by: str,
    now: int,
    *,
    until: int = 0,
    note: str = "",
    products: Sequence[str] = (),
) -> Receipt:
    """Answer a partner's recall in a person's name; the next visit hands the receipt over.

    Raises NotFound for a recall nobody sent, InputError for what is no answer.
    """
    held = records.recalled(tx, partner.number, recall_id)
    if held is None or not held.number:
        raise NotFound(
            "exchange.recall.not-asked",
            _("{node} sent no recall {id}. See: cordiale recall list --received"),
            node=partner.node,
            id=recall_id,
        )
    if outcome not in OUTCOMES:
        raise InputError(
            "exchange.recall.answer",
            _("“{answer}” is no answer to a recall: {answers}."),
            answer=outcome,
            answers=" / ".join(OUTCOMES),
        )
    before = said(held)
    if outcome == "in-use" and not until:
        until = now + CORRECTED_WITHIN
    new = msgspec.structs.replace(
        before,
        outcome=outcome,
        at=max(now, before.at + 1),
        until=until if outcome == "in-use" else 0,
        note=note,
        products=tuple(products),
    )
    _again(tx, home, partner, new, by)
    return new


def _again(tx: Transaction, home: Home, partner: Partner, receipt: Receipt, by: str | None) -> None:
    values = {"outcome": receipt.outcome, "receipt": demand.sign(home, receipt), "delivered": 0}
    if by is not None:
        values["answered_by"] = by
    records.save_recalled(tx, partner.number, receipt.recall, values)


def received(tx: Transaction) -> tuple[Received, ...]:
    """List the recalls that partners sent us, newest first."""
    nodes = {partner.number: partner.node for partner in records.partners(tx)}
    return tuple(
        Received(
            nodes.get(row.pair, ""),
            _message(row),
            said(row),
            row.done_at,
            bool(row.delivered),
            row.answered_by,
        )
        for row in records.all_recalled(tx)
    )


def said(row: RecalledRow) -> Receipt:
    """Return what our receipt says."""
    body, _signature = peek_statement(row.receipt, RECEIPT)
    found: Receipt = read_body(body, Receipt, RECEIPT)
    return found


def _message(row: RecalledRow) -> Message:
    body, _signature = peek_statement(row.message, demand.PURPOSE)
    found: Message = read_body(body, Message, demand.PURPOSE)
    return found
