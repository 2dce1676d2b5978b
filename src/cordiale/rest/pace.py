"""How fast one caller may ask: so many requests a minute, a sixth of them at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

from cordiale.platform.clock import MINUTE, SECOND, Clock

KEPT: Final = 10_000
"""Callers remembered; who asked longest ago is forgotten first, and begins anew."""


class Pace:
    """A bucket of requests for each caller, filled by time. What one caller does changes nothing for another."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._most = max(1.0, per_minute / 6)
        self._held: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, caller: Hashable, now: int) -> int:
        """Take one request of a caller; return 0, or after how many seconds there will be one."""
        if not self._per_minute:
            return 0
        with self._lock:
            held, at = self._held.pop(caller, (self._most, now))
            held = min(self._most, held + max(0, now - at) * self._per_minute / MINUTE)
            taken = held >= 1
            self._held[caller] = (held - 1 if taken else held, now)
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
        return 0 if taken else max(1, -int(-(1 - held) * MINUTE / self._per_minute // SECOND))


class Paces:
    """How fast who is known and who is not may ask, each counted apart: a stranger never slows down who is known."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._known, self._strange = Pace(per_minute), Pace(per_minute)
        self._clock = clock

    def wait(self, known: bool, caller: bytes) -> int:
        """Take one request of a caller; return 0, or after how many seconds there will be one."""
        return (self._known if known else self._strange).wait(caller, self._clock())

    async def asked(self, known: bool, caller: bytes) -> int:
        """Return the same to who asks from another process's place."""
        return self.wait(known, caller)
