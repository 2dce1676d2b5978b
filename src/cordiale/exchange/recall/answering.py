"""Do what a partner's recall asks, answer it, and ask back in turn from those to whom it was given onward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.wire import NumberedRecall
from cordiale.exchange.originator import origins
from cordiale.exchange.recall import basis, demand
from cordiale.exchange.recall.basis import Basis
from cordiale.exchange.recall.demand import ACTIONS, OUTCOMES, RECEIPT, Message, Receipt
from cordiale.exchange.recall.sending import Origin, confirm_to, draft_to
from cordiale.exchange.records import arrivals, concerned, generations, quarantined
from cordiale.exchange.records.recalls import RecalledRow, RecallRow
from cordiale.exchange.signing import peek_statement, read_body
from cordiale.exchange.stream import superseded
from cordiale.exchange.stream.withdrawal import withdraw_everywhere
from cordiale.platform.clock import DAY
from cordiale.platform.errors import CordialeError, InputError, NotFound, ProtocolError
from cordiale.platform.ids import Randomness
from cordiale.platform.languages import _
from cordiale.release.marking import from_text
from cordiale.store import backup, versions
from cordiale.store.connection import Store, Transaction

CORRECTED_WITHIN: Final = 7 * DAY
"""Microseconds in which what we wrote ourselves is to be corrected, unless a person says another day."""

UNUSABLE: Final = frozenset({"unmarked"})
"""The overlay of what may no longer be used: nobody passes it, and it goes nowhere."""


NO_BASES: Final[Mapping[int, Basis]] = {}


class Received(msgspec.Struct, frozen=True):
    """Describe one recall that a partner sent, and what we answered."""

    partner: str
    message: Message
    receipt: Receipt
    done_at: int
    delivered: bool
    answered_by: str | None


class _Entry(msgspec.Struct, frozen=True):
    """One entry that is asked back and of which something is held here."""

    sequence: int
    vid: int
    oid: int
    id: str
    source: str


def carry_out(
    store: Store, home: Home, partner: Partner, number: int, data: bytes, now: int, told: Basis = ()
) -> bytes:
    """Do what one signed recall of a partner asks and return our signed receipt; see `carry_out_all`."""
    return carry_out_all(store, home, partner, [(number, data)], now, {number: told})[0]


def in_order(
    store: Store, home: Home, partner: Partner, fetched: Sequence[NumberedRecall], after: int
) -> tuple[int, CordialeError | None]:
    """Carry out numbered recalls that follow the last one done; return the last done now, and why it is not all.

    What comes before one that is out of order or not theirs is carried out all the same.
    """
    listed: list[tuple[int, bytes]] = []
    problem: CordialeError | None = None
    for one in fetched:
        number, expected, data = one.number, after + len(listed) + 1, one.message.encode()
        try:
            if number != expected:
                raise ProtocolError(
                    "exchange.recall.gap",
                    _("{node} sends recall {found} where {expected} is next."),
                    node=partner.node,
                    found=number,
                    expected=expected,
                )
            demand.read_message(home, partner, number, data)
        except CordialeError as error:
            problem = error
            break
        listed.append((number, data))
    if not listed:
        return after, problem
    carry_out_all(store, home, partner, listed, home.clock(), {one.number: one.basis for one in fetched})
    last = listed[-1][0]
    with store.write() as tx:
        records.save_link(tx, partner.number, {"recalls": last})
    return last, problem


def carry_out_all(
    store: Store,
    home: Home,
    partner: Partner,
    asked: Sequence[tuple[int, bytes]],
    now: int,
    bases: Mapping[int, Basis] = NO_BASES,
) -> list[bytes]:
    """Do what a partner's signed recalls ask and return our signed receipts.

    `bases` says by number of which segments a recall names entries; what we hold other ones of is let be.
    The body, its rows in every index, the leaf's salt in streams onward and the free pages of the
    file go; the tombstone stays. The file is cleared once for all messages, and only then anything is answered:
    whoever is interrupted does it again and comes to the same. Repeating an answered one gives its receipt
    again. Raises IntegrityError when a message is not that partner's.
    """
    receipts: dict[int, bytes] = {}
    waiting: list[tuple[int, bytes, Message]] = []
    told = {number: basis.pack(one) for number, one in bases.items()}
    for number, data in asked:
        message = demand.read_message(home, partner, number, data)
        with store.read() as tx:
            before = records.recalled(tx, partner.number, message.id)
        if before is not None:
            receipts[number] = before.receipt
        else:
            waiting.append((number, data, message))
    answers = []
    for number, data, message in waiting:
        with store.write() as tx:
            answers.append((number, data, _take_back(tx, home, partner, message, now, told.get(number))))
    if answers:
        backup.scrub_owed(store)  # also of a purge after which the power went out
    with store.write() as tx:
        for number, data, answer in answers:
            receipts[number] = _answer(tx, home, partner, number, data, told.get(number), answer)
    return [receipts[number] for number, _data in asked]


def _answer(
    tx: Transaction,
    home: Home,
    partner: Partner,
    number: int,
    data: bytes,
    told: bytes | None,
    answer: Receipt,
) -> bytes:
    before = records.recalled(tx, partner.number, answer.recall)
    if before is not None:
        return before.receipt
    receipt = demand.sign(home, answer)
    records.add_recalled(
        tx,
        {
            "pair": partner.number,
            "id": answer.recall,
            "number": number,
            "message": data,
            "done_at": answer.at,
            "outcome": answer.outcome,
            "receipt": receipt,
            "delivered": 0,
            "basis": told,
        },
    )
    return receipt


def _take_back(
    tx: Transaction, home: Home, partner: Partner, message: Message, now: int, told: bytes | None = None
) -> Receipt:
    """Do what a message asks of what is held here, and say what became of it."""
    receipt = Receipt(message.id, message.pair, "done", 0, now)
    if message.action not in ACTIONS or (message.action == "downgrade" and not message.marking):
        return msgspec.structs.replace(receipt, outcome="cannot")
    wanted = basis.sequences(tx, partner, message, basis.unpack(told))
    for sequence in wanted:
        records.forget_sequence(tx, partner.number, message.generation, sequence)
    found = _kept_by_others(tx, partner, message, _entries(tx, partner, message, wanted))
    if message.action == "purge":
        _purge(tx, home, partner, message, found, now)
        touched = _purged(tx, partner, message, wanted)
    else:
        _forward(tx, home, partner, [one.vid for one in found], message, now)
        overlay = from_text(message.marking) if message.action == "downgrade" else UNUSABLE
        versions.remark_all(tx, {(one.oid, one.source) for one in found}, overlay)
        touched = {one.vid: one.oid for one in found}
    in_use = concerned.own_users(tx, home.node, touched.values())
    return msgspec.structs.replace(
        receipt,
        outcome="in-use" if in_use else "done",
        purged=len(touched),
        until=now + CORRECTED_WITHIN if in_use else 0,
        onward=onward(tx, partner.number, message.id),
    )


def _entries(tx: Transaction, partner: Partner, message: Message, wanted: Sequence[int]) -> list[_Entry]:
    """Return what these entries became, of what is still held."""
    became = generations.received_among(tx, partner.number, message.generation, wanted)
    held = concerned.named_statements(tx, sorted(set(became.values())))
    return [_Entry(sequence, vid, *held[vid]) for sequence, vid in became.items() if vid in held]


def _kept_by_others(tx: Transaction, partner: Partner, message: Message, found: list[_Entry]) -> list[_Entry]:
    """Leave out what a forwarder takes back of another's statements that somebody else gave us as well: that stays."""
    forwarded = [one.vid for one in found if one.source != partner.node]
    if message.action != "purge" or not forwarded:
        return found
    shared = arrivals.delivered_by_others(tx, partner.number, forwarded)
    for one in found:
        if one.vid in shared:
            arrivals.forget_delivery(tx, partner.number, message.generation, one.sequence)
    return [one for one in found if one.vid not in shared]


