"""Measure a node's links from what the exchange writes down anyway; partners are told nothing for it.

The sender knows the act, the cut and the partner's receipt by its own clock. The receiver knows when the segment came and
when search found it by its own, and the sender's cut from the signed header, moved by the difference the greeting showed.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from cordiale.desk.partner.latency import records
from cordiale.desk.partner.latency.histogram import Histogram
from cordiale.exchange import records as exchange
from cordiale.exchange.entry import unpack
from cordiale.exchange.records.reaches import Reach, arrivals, reaches
from cordiale.platform.clock import DAY, SECOND

if TYPE_CHECKING:
    from cordiale.store.connection import Transaction

MOST: Final = 4096
"""Segments a partner has not acknowledged that are remembered; older ones are not measured."""

LATE_US: Final = 60 * SECOND
"""What was stored or acted on so long before the last look was released by neither: nothing is measured from that."""

KEPT_DAYS: Final = 30


class _Sent(NamedTuple):
    last: int
    published: Counter[int]


class _Came(NamedTuple):
    partner: str
    cut_at: int
    n: int


class Measure:
    """Remember what is under way between two looks; what a restart forgets is not measured."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Histogram] = {}
        self._sent: dict[str, deque[_Sent]] = {}
        self._ends: dict[str, tuple[int, int]] = {}
        self._received: dict[str, tuple[int, int]] = {}
        self._came: list[_Came] = []
        self._before: int | None = None
        self._folded = 0

    @property
    def dirty(self) -> bool:
        """Tell whether something was measured that is not written down."""
        return bool(self._kept)

    def look(self, tx: Transaction, now: int) -> None:
        """Take in what was cut since the last look, what partners acknowledged, and what came from them."""
        before, self._before = self._before, now
        known: dict[bytes, Counter[int]] = {}
        for reach in reaches(tx).values():
            self._cut(tx, reach, before, known)
            self._acknowledged(reach)
            self._arrived(tx, reach)

    def searchable(self, now: int) -> None:
        """Take in that search finds, as of `now`, all that came."""
        for one in self._came:
            self._add(one.partner, "visible", now - one.cut_at, one.n)
        self._came.clear()

    def write(self, tx: Transaction, now: int) -> None:
        """Write down what was measured."""
        day = now // DAY
        rows = []
        for (partner, stage), one in self._kept.items():
            filled = [(place, n) for place, n in enumerate(one.counts) if n]
            for place, n in filled:
                total = one.total_us if (place, n) == filled[-1] else 0
                rows.append((partner, stage, day, place, n, total))
        records.add(tx, rows)
        self._kept.clear()
        if day != self._folded:
            records.fold(tx, day - KEPT_DAYS)
            self._folded = day

    def _cut(
        self, tx: Transaction, reach: Reach, before: int | None, known: dict[bytes, Counter[int]]
    ) -> None:
        here = (reach.ours, reach.last)
        generation, at = self._ends.get(reach.node, here)
        self._ends[reach.node] = here
        if before is None or here == (generation, at):
            return
        at = at if generation == reach.ours else 0
        sent = self._sent.setdefault(reach.node, deque(maxlen=MOST))
        for _segment in range(MOST):
            segment = exchange.segment_with(tx, reach.number, reach.ours, at + 1)
            if segment is None:
                return
            published = known.get(segment.entries)  # partners under the same verdicts are sent the same
            if published is None:
                published = _published(tx, segment.entries, segment.cut_at, before)
                known[segment.entries] = published
            sent.append(_Sent(segment.last, published))
            for instant, n in published.items():
                self._add(reach.node, "cut", segment.cut_at - instant, n)
            at = segment.last

    def _acknowledged(self, reach: Reach) -> None:
        sent = self._sent.get(reach.node)
        while sent and reach.acknowledged_at is not None and sent[0].last <= reach.acknowledged:
            for instant, n in sent.popleft().published.items():
                self._add(reach.node, "acknowledged", reach.acknowledged_at - instant, n)

    def _arrived(self, tx: Transaction, reach: Reach) -> None:
        here = (reach.generation, reach.received)
        known = self._received.get(reach.node)
        self._received[reach.node] = here
        if known is None or known == here:
            return
        after = known[1] if known[0] == reach.generation else 0
        for first, last, header, received_at in arrivals(tx, reach.number, reach.generation, after):
            cut_at = _cut_at(header) - (reach.clock_difference or 0)
            self._add(reach.node, "received", received_at - cut_at, last - first + 1)
            self._came.append(_Came(reach.node, cut_at, last - first + 1))

    def _add(self, partner: str, stage: str, micros: int, n: int) -> None:
        # a clock that was set back, or a difference a little off, gives less than nothing
        self._kept.setdefault((partner, stage), Histogram()).add(max(0, micros), n)


def _published(tx: Transaction, entries: bytes, cut_at: int, before: int) -> Counter[int]:
    """Count a segment's entries by the instant from which they could go: when stored, or when an act released them."""
    act = records.last_act(tx, cut_at)
    found: Counter[int] = Counter()
    for stored in records.stored_at(tx, unpack(entries).vids).values():
        released = max(stored, act)
        if released > before - LATE_US:
            found[released] += 1
    return found


class _Header(msgspec.Struct):
    cut_at: int


def _cut_at(header: bytes) -> int:
    return msgspec.json.decode(header, type=_Header).cut_at
