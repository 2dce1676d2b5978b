"""Durations as people and monitors read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cordiale.desk.answers import LatencyView
from cordiale.desk.partner.latency import records
from cordiale.desk.partner.latency.histogram import STAGES, Histogram
from cordiale.platform.clock import DAY

if TYPE_CHECKING:
    from cordiale.store.connection import Transaction

SHOWN_DAYS: Final = 7
"""Days that people are shown: what was slow last month says little about a link of today."""


def histograms(tx: Transaction, day: int = 0) -> dict[tuple[str, str], Histogram]:
    """Return the histograms by partner and stage, from a day on."""
    found: dict[tuple[str, str], Histogram] = {}
    for partner, stage, bucket, n, total in records.since(tx, day):
        one = found.setdefault((partner, stage), Histogram())
        one.counts[bucket] += int(n)
        one.total_us += int(total)
    return found


def latencies(tx: Transaction, now: int) -> dict[str, dict[str, LatencyView]]:
    """Return what people are shown of each partner, by stage: the last days, half and 99 of 100 within."""
    found: dict[str, dict[str, LatencyView]] = {}
    kept = histograms(tx, now // DAY - SHOWN_DAYS)
    for (partner, stage), one in sorted(kept.items(), key=lambda item: STAGES.index(item[0][1])):
        found.setdefault(partner, {})[stage] = LatencyView(
            n=one.n, p50_us=one.quantile(0.5) or 0, p99_us=one.quantile(0.99) or 0
        )
    return found
