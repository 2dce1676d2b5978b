"""Take entries out of streams: the leaf stays, so that the log still verifies, and the salt is destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cordiale.exchange import entry, records
from cordiale.exchange.entry import WITHDRAWN
from cordiale.exchange.records.consents import forget_consented
from cordiale.exchange.records.origins import forget_origins
from cordiale.exchange.stream.segment import withdraw
from cordiale.store.connection import Transaction


def entries_of(
    tx: Transaction, pair: records.Pair, vids: Iterable[int], *, since: int = 1, until: int | None = None
) -> Iterator[tuple[records.Segment, list[int]]]:
    """Yield the segments that hold these versions, with their places; withdrawn entries are left out.

    Earlier generations of the stream come first: what went in them is held as well, and their log has to verify.
    `since` and `until` name the first and last generation to look in.
    """
    wanted = set(vids)
    if not wanted:
        return
    low, high = min(wanted), max(wanted)
    numbers = range(since, (pair.generation if until is None else until) + 1)
    for segment in (
        one for number in numbers for one in records.segments_with_vids(tx, pair.number, number, low, high)
    ):
        packed = entry.unpack(segment.entries)
        places = [
            place
            for place, vid in enumerate(packed.vids)
            if vid in wanted and not packed.flags[place] & WITHDRAWN
        ]
        if places:
            yield segment, places


def withdraw_everywhere(tx: Transaction, vids: Iterable[int]) -> int:
    """Keep the leaves of versions that are about to be purged here, in every stream they are in.

    Call it before `store.purge` or `store.bury`, in the same transaction: afterwards the content
    hash is gone and the leaf could not be made again. Returns how many entries were withdrawn.
    """
    wanted = set(vids)
    if not wanted:
        return 0
    total = 0
    forget_origins(tx, wanted)
    forget_consented(tx, wanted)
    for partner in records.partners(tx):
        held = records.held(tx, partner.number)
        mine = held.of(sorted(wanted))
        pair = records.pair(tx, partner.number)
        passed = records.passed_among(tx, partner.number, wanted)
        # what went in an earlier generation, or on a medium that may be lost, need not be counted as held
        if mine or passed or pair.generation > 1:
            total += withdraw_from(tx, pair, wanted)
            held.discard(mine)
            records.save_held(tx, partner.number, held)
    return total


def vids_in(
    tx: Transaction, pair: records.Pair, vids: Iterable[int], *, until: int | None = None
) -> list[int]:
    """Return which of these versions are in a stream and not withdrawn there; `until` is the last generation to look in."""
    found: set[int] = set()
    for segment, places in entries_of(tx, pair, vids, until=until):
        listed = entry.unpack(segment.entries).vids
        found.update(listed[place] for place in places)
    return sorted(found)


def withdraw_from(tx: Transaction, pair: records.Pair, vids: Iterable[int], *, since: int = 1) -> int:
    """Withdraw versions from one stream, from a generation on: the leaf stays, the salt is destroyed."""
    total = 0
    for segment, places in entries_of(tx, pair, vids, since=since):
        withdraw(tx, segment, places)
        total += len(places)
    return total
