"""Which history the numbers in a recall are of.

A recall names entries by number alone. A node that was put back to an earlier state and does not know it yet gives numbers
again that its partner holds other entries under. So beside a recall goes which segments its numbers were looked up in when
it was signed, and whoever holds another segment there lets those numbers be.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from cordiale.exchange.home import Partner
from cordiale.exchange.recall import demand
from cordiale.exchange.recall.demand import Message
from cordiale.exchange.records import arrivals, streams
from cordiale.store.connection import Transaction

HASH: Final = 16
"""Hexadecimal digits of a header's hash that are told: they tell histories apart, and prove nothing."""

Basis = Sequence[tuple[int, str]]
"""(last entry, begin of the header's hash) of each segment that a recall names entries of, in order."""


def of(segments: Iterable[tuple[int, bytes]]) -> Basis:
    """Return the basis of a recall that names entries of these segments, given as (last entry, header hash)."""
    return sorted({(last, header_hash.hex()[:HASH]) for last, header_hash in segments})


def pack(basis: Basis) -> bytes | None:
    """Write a basis as it is kept, None for none."""
    return msgspec.json.encode(basis) if basis else None


def unpack(kept: bytes | None) -> Basis:
    """Read a kept basis; nothing for a recall of an older release."""
    return [] if kept is None else msgspec.json.decode(kept, type=list[tuple[int, str]])


def sequences(tx: Transaction, partner: Partner, message: Message, basis: Basis) -> list[int]:
    """Return the entry numbers that a partner's recall means of what we received.

    All of them where no basis came with it, as from an older release. Raises IntegrityError beyond what one may ask.
    """

    def held(sequence: int) -> tuple[int, bytes] | None:
        row = arrivals.received_with(tx, partner.number, message.generation, sequence)
        return None if row is None else (row.last, row.hash)

    return _meant(demand.sequences(message), basis, held)


def own_sequences(tx: Transaction, partner: Partner, message: Message, basis: Basis) -> list[int]:
    """Return the entry numbers that a recall of ours means of our stream as we know it now; see `sequences`."""

    def held(sequence: int) -> tuple[int, bytes] | None:
        row = streams.segment_with(tx, partner.number, message.generation, sequence)
        return None if row is None else (row.last, row.hash)

    return _meant(demand.sequences(message), basis, held)


def _meant(named: list[int], basis: Basis, held: Callable[[int], tuple[int, bytes] | None]) -> list[int]:
    """Leave out the numbers of segments that are held otherwise; `held` gives end and hash of an entry's segment."""
    if not basis:
        return named
    told = sorted(basis)
    ends = [last for last, _hash in told]
    ours: dict[int, bool] = {}
    found = []
    for sequence in named:
        place = bisect_left(ends, sequence)
        if place == len(ends):
            continue
        if place not in ours:
            last, begin = told[place]
            row = held(sequence)
            # what was not received yet may be on its way: on media a recall comes before what it names
            ours[place] = row is None or (row[0] == last and row[1].hex().startswith(begin))
        if ours[place]:
            found.append(sequence)
    return found
