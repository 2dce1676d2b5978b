"""One state of the store for everything that is read to answer one question.

A page asks many verbs, and each opens what it reads from by itself. Inside a reading they all get the same transaction: what
they say fits together, begins and ends are paid once, and what was asked before in the same words is not asked again,
since the state does not change.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar

from cordiale.store.transaction import Transaction


class Reading:
    """What is read until the end; begun by the first who reads. One thread at a time reads from it, another reads by itself."""

    __slots__ = ("_begin", "_end", "_inside", "_lock", "_over", "_tx")

    def __init__(self, begin: Callable[[], Transaction], end: Callable[[Transaction], None]) -> None:
        self._begin, self._end = begin, end
        self._lock = threading.RLock()
        self._tx: Transaction | None = None
        self._inside = 0
        self._over = False

    def lend(self) -> Transaction | None:
        """Return the transaction to read from, for `take_back`; None where it ended or another thread reads."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if not self._over:
                if self._tx is None:
                    self._tx = self._begin()
                self._inside += 1
                return self._tx
        except BaseException:
            self._lock.release()
            raise
        self._lock.release()
        return None

    def take_back(self, *, failed: bool) -> None:
        """Note that a read is over; after a failure nothing further is read from the same transaction."""
        self._inside -= 1
        self._over = self._over or failed
        self._lock.release()
        if self._over:
            self.end()

    def end(self) -> None:
        """Give the transaction up as soon as nobody reads from it; later readers open their own."""
        self._over = True
        if self._lock.acquire(blocking=False):  # else whoever reads ends it on the way out
            try:
                if self._inside == 0 and self._tx is not None:
                    tx, self._tx = self._tx, None
                    self._end(tx)
            finally:
                self._lock.release()


CURRENT: ContextVar[dict[int, Reading] | None] = ContextVar("cordiale.store.reading", default=None)
"""The readings of whoever is being answered, by the store they are of."""
