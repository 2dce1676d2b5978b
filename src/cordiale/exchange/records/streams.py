"""What goes out: pairs, segments, and stubs for plain clients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import bindparam, select

from cordiale.exchange.records.tables import (
    pair_table,
    segment_table,
    set_aside_table,
    stub_table,
    type_table,
)
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, changing, inserting, removing


class Pair(msgspec.Struct, frozen=True):
    """Hold the state of the stream to one partner; `last` is its last entry number."""

    number: int
    generation: int
    last: int
    segments: int
    recalls: int
    position: int
    last_added: int
    head: bytes
    rules_version: str | None
    acknowledged: int
    acknowledged_at: int | None
    receipt: bytes | None


class Segment(msgspec.Struct, frozen=True):
    """Hold one stored segment; `entries` is the packed blob."""

    pair: int
    generation: int
    first: int
    last: int
    cut_at: int
    base_us: int
    types: int
    min_vid: int
    max_vid: int
    header: bytes
    signature: bytes
    hash: bytes
    entries: bytes
    seed: bytes | None = None
    salts: bytes | None = None
    leaves: bytes | None = None


_PAIRS = f"SELECT {', '.join(Pair.__struct_fields__)} FROM exchange_pair"
_PAIR = f"{_PAIRS} WHERE number = ?"

_SEGMENT = select(*(segment_table.c[name] for name in Segment.__struct_fields__)).where(
    segment_table.c.pair == bindparam("pair"), segment_table.c.generation == bindparam("generation")
)
_SEGMENT_WITH = Prepared(
    _SEGMENT.where(
        segment_table.c.first <= bindparam("sequence"), segment_table.c.last >= bindparam("sequence")
    )
)
_SEGMENTS_MEETING = Prepared(
    _SEGMENT.where(
        segment_table.c.min_vid <= bindparam("high"), segment_table.c.max_vid >= bindparam("low")
    ).order_by(segment_table.c.first)
)
_ENDS = Prepared(
    _SEGMENT.with_only_columns(segment_table.c.last, segment_table.c.hash).order_by(segment_table.c.first)
)
_SAVE_SEGMENT = changing(
    segment_table, ("pair", "generation", "first"), ("entries", "seed", "salts", "leaves")
)
_SAVE_PAIR = changing(pair_table, ("number",), Pair.__struct_fields__[1:])
_TYPES = Prepared(select(type_table.c.name, type_table.c.number))
_STUBS = Prepared(
    select(stub_table.c.sequence, stub_table.c.raw).where(
        stub_table.c.pair == bindparam("pair"),
        stub_table.c.generation == bindparam("generation"),
        stub_table.c.sequence >= bindparam("first"),
        stub_table.c.sequence <= bindparam("last"),
    )
)

# Asked at every page that is read: written out, because building them anew would cost as much as the page itself.
_FROM_SEGMENTS = """
    SELECT first, base_us, entries FROM exchange_segment
    WHERE pair = ? AND generation = ? AND first >= coalesce(
        (SELECT max(first) FROM exchange_segment WHERE pair = ? AND generation = ? AND first <= ?), 0)
"""

_PAGE = _FROM_SEGMENTS + " ORDER BY first LIMIT ?"

_PAGE_TYPED = _FROM_SEGMENTS + " AND types & ? <> 0 ORDER BY first LIMIT ?"

_ADDED = Prepared(
    select(segment_table.c.first, segment_table.c.last, segment_table.c.base_us)
    .where(
        segment_table.c.pair == bindparam("pair"),
        segment_table.c.generation == bindparam("generation"),
        segment_table.c.base_us <= bindparam("instant"),
    )
    .order_by(segment_table.c.base_us.desc())
    .limit(1)
)


def pair(tx: Transaction, number: int) -> Pair:
    """Return the state of the stream to a partner; raises NotFound."""
    row: Pair | None = tx.lately.answer("exchange_pair", number, lambda: _pair(tx, number))
    if row is None:
        raise NotFound("exchange.pair.unknown", _("There is no stream number {number}."), number=number)
    return row


def _pair(tx: Transaction, number: int) -> Pair | None:
    row = tx.row(_PAIR, number)
    return None if row is None else Pair(*row)


def pairs(tx: Transaction) -> dict[int, Pair]:
    """Return the state of every stream, by its partner's number."""
    rows: list[Pair] = tx.lately.answer(
        "exchange_pair", "all", lambda: [Pair(*row) for row in tx.rows(_PAIRS)]
    )
    return {row.number: row for row in rows}


