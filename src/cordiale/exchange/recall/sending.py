"""Ask a partner to take a release back: drafted, then confirmed, signed and sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import msgspec
import orjson

from cordiale.exchange import entry, records
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home, Partner, Partnership
from cordiale.exchange.recall import basis, demand
from cordiale.exchange.recall.basis import Basis
from cordiale.exchange.recall.demand import CHUNK, Message, Scope
from cordiale.exchange.recall.ledger import Recall, get, vids_of
from cordiale.exchange.records import concerned
from cordiale.exchange.records.asked_back import block
from cordiale.exchange.records.recalls import RecallRow
from cordiale.exchange.stream import stubs
from cordiale.exchange.stream.segment import pair_name, withdraw
from cordiale.exchange.stream.withdrawal import entries_of, vids_in
from cordiale.platform.clock import HOUR
from cordiale.platform.errors import Conflict, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.store import versions
from cordiale.store.connection import Transaction

ANSWER_WITHIN: Final = 72 * HOUR
"""Microseconds after which a partner that has not answered counts as unreachable, where no rules say otherwise."""


class Origin(msgspec.Struct, frozen=True):
    """Say whose recall one forwards: the number of that partner, and the id of its recall."""

    pair: int
    id: str


def draft(
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
    scope: Scope = "version",
    marking: str = "",
    origin: Origin | None = None,
) -> Recall | None:
    """Draft a recall of what a partner holds of these versions or ids, whatever the rules say now; None when nothing is.

    An id stands for every version of the object the partner holds, tear-lines included. What is
    in an earlier draft to the same partner is left out.
    """
    chosen = held_there(tx, partner, vids or (), ids or ())
    if origin is None:  # what others ask of us is asked onward at once, whatever waits for a person here
        drafts = records.recalls(tx, number=partner.number, state="draft")
        drafted = {vid for row in drafts for vid in vids_of(row.vids)}
        chosen = [vid for vid in chosen if vid not in drafted]
    if not chosen:
        return None
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
            **_contents(tx, chosen),
            "at": now,
            "scope": scope,
            "marking": marking,
            "forwarded_pair": origin.pair if origin else None,
            "forwarded_id": origin.id if origin else None,
        },
    )
    return get(tx, recall_id)


def held_there(tx: Transaction, partner: Partner, vids: Sequence[int], ids: Sequence[str]) -> list[int]:
    """Return what a partner holds of these versions, and of these objects and the tear-lines made of them."""
    wanted = set(vids)
    if ids:
        oids = sorted(versions.oids(tx, ids).values())
        wanted |= {vid for _oid, vid, *_rest in records.versions_of(tx, oids)}
        wanted |= set(records.tear_line_vids(tx, partner.node, oids))
    held = records.held(tx, partner.number).of(sorted(wanted))
    passed = records.passed_among(tx, partner.number, wanted)
    if passed and partner.assurance == "node":  # it is asked by number alone
        passed = vids_in(tx, records.pair(tx, partner.number), passed)
    return sorted({*held, *passed})


def _contents(tx: Transaction, vids: Sequence[int]) -> dict[str, object]:
    ids = sorted({one[0] for one in records.dated(tx, vids).values()})
    return {"ids": orjson.dumps(ids).decode(), "vids": entry.numbers(vids)}


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
    within = partnership.rules.answer_within
    return confirm_to(tx, home, partnership.partner, recall_id, by, now, held, within)


def confirm_to(
    tx: Transaction,
    home: Home,
    partner: Partner,
    recall_id: str,
    by: str,
    now: int,
    held: Held | None = None,
    within: int = ANSWER_WITHIN,
) -> Recall:
    """Sign and send a drafted recall to a partner whatever the rules say of it now.

    More entries than one message takes go in several, each carried out and answered by itself: what is interrupted
    goes on with the next. A plain client is told by revoked versions, and of it no answer is expected.
    """
    row = records.recall(tx, recall_id)
    if row is None or row.pair != partner.number:
        raise NotFound("exchange.recall.unknown", _("There is no recall {id}."), id=recall_id)
    if row.state != "draft":
        raise Conflict("exchange.recall.sent", _("The recall {id} was sent before."), id=recall_id)
    own = held if held is not None else records.held(tx, partner.number)
    # the very same content under another statement may have been numbered since: to the partner it is one thing
    vids = sorted({*vids_of(row.vids), *own.of(records.same_content(tx, vids_of(row.vids)))})
    plain = partner.assurance != "node"
    due = None if plain else now + within
    asked = list(_numbered(tx, partner, vids, withdrawing=row.action == "purge" or plain))
    # what such a client went past is in no entry any more, and is revoked with the rest
    beside = set(vids).difference(vid for _g, part in asked for _n, vid, _s in part) if plain else set[int]()
    for place, (generation, numbered) in enumerate(asked):
        entries = [(sequence, vid) for sequence, vid, _segment in numbered]
        if vids and not (entries or plain or own.of(vids)):  # let go since it was drafted: it never got there
            raise demand.nothing_there(row.id, partner.node)
        whole = None if place == 0 else row.id
        one = row if place == 0 else msgspec.structs.replace(row, id=uuid4(home.random), whole=row.id)
        told = basis.of(segment for _sequence, _vid, segment in numbered)
        _send(tx, home, partner, one, generation, entries, told, by, now, due, whole, () if place else beside)
    if row.action == "purge" or plain:
        _let_go(tx, partner, row, vids, own)
        if held is None:
            records.save_held(tx, partner.number, own)
    if plain:
        named = records.dated(tx, vids)
        if row.action == "downgrade":  # there is nothing that such a client could be told
            for part in (row, *records.parts(tx, row.id)):
                records.save_recall(
                    tx, part.id, {"state": "refused", "outcome": "cannot", "answered_at": now}
                )
        else:
            stubs.revoke(
                tx, home, partner, sorted({(one[0], one[2]) for one in named.values()}, key=str), now
            )
    return get(tx, recall_id)


def _numbered(
    tx: Transaction, partner: Partner, vids: Sequence[int], *, withdrawing: bool
) -> Iterator[tuple[int, list[tuple[int, int, tuple[int, bytes]]]]]:
    """Yield what one message asks back each: a generation, and (entry number, version, end and hash of its segment).

    Nothing of it is served any more.
    """
    pair = records.pair(tx, partner.number)
    waiting: list[tuple[int, int, tuple[int, bytes]]] = []
    generation, first = pair.generation, True
    for segment, places in entries_of(tx, pair, vids):
        if waiting and segment.generation != generation:
            yield generation, waiting
            waiting, first = [], False
        generation = segment.generation
        listed = entry.unpack(segment.entries).vids
        waiting += [(segment.first + place, listed[place], (segment.last, segment.hash)) for place in places]
        if withdrawing:
            withdraw(tx, segment, places)
        while len(waiting) > CHUNK:
            yield generation, waiting[:CHUNK]
            waiting, first = waiting[CHUNK:], False
    if waiting or first:
        yield generation, waiting


def _send(
    tx: Transaction,
    home: Home,
    partner: Partner,
    row: RecallRow,
    generation: int,
    part: Sequence[tuple[int, int]],
    told: Basis,
    by: str,
    now: int,
    due: int | None,
    whole: str | None,
    beside: Collection[int] = (),
) -> None:
    pair = records.pair(tx, partner.number)
    number = pair.recalls + 1
    message = Message(
        row.id,
        pair_name(home.node, partner.node),
        generation,
        number,
        row.action,
        row.reason,
        by,
        now,
        demand.items_of(sequence for sequence, _vid in part),
        "object" if row.scope == "object" else "version",
        row.marking or "",
        due or 0,
    )
    records.save_pair(tx, msgspec.structs.replace(pair, recalls=number))
    values = {
        "state": "asked",
        "number": number,
        "confirmed_by": by,
        "message": demand.sign(home, message),
        "due": due,
        "basis": basis.pack(told),
    }
    if part:
        values |= _contents(tx, sorted({*beside, *(vid for _sequence, vid in part)}))
    if whole is None:
        records.save_recall(tx, row.id, values)
        return
    kept = {name: getattr(row, name) for name in row.__struct_fields__}
    records.add_recall(tx, {**kept, **values, "whole": whole})


def _let_go(tx: Transaction, partner: Partner, row: RecallRow, vids: Sequence[int], held: Held) -> None:
    """Count what is asked back as held no more, and never send it again."""
    held.discard(vids)
    records.forget_passed(tx, partner.number, vids)
    oids = concerned.oids_of(tx, vids) if row.scope == "object" else ()
    block(tx, partner.number, vids, oids)
