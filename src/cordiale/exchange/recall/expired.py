"""The receipt a node issues by itself when what it was sent has reached its last day; nobody asked for a recall."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec
import orjson

from cordiale.exchange import entry, records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.signing import sign_statement
from cordiale.exchange.stream.segment import pair_name
from cordiale.platform.ids import uuid4
from cordiale.store.connection import Transaction

PURPOSE: Final = "recall-receipt"

PREFIX: Final = "expired-"
"""Begins the id of a receipt that answers no recall; the generation of the stream and a UUID follow.

The generation stands in the id because the body of a receipt is closed: a field more, and a node of the release before
could not read it. To that node the id means nothing.
"""

_ID: Final = re.compile(
    r"expired-(?:([1-9][0-9]{0,8})-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
).fullmatch


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """State that entries of a stream were purged because their marking ended; `recall` is an id of the receiver's."""

    recall: str
    pair: str
    outcome: str
    purged: int
    at: int
    entries: tuple[int, ...]


def issue(tx: Transaction, home: Home, partner: Partner, vids: Iterable[int], now: int) -> int:
    """Sign and keep a receipt for versions of a partner that are about to be purged; the next visit hands it over.

    Returns how many entries of the partner's stream it names.
    """
    wanted = set(vids)
    link = records.link(tx, partner.number)
    entries = [
        first + place
        for first, blob in records.received_vids(tx, partner.number, link.generation)
        for place, vid in enumerate(entry.read_numbers(blob))
        if vid in wanted
    ]
    if not entries:
        return 0
    made = Receipt(
        f"{PREFIX}{link.generation}-{uuid4(home.random)}",
        pair_name(partner.node, home.node),
        "done",
        len(wanted),
        now,
        tuple(entries),
    )
    records.add_recalled(
        tx,
        {
            "pair": partner.number,
            "id": made.recall,
            "number": 0,
            "message": b"",
            "done_at": now,
            "outcome": made.outcome,
            "receipt": sign_statement(home, PURPOSE, msgspec.to_builtins(made)),
            "delivered": 0,
        },
    )
    return len(entries)


def record(tx: Transaction, home: Home, partner: Partner, body: bytes, data: bytes, now: int) -> bool:
    """Keep a partner's verified receipt of what ended there; False when the body is another kind of receipt.

    It is evidence and nothing more: what is sent or counted as held does not follow from it. What an older release
    signed names no generation: once the stream began again, nobody can tell which versions it means, and it names none.
    """
    try:
        receipt = msgspec.json.decode(body, type=Receipt)
    except msgspec.MsgspecError:
        return False
    if not receipt.recall.startswith(PREFIX) or receipt.pair != pair_name(home.node, partner.node):
        return False
    if records.recall(tx, receipt.recall) is not None:
        return True  # handed over before
    vids: list[int] = []
    generation = _generation(tx, partner, receipt.recall)
    for sequence in receipt.entries:
        segment = records.segment_with(tx, partner.number, generation, sequence) if generation else None
        if segment is not None:
            vids.append(entry.unpack(segment.entries).vids[sequence - segment.first])
    named = records.dated(tx, vids)
    records.add_recall(
        tx,
        {
            "id": receipt.recall,
            "pair": partner.number,
            "action": "purge",
            "reason": "expired",
            "by": partner.node,
            "state": "acknowledged",
            "ids": orjson.dumps(sorted({one[0] for one in named.values()})).decode(),
            "vids": entry.numbers(vids),
            "at": receipt.at,
            "answered_at": now,
            "outcome": receipt.outcome,
            "receipt": data,
        },
    )
    return True


def _generation(tx: Transaction, partner: Partner, recall_id: str) -> int | None:
    """Return the generation whose entries a receipt names; None where it does not say and there were several."""
    found = _ID(recall_id)
    if found is not None and found[1]:
        return int(found[1])
    now = records.pair(tx, partner.number).generation
    return now if now == 1 else None
