"""Ask a partner to take a release back, do so when asked, and prove which of the two happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

from cordiale.exchange import entry, expired, origins, records, stubs
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home, Partner, Partnership
from cordiale.exchange.records import arrivals
from cordiale.exchange.segment import pair_name, withdraw
from cordiale.exchange.signing import open_statement, sign_statement
from cordiale.exchange.withdrawal import entries_of, withdraw_everywhere
from cordiale.platform.errors import Conflict, IntegrityError, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.store import backup, versions
from cordiale.store.connection import Store, Transaction

PURPOSE = "recall"
RECEIPT = "recall-receipt"
ACTIONS = ("purge", "stop-use", "downgrade")
#: What a receipt says → the state of the recall at home. Nobody ever says "deleted there".
STATES = {"done": "acknowledged", "in-use": "in-use", "cannot": "cannot"}


class Recall(msgspec.Struct, frozen=True):
    """Describe one recall to one partner; `state` is draft, asked, acknowledged, in-use or cannot."""

    id: str
    partner: str
    action: str
    reason: str
    by: str
    at: int
    vids: tuple[int, ...]
    ids: tuple[str, ...]
    state: str
    answered_at: int | None = None
    outcome: str | None = None


class Item(msgspec.Struct, frozen=True):
    """Name one entry that is asked back by its number alone.

    Whoever fetched it knows what it was; of what was withdrawn before it was fetched, an id or a
    content hash would tell.
    """

    sequence: int


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask for entries of one stream back; signed by the node that sent them."""

    id: str
    pair: str
    generation: int
    number: int
    action: str
    reason: str
    by: str
    at: int
    items: tuple[Item, ...]


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answer a recall: done, in-use or cannot, and how many versions were purged."""

    recall: str
    pair: str
    outcome: str
    purged: int
    at: int


def draft(
    tx: Transaction,
    home: Home,
    partnership: Partnership,
    *,
    vids: Sequence[int] | None = None,
    ids: Sequence[str] | None = None,
    reason: str,
    action: str = "purge",
    by: str = "",
    now: int,
) -> Recall | None:
    """Draft a recall of what the partner holds of these versions or ids; None when nothing is.

    An id stands for every version of the object the partner holds, tear-lines included. What is
    in an earlier draft to the same partner is left out.
    """
    return draft_to(
        tx, home, partnership.partner, vids=vids, ids=ids, reason=reason, action=action, by=by, now=now
    )


def draft_to(
    tx: Transaction,
    home: Home,
    partner: Partner,
    *,
    vids: Sequence[int] | None = None,
    ids: Sequence[str] | None = None,
    reason: str,
    action: str = "purge",
    by: str = "",
    now: int,
) -> Recall | None:
    """Draft a recall to a partner whatever the rules say of it now."""
    held = records.held(tx, partner.number)
    wanted = set(vids or ())
    if ids:
        oids = sorted(versions.oids(tx, ids).values())
        wanted |= {vid for _oid, vid, *_rest in records.versions_of(tx, oids)}
        wanted |= set(records.tear_line_vids(tx, partner.node, oids))
    chosen = sorted({*held.of(sorted(wanted)), *records.passed_among(tx, partner.number, wanted)})
    drafted = {
        vid for row in records.recalls(tx, number=partner.number, state="draft") for vid in _vids(row.vids)
    }
    chosen = [vid for vid in chosen if vid not in drafted]
    if not chosen:
        return None
    named = records.dated(tx, chosen)
    recall_id = uuid4(home.random)
    records.add_recall(
        tx,
        {
            "id": recall_id,
            "pair": partner.number,
            "action": action,
            "reason": reason,
            "by": by,
            "state": "draft",
            "ids": orjson.dumps(sorted({one[0] for one in named.values()})).decode(),
            "vids": entry.numbers(chosen),
            "at": now,
        },
    )
    return get(tx, recall_id)


def confirm(
    tx: Transaction,
    home: Home,
    partnership: Partnership,
    recall_id: str,
    by: str,
    now: int,
    held: Held | None = None,
) -> Recall:
    """Sign and send a drafted recall; stops serving the bodies in this transaction.

    Raises NotFound, or Conflict when it was sent before.
    """
    return confirm_to(tx, home, partnership.partner, recall_id, by, now, held)


def confirm_to(
    tx: Transaction, home: Home, partner: Partner, recall_id: str, by: str, now: int, held: Held | None = None
) -> Recall:
    """Sign and send a drafted recall to a partner whatever the rules say of it now."""
    row = records.recall(tx, recall_id)
    if row is None or row.pair != partner.number:
        raise NotFound("exchange.recall.unknown", _("There is no recall {id}."), id=recall_id)
    if row.state != "draft":
        raise Conflict("exchange.recall.sent", _("The recall {id} was sent before."), id=recall_id)
    pair = records.pair(tx, partner.number)
    own = held if held is not None else records.held(tx, partner.number)
    # the very same content under another statement may have been numbered since: to the partner it is one thing
    vids = sorted({*_vids(row.vids), *own.of(records.same_content(tx, _vids(row.vids)))})
    named = records.dated(tx, vids)
    items: list[Item] = []
    for segment, places in entries_of(tx, pair, vids):
        items += [Item(segment.first + place) for place in places]
        withdraw(tx, segment, places)
    own.discard(vids)
    records.forget_passed(tx, partner.number, vids)
    if held is None:
        records.save_held(tx, partner.number, own)
    number = pair.recalls + 1
    name = pair_name(home.node, partner.node)
    message = Message(row.id, name, pair.generation, number, row.action, row.reason, by, now, tuple(items))
    records.save_pair(tx, msgspec.structs.replace(pair, recalls=number))
    records.save_recall(
        tx,
        recall_id,
        {
            "state": "asked",
            "number": number,
            "vids": entry.numbers(vids),
            "confirmed_by": by,
            "message": sign_statement(home, PURPOSE, msgspec.to_builtins(message)),
        },
    )
    if partner.assurance != "node":
        stubs.revoke(tx, home, partner, sorted({(one[0], one[2]) for one in named.values()}, key=str), now)
    return get(tx, recall_id)


def get(tx: Transaction, recall_id: str) -> Recall:
    """Return one recall; raises NotFound."""
    row = records.recall(tx, recall_id)
    if row is None:
        raise NotFound("exchange.recall.unknown", _("There is no recall {id}."), id=recall_id)
    return _recall(tx, row)


def recalls(tx: Transaction, *, partner: str | None = None, state: str | None = None) -> tuple[Recall, ...]:
    """List recalls, newest first."""
    number = records.partner(tx, partner).number if partner is not None else None
    return tuple(_recall(tx, row) for row in records.recalls(tx, number=number, state=state))


def _recall(tx: Transaction, row: Any) -> Recall:
    partner = records.partner_numbered(tx, row.pair)
    return Recall(
        id=row.id,
        partner=partner.node if partner else "",
        action=row.action,
        reason=row.reason,
        by=row.confirmed_by or row.by,
        at=row.at,
        vids=tuple(_vids(row.vids)),
        ids=tuple(orjson.loads(row.ids)),
        state=row.state,
        answered_at=row.answered_at,
        outcome=row.outcome,
    )


def _vids(blob: bytes) -> list[int]:
    return entry.read_numbers(blob).tolist()


def record_receipt(tx: Transaction, home: Home, partner: Partner, data: bytes, now: int) -> None:
    """Keep a partner's signed receipt beside the recall it answers; raises IntegrityError."""
    body = open_statement(data, RECEIPT, partner.keys, home.verify)
    if expired.record(tx, home, partner, body, data, now):
        return
    receipt = _decode(body, Receipt, RECEIPT)
    row = records.recall(tx, receipt.recall)
    if row is None or row.pair != partner.number or row.number is None or receipt.outcome not in STATES:
        raise IntegrityError(
            "exchange.recall.receipt",
            _("{node} answers a recall that was never sent to it."),
            node=partner.node,
        )
    records.save_recall(
        tx,
        receipt.recall,
        {"state": STATES[receipt.outcome], "outcome": receipt.outcome, "answered_at": now, "receipt": data},
    )


