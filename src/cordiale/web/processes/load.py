"""How busy pages keep a process: how many are under way at a time, on average over the last seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

SPAN_S: Final = 4.0
"""Seconds over which the average is taken; what was longer ago counts for less and less."""

BUSY: Final = 0.5
"""Pages under way on average from which on a process alone is busy: half of its time."""


class Load:
    """Adds up how long answers took; the sum of them, over time, is how many are under way (Little's law)."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._sum = 0.0
        self._at = monotonic()

    def took(self, seconds: float) -> None:
        """Count one answer."""
        self._sum = self._now() + seconds

    @property
    def is_busy(self) -> bool:
        """Tell whether pages take so much that other processes are worth their memory."""
        return self._now() / SPAN_S >= BUSY

    def _now(self) -> float:
        now = self._monotonic()
        self._sum *= math.exp((self._at - now) / SPAN_S)
        self._at = now
        return self._sum
