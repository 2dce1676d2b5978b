"""Do what a partner's recall asks, and ask back in turn from those to whom it was given onward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.asking import decoded
from cordiale.exchange.link.wire import NumberedRecall
from cordiale.exchange.originator import origins
from cordiale.exchange.recall import basis, demand
from cordiale.exchange.recall.answering import CORRECTED_WITHIN, onward, purged
from cordiale.exchange.recall.basis import Basis
from cordiale.exchange.recall.demand import ACTIONS, Message, Receipt
from cordiale.exchange.recall.sending import Origin, confirm_to, draft
from cordiale.exchange.records import arrivals, concerned, generations, quarantined, reconciliations
from cordiale.exchange.signing import peek_statement
from cordiale.exchange.stream import superseded
from cordiale.exchange.stream.withdrawal import withdraw_everywhere
from cordiale.platform.errors import CordialeError, ProtocolError
from cordiale.platform.ids import Randomness
from cordiale.platform.languages import _
from cordiale.release.marking import from_text
from cordiale.store import backup, versions
from cordiale.store.connection import Store, Transaction

UNUSABLE: Final = frozenset({"unmarked"})
"""The overlay of what may no longer be used: nobody passes it, and it goes nowhere."""


NO_BASES: Final[Mapping[int, Basis]] = {}


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


def named(partner: Partner, shown: NumberedRecall) -> tuple[int, str]:
    """Return the number and the id of a recall that a partner shows; whether it signed that is not looked at."""
    body, _signature = peek_statement(shown.message.encode(), demand.PURPOSE)
    said: Message = decoded(body, Message, partner)
    return shown.number, said.id


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
    again. One under a number that is known for another is carried out beside the order; once its sender numbered it anew
    it takes that place. Raises IntegrityError when a message is not that partner's.
    """
    receipts: dict[int, bytes] = {}
    waiting: list[tuple[int, bytes, Message]] = []
    told = {number: basis.pack(one) for number, one in bases.items()}
    for number, data in asked:
        message = demand.read_message(home, partner, number, data)
        with store.read() as tx:
            before = records.recalled(tx, partner.number, message.id)
        if before is None:
            waiting.append((number, data, message))
            continue
        receipts[number] = before.receipt
        if before.number < 0:
            with store.write() as tx:
                _place(tx, partner, number, data, message.id)
    answers = []
    for number, data, message in waiting:
        with store.write() as tx:
            answers.append((number, data, _take_back(tx, home, partner, message, now, told.get(number))))
    if answers:
        backup.scrub_owed(store)  # also of a purge after which the power went out
    with store.write() as tx:
        for number, data, answer in answers:
            receipts[number] = _answer(tx, home, partner, number, data, told.get(number), answer)
            # in this transaction: were the place told later, a sender that forgot the recall meanwhile would never learn of it
            if number == records.link(tx, partner.number).recalls + 1:
                records.save_link(tx, partner.number, {"recalls": number})
    return [receipts[number] for number, _data in asked]


def _place(tx: Transaction, partner: Partner, number: int, data: bytes, recall_id: str) -> None:
    """Give a recall that was carried out beside the order the number under which its sender asks it now."""
    if number > records.link(tx, partner.number).recalls:
        records.save_recalled(tx, partner.number, recall_id, {"number": number, "message": data})


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
    in_order = number > records.link(tx, partner.number).recalls
    records.add_recalled(
        tx,
        {
            "pair": partner.number,
            "id": answer.recall,
            "number": number if in_order else -number,
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
    found = _kept_by_others(tx, home, partner, message, _entries(tx, partner, message, wanted), now)
    if message.action == "purge":
        _purge(tx, home, partner, message, found, now)
        touched = purged(tx, partner, message, wanted)
    else:
        _forward(tx, home, partner, [one.vid for one in found], message, now)
        overlay = from_text(message.marking) if message.action == "downgrade" else UNUSABLE
        versions.remark_all(tx, {(one.oid, one.source) for one in found}, overlay)
        touched = {one.vid: one.oid for one in found}
    in_use = concerned.own_users(tx, home.node, touched.values())
    # by numbers of a history that is lost nobody finds what is meant: comparing whole does, by content
    # as it does where its sender, put back, knows of no number at all
    meant = "done" if message.items and len(wanted) == len(demand.sequences(message)) else "cannot"
    return msgspec.structs.replace(
        receipt,
        outcome="in-use" if in_use else meant,
        purged=len(touched),
        until=now + CORRECTED_WITHIN if in_use else 0,
        onward=onward(tx, partner.number, message.id),
    )


def _entries(tx: Transaction, partner: Partner, message: Message, wanted: Sequence[int]) -> list[_Entry]:
    """Return what these entries became, of what is still held."""
    became = generations.received_among(tx, partner.number, message.generation, wanted)
    held = concerned.named_statements(tx, sorted(set(became.values())))
    return [_Entry(sequence, vid, *held[vid]) for sequence, vid in became.items() if vid in held]


def _kept_by_others(
    tx: Transaction, home: Home, partner: Partner, message: Message, found: list[_Entry], now: int
) -> list[_Entry]:
    """Leave out what a forwarder takes back of another's statements that somebody else gave us as well: that stays.

    The forwarder's word is kept as for what goes: it offers that no more, and hears so should it forget.
    """
    forwarded = [one.vid for one in found if one.source != partner.node]
    if message.action != "purge" or not forwarded:
        return found
    shared = arrivals.delivered_by_others(tx, partner.number, forwarded)
    for one in found:
        if one.vid in shared:
            arrivals.forget_delivery(tx, partner.number, message.generation, one.sequence)
            if held := reconciliations.stated(tx, one.vid):
                stix_id, content, source = held
                offered = origins.offered(partner, source)
                versions.bury(tx, stix_id, offered, content, demand.because(message.id), now, home.random(16))
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
    reason = demand.because(message.id)
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
        made = draft(
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