def carry_out(store: Store, home: Home, partner: Partner, number: int, data: bytes, now: int) -> bytes:
    """Do what a partner's signed recall asks and return our signed receipt.

    The body, its rows in every index, the leaf's salt in streams onward and the free pages of the
    file go; the tombstone stays. Repeating it gives the first receipt again. Raises
    IntegrityError when the message is not that partner's.
    """
    message = _decode(open_statement(data, PURPOSE, partner.keys, home.verify), Message, PURPOSE)
    if message.pair != pair_name(partner.node, home.node) or message.number != number:
        raise IntegrityError(
            "exchange.recall.pair", _("A recall of {node} is not about what it sent us."), node=partner.node
        )
    with store.read() as tx:
        before = records.recalled(tx, partner.number, message.id)
    if before is not None:
        return bytes(before.receipt)
    with store.write() as tx:
        outcome, purged = _take_back(tx, home, partner, message, now)
    backup.scrub_owed(store)  # also of a purge after which the power went out
    receipt = sign_statement(
        home, RECEIPT, msgspec.to_builtins(Receipt(message.id, message.pair, outcome, purged, now))
    )
    with store.write() as tx:
        if records.recalled(tx, partner.number, message.id) is None:
            records.add_recalled(
                tx,
                {
                    "pair": partner.number,
                    "id": message.id,
                    "number": number,
                    "message": data,
                    "done_at": now,
                    "outcome": outcome,
                    "receipt": receipt,
                    "delivered": 0,
                },
            )
    return receipt


