"""Counts of durations in fixed buckets, as Prometheus takes them."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, Literal, get_args

import msgspec

Stage = Literal["cut", "acknowledged", "received", "visible"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
"""What is measured. `cut`: from the act to its segment; `acknowledged`: from the act to the partner's signed receipt, both
by our clock alone. `received` and `visible`: from the partner's cut to here, and to found by search here."""

BOUNDS_S: Final = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0, 86400.0,
)  # fmt: skip
"""Upper ends of the buckets in seconds; one more takes what is longer."""

_BOUNDS_US: Final = tuple(round(bound * 1_000_000) for bound in BOUNDS_S)


class Histogram(msgspec.Struct):
    """Counts by bucket, not cumulated, and the sum of what was counted in microseconds."""

    counts: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    total_us: int = 0

    @property
    def n(self) -> int:
        """Return how many were counted."""
        return sum(self.counts)

    def add(self, micros: int, n: int = 1) -> None:
        """Count `n` that took so long."""
        self.counts[bucket(micros)] += n
        self.total_us += micros * n

    def quantile(self, q: float) -> int | None:
        """Return the microseconds that a share `q` does not exceed, read evenly within its bucket; None without any."""
        wanted, seen = q * self.n, 0
        if not self.n:
            return None
        for place, count in enumerate(self.counts):
            if count and seen + count >= wanted:
                low = _BOUNDS_US[place - 1] if place else 0
                high = _BOUNDS_US[min(place, len(_BOUNDS_US) - 1)]
                return round(low + (max(high, low) - low) * (wanted - seen) / count)
            seen += count
        return _BOUNDS_US[-1]


def bucket(micros: int) -> int:
    """Return the number of the bucket of a duration."""
    return bisect_left(_BOUNDS_US, micros)
