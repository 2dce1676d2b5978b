"""Whether the background work of a node goes on: how long ago it ended a step, and whether the next is overdue."""

from __future__ import annotations

import time
from collections.abc import Callable


class Heartbeat:
    """Written by the thread that works, read by any; times are seconds of `monotonic`.

    Before the first beat, and after `end`, nothing is under way and nothing is overdue.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.monotonic = monotonic
        self._ended: float | None = None
        self._due = 0.0

    def beat(self, rest: float = 0.0) -> None:
        """Say that a step ended and that the next begins within `rest` seconds."""
        now = self.monotonic()
        self._ended, self._due = now, now + rest

    def begin(self) -> None:
        """Say that a step begins now, be it before its time."""
        self._due = min(self._due, self.monotonic())

    def end(self) -> None:
        """Say that there will be no more steps."""
        self._ended = None

    def age(self) -> float | None:
        """Return the seconds since a step ended; None while nothing works."""
        ended = self._ended
        return None if ended is None else max(0.0, self.monotonic() - ended)

    def overdue(self) -> float:
        """Return the seconds for which a step should have ended and has not."""
        return 0.0 if self._ended is None else max(0.0, self.monotonic() - self._due)