def save_pair(tx: Transaction, state: Pair) -> None:
    """Store the state of a stream."""
    values = msgspec.structs.asdict(state)
    tx.run(_SAVE_PAIR, key_number=values.pop("number"), **values)


def add_segments(tx: Transaction, segments: Sequence[Segment]) -> None:
    """Store new segments."""
    tx.many(inserting(segment_table), [msgspec.structs.asdict(segment) for segment in segments])


def save_segment(tx: Transaction, segment: Segment) -> None:
    """Store what may change of a segment: flags within its entries, seed, salts and leaves."""
    tx.run(
        _SAVE_SEGMENT,
        key_pair=segment.pair,
        key_generation=segment.generation,
        key_first=segment.first,
        entries=segment.entries,
        seed=segment.seed,
        salts=segment.salts,
        leaves=segment.leaves,
    )


def segment_with(tx: Transaction, number: int, generation: int, sequence: int) -> Segment | None:
    """Return the segment that holds an entry, None when the stream is not that long."""
    row = tx.row(_SEGMENT_WITH, pair=number, generation=generation, sequence=sequence)
    return None if row is None else Segment(*row)


def segments_with_vids(tx: Transaction, number: int, generation: int, low: int, high: int) -> list[Segment]:
    """Return the segments whose range of version ids meets low…high, in order."""
    rows = tx.rows(_SEGMENTS_MEETING, pair=number, generation=generation, low=low, high=high)
    return [Segment(*row) for row in rows]


def page(
    tx: Transaction, number: int, generation: int, after: int, count: int, mask: int | None = None
) -> list[tuple[int, int, bytes]]:
    """Return (first, base_us, entries) of up to `count` segments that go on after an entry number.

    With `mask`, only segments that may hold one of those types.
    """
    place = (number, generation, number, generation, after + 1)
    if mask is None:
        return tx.rows(_PAGE, *place, count)
    return tx.rows(_PAGE_TYPED, *place, mask, count)


def added_until(tx: Transaction, number: int, generation: int, instant: int) -> int:
    """Return the number of the last entry added at or before an instant, 0 when there is none."""
    row = tx.row(_ADDED, pair=number, generation=generation, instant=instant)
    if row is None:
        return 0
    first, last, base_us = row
    return int(min(last, first + instant - base_us))


def header_hashes(tx: Transaction, number: int, generation: int) -> list[bytes]:
    """Return the hashes of all headers of a stream in order: the leaves of the pair log."""
    return [digest for _last, digest in header_ends(tx, number, generation)]


def type_numbers(tx: Transaction) -> dict[str, int]:
    """Return the numbers of the object types seen in streams."""
    return dict(tx.lately.answer("exchange_type", "all", lambda: tx.rows(_TYPES)))


def number_types(tx: Transaction, names: Iterable[str]) -> dict[str, int]:
    """Return the numbers of all known types, giving new ones to `names`; beyond 255 a type is 0."""
    known = type_numbers(tx)
    for name in sorted(set(names) - known.keys()):
        number = len(known) + 1
        if number > 255:
            break
        tx.run(inserting(type_table), number=number, name=name)
        known[name] = number
    return known


def header_ends(tx: Transaction, number: int, generation: int) -> list[tuple[int, bytes]]:
    """Return (last entry, header hash) of all segments of a stream in order."""
    return tx.rows(_ENDS, pair=number, generation=generation)


def add_stubs(tx: Transaction, number: int, generation: int, first: int, raws: Sequence[bytes]) -> None:
    """Keep the bytes of revoked versions by entry number."""
    tx.many(
        inserting(stub_table),
        [
            {"pair": number, "generation": generation, "sequence": sequence, "raw": raw}
            for sequence, raw in enumerate(raws, first)
        ],
    )


def stubs(tx: Transaction, number: int, generation: int, first: int, last: int) -> dict[int, bytes]:
    """Return the bytes of revoked versions by entry number."""
    return dict(tx.rows(_STUBS, pair=number, generation=generation, first=first, last=last))


def forget_sequence(tx: Transaction, number: int, generation: int, sequence: int) -> None:
    """Forget what was set aside of one received entry, bytes included."""
    forget = removing(set_aside_table, "pair", "generation", "sequence")
    tx.run(forget, key_pair=number, key_generation=generation, key_sequence=sequence)