def _take_back(tx: Transaction, home: Home, partner: Partner, message: Message, now: int) -> tuple[str, int]:
    """Purge, or stop the use of, what a message names; return the outcome and how many versions."""
    if message.action not in ACTIONS or message.action == "downgrade":
        return "cannot", 0
    purged = 0
    gone: list[int] = []
    shared = _given_by_others(tx, partner, message)
    for item in message.items:
        records.forget_sequence(tx, partner.number, message.generation, item.sequence)
        found = records.received_as(tx, partner.number, message.generation, item.sequence)
        if found is None:
            continue  # never fetched, set aside, or purged before
        vid, stix_id, content, source = found
        if message.action == "stop-use":
            versions.remark(tx, stix_id, source, frozenset({"unmarked"}))
            purged += 1
            continue
        if vid in shared:
            arrivals.forget_delivery(tx, partner.number, message.generation, item.sequence)
            continue
        gone.append(vid)
        _forward(tx, home, partner, [vid], message, now)
        withdraw_everywhere(tx, [vid])  # also from those whose recall of it is still a draft
        reason, salt = f"recall {message.id}", home.random(16)
        if source != partner.node and not source.startswith(f"{partner.node}/"):
            # The forwarder's word refuses what the forwarder offers again, never what the originator gives itself.
            versions.take_out(tx, vid)
            versions.bury(tx, stix_id, origins.offered(partner, source), content, reason, now, salt)
            purged += 1
            continue
        purged += len(versions.bury(tx, stix_id, source, content, reason, now, salt))
    arrivals.forget_salts(tx, gone)
    return "done", purged


def _given_by_others(tx: Transaction, partner: Partner, message: Message) -> set[int]:
    """Return what a forwarder takes back of another's statements that somebody else gave us as well: that stays."""
    asked = [
        records.received_as(tx, partner.number, message.generation, item.sequence) for item in message.items
    ]
    forwarded = [found[0] for found in asked if found is not None and found[3] != partner.node]
    return arrivals.delivered_by_others(tx, partner.number, forwarded) if forwarded else set()


def _forward(
    tx: Transaction, home: Home, partner: Partner, vids: Sequence[int], message: Message, now: int
) -> None:
    """Ask back from others what we released onward; their answers are ours to collect."""
    if not vids:
        return
    for other in records.partners(tx):
        if other.number == partner.number or other.state == "invited":
            continue
        made = draft_to(
            tx, home, other, vids=vids, reason=message.reason, action=message.action, by=partner.node, now=now
        )
        if made is not None:
            confirm_to(tx, home, other, made.id, partner.node, now)


def _decode(body: bytes, kind: Any, purpose: str) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise IntegrityError(
            "exchange.statement.form",
            _("The {purpose} cannot be read: it is damaged or something else."),
            purpose=purpose,
        ) from error
