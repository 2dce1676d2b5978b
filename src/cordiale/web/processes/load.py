"""How busy a process that answers pages is: what share of a processor it used over the last seconds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

SPAN_S: Final = 4.0
"""Seconds over which the average is taken; what was longer ago counts for less and less."""

BUSY: Final = 0.4
"""Share of a processor from which on a process is busy: it has one interpreter, so that one is the most it can use of Python."""

SEVERAL: Final = 10
"""Answers over those seconds, below which it is not pages that keep it busy: loading the first one takes a second."""


class Load:
    """Looks at what the process used whenever it answered.

    Processor time and not time by the clock: on a machine that others use, pages take long as well, and further processes would
    make it worse.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.process_time,
    ) -> None:
        self._monotonic, self._used = monotonic, used
        self._at, self._before = monotonic(), used()
        self._share = self._answers = 0.0

    def answered(self) -> None:
        """Count one answer, and what was used since the one before."""
        now, used = self._monotonic(), self._used()
        kept = math.exp((self._at - now) / SPAN_S)
        self._share = self._share * kept + (used - self._before) / SPAN_S
        self._answers = self._answers * kept + 1
        self._at, self._before = now, used

    @property
    def is_busy(self) -> bool:
        """Tell whether pages take so much that other processes are worth their memory."""
        return self._share >= BUSY and self._answers >= SEVERAL
