"""What goes out: pairs, segments, and stubs for plain clients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

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


_PAIR = f"SELECT {', '.join(Pair.__struct_fields__)} FROM exchange_pair WHERE number = ?"

_SEGMENT = select(*(segment_table.c[name] for name in Segment.__struct_fields__)).where(
    segment_table.c.pair == bindparam("pair"), segment_table.c.generation == bindparam("generation")
)

# Asked at every page that is read: written out, because building them anew would cost as much as the page itself.
_FROM_SEGMENTS = """
    SELECT first, base_us, entries FROM exchange_segment
    WHERE pair = ? AND generation = ? AND first >= coalesce(
        (SELECT max(first) FROM exchange_segment WHERE pair = ? AND generation = ? AND first <= ?), 0)
"""

_PAGE = _FROM_SEGMENTS + " ORDER BY first LIMIT ?"

_PAGE_TYPED = _FROM_SEGMENTS + " AND types & ? <> 0 ORDER BY first LIMIT ?"

_ADDED = (
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
    row = tx.row(_PAIR, number)
    if row is None:
        raise NotFound("exchange.pair.unknown", _("There is no stream number {number}."), number=number)
    return Pair(*row)


def save_pair(tx: Transaction, state: Pair) -> None:
    """Store the state of a stream."""
    values = msgspec.structs.asdict(state)
    del values["number"]
    tx.connection.execute(update(pair_table).where(pair_table.c.number == state.number).values(values))


def add_segments(tx: Transaction, segments: Sequence[Segment]) -> None:
    """Store new segments."""
    if segments:
        tx.connection.execute(
            insert(segment_table), [msgspec.structs.asdict(segment) for segment in segments]
        )


def save_segment(tx: Transaction, segment: Segment) -> None:
    """Store what may change of a segment: flags within its entries, seed, salts and leaves."""
    tx.connection.execute(
        update(segment_table)
        .where(
            segment_table.c.pair == segment.pair,
            segment_table.c.generation == segment.generation,
            segment_table.c.first == segment.first,
        )
        .values(entries=segment.entries, seed=segment.seed, salts=segment.salts, leaves=segment.leaves)
    )


def segment_with(tx: Transaction, number: int, generation: int, sequence: int) -> Segment | None:
    """Return the segment that holds an entry, None when the stream is not that long."""
    row = tx.connection.execute(
        _SEGMENT.where(segment_table.c.first <= sequence, segment_table.c.last >= sequence),
        {"pair": number, "generation": generation},
    ).one_or_none()
    return None if row is None else Segment(*row)


def segments_with_vids(tx: Transaction, number: int, generation: int, low: int, high: int) -> list[Segment]:
    """Return the segments whose range of version ids meets low…high, in order."""
    rows = tx.connection.execute(
        _SEGMENT.where(segment_table.c.min_vid <= high, segment_table.c.max_vid >= low).order_by(
            segment_table.c.first
        ),
        {"pair": number, "generation": generation},
    )
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
    row = tx.connection.execute(
        _ADDED, {"pair": number, "generation": generation, "instant": instant}
    ).one_or_none()
    return 0 if row is None else min(row.last, row.first + instant - row.base_us)


def header_hashes(tx: Transaction, number: int, generation: int) -> list[bytes]:
    """Return the hashes of all headers of a stream in order: the leaves of the pair log."""
    rows = tx.connection.execute(
        select(segment_table.c.hash)
        .where(segment_table.c.pair == number, segment_table.c.generation == generation)
        .order_by(segment_table.c.first)
    )
    return [row.hash for row in rows]


def type_numbers(tx: Transaction) -> dict[str, int]:
    """Return the numbers of the object types seen in streams."""
    return {
        row.name: row.number for row in tx.connection.execute(select(type_table.c.name, type_table.c.number))
    }


def number_types(tx: Transaction, names: Iterable[str]) -> dict[str, int]:
    """Return the numbers of all known types, giving new ones to `names`; beyond 255 a type is 0."""
    known = type_numbers(tx)
    for name in sorted(set(names) - known.keys()):
        number = len(known) + 1
        if number > 255:
            break
        tx.connection.execute(insert(type_table).values(number=number, name=name))
        known[name] = number
    return known


def header_ends(tx: Transaction, number: int, generation: int) -> list[tuple[int, bytes]]:
    """Return (last entry, header hash) of all segments of a stream in order."""
    rows = tx.connection.execute(
        select(segment_table.c.last, segment_table.c.hash)
        .where(segment_table.c.pair == number, segment_table.c.generation == generation)
        .order_by(segment_table.c.first)
    )
    return [(row.last, row.hash) for row in rows]


def add_stubs(tx: Transaction, number: int, generation: int, first: int, raws: Sequence[bytes]) -> None:
    """Keep the bytes of revoked versions by entry number."""
    tx.connection.execute(
        insert(stub_table),
        [
            {"pair": number, "generation": generation, "sequence": sequence, "raw": raw}
            for sequence, raw in enumerate(raws, first)
        ],
    )


def stubs(tx: Transaction, number: int, generation: int, first: int, last: int) -> dict[int, bytes]:
    """Return the bytes of revoked versions by entry number."""
    rows = tx.connection.execute(
        select(stub_table.c.sequence, stub_table.c.raw).where(
            stub_table.c.pair == number,
            stub_table.c.generation == generation,
            stub_table.c.sequence >= first,
            stub_table.c.sequence <= last,
        )
    )
    return {row.sequence: row.raw for row in rows}


def forget_sequence(tx: Transaction, number: int, generation: int, sequence: int) -> None:
    """Forget what was set aside of one received entry, bytes included."""
    tx.connection.execute(
        delete(set_aside_table).where(
            set_aside_table.c.pair == number,
            set_aside_table.c.generation == generation,
            set_aside_table.c.sequence == sequence,
        )
    )