def _purge(
    tx: Transaction, home: Home, partner: Partner, message: Message, found: Sequence[_Entry], now: int
) -> None:
    vids = {one.vid for one in found}
    stated = {(one.oid, one.source) for one in found if _is_theirs(partner, one.source)}
    if message.scope == "object":
        vids |= set(concerned.vids_stated(tx, stated))
    listed = sorted(vids)
    _forward(tx, home, partner, listed, message, now)
    withdraw_everywhere(tx, listed)  # also from those whose recall of it is still a draft
    reason = f"recall {message.id}"
    salts = _salts(home.random)
    # The forwarder's word refuses what the forwarder offers again, never what the originator gives itself.
    others = {one.vid for one in found if not _is_theirs(partner, one.source)}
    versions.purge_all(
        tx, sorted(others), reason, now, salts, lambda source: origins.offered(partner, source)
    )
    if message.scope == "object":
        versions.bury_statements(tx, stated, reason, now, salts)
    else:
        versions.purge_all(tx, sorted(vids - others), reason, now, salts)
    arrivals.forget_salts(tx, listed)
    quarantined.let_go(tx, {one.id for one in found})
    superseded.purged(tx, sorted({one.oid for one in found}))


def _is_theirs(partner: Partner, source: str) -> bool:
    return source == partner.node or source.startswith(f"{partner.node}/")


def _salts(random: Randomness) -> Callable[[int], bytes]:
    return lambda _vid: random(16)


def _purged(tx: Transaction, partner: Partner, message: Message, wanted: Sequence[int]) -> dict[int, int]:
    """Return version → object of what these entries became and is purged, now or before."""
    became = generations.received_among(tx, partner.number, message.generation, wanted)
    return concerned.purged_objects(tx, sorted(set(became.values())))


def _forward(
    tx: Transaction, home: Home, partner: Partner, vids: Sequence[int], message: Message, now: int
) -> None:
    """Ask back from others what we released onward; their answers are ours to collect."""
    if not vids:
        return
    before = {row.pair for row in records.forwards(tx, partner.number) if row.forwarded_id == message.id}
    for other in records.partners(tx):
        if other.number == partner.number or other.state == "invited" or other.number in before:
            continue
        made = draft_to(
            tx,
            home,
            other,
            vids=vids,
            reason=message.reason,
            action=message.action,
            by=partner.node,
            now=now,
            scope=message.scope,
            marking=message.marking,
            origin=Origin(partner.number, message.id),
        )
        if made is not None:
            confirm_to(tx, home, other, made.id, partner.node, now)


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


def _in_use(tx: Transaction, home: Home, partner: Partner, held: RecalledRow) -> bool:
    message = _message(held)
    wanted = basis.sequences(tx, partner, message, basis.unpack(held.basis))
    touched = _purged(tx, partner, message, wanted)
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
