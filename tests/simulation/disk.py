"""Stores whose power can go out, and that become again what they were at the start of a schedule."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from cordiale.store.connection import Store, Transaction
from cordiale.store.engines import Memory


class Crash(BaseException):
    """The power went out at a node; only the simulator catches it."""

    def __init__(self, node: str) -> None:
        super().__init__(node)
        self.node = node


class _Nested(sqlite3.Connection):
    """A connection on which one transaction stays open: what commits are savepoints within it."""

    def commit(self) -> None:
        self.execute("RELEASE one")

    def rollback(self) -> None:
        with suppress(sqlite3.OperationalError):  # nothing was begun
            self.execute("ROLLBACK TO one")
            self.execute("RELEASE one")


class Again(Memory):
    """A database in memory that can be put back to its first state with all statements still prepared.

    To prepare its statements anew costs every schedule as much as to run a tenth of them.
    """

    def __init__(self, state: bytes) -> None:
        super().__init__()
        self.factory = _Nested
        self.load(state)
        self.factory = sqlite3.Connection
        self.first = self.connection
        self.first.execute("BEGIN")

    def begin(self) -> None:
        """Begin a transaction that writes."""
        if self.connection is self.first:
            self.first.execute("SAVEPOINT one")
        else:
            super().begin()

    def again(self) -> bool:
        """Become the first state again; False when another was loaded since, and there is no way back."""
        if self.connection is not self.first:
            return False
        self.first.execute("ROLLBACK")
        self.first.execute("BEGIN")
        return True


class Disk(Store):
    """A store whose power can go out at a commit: just before it, or just after."""

    fuse = 0
    after = False
    node = ""

    def write(self) -> AbstractContextManager[Transaction]:
        """Commit as the store does, unless this is the commit at which the power goes out."""
        if not self.fuse:
            return super().write()
        self.fuse -= 1
        return super().write() if self.fuse else self._last()

    @contextmanager
    def _last(self) -> Iterator[Transaction]:
        with super().write() as tx:
            yield tx
            if not self.after:
                raise Crash(self.node)
        raise Crash(self.node)

    @property
    def commits(self) -> int:
        """Return how many transactions were committed."""
        return self._commits

    def saved(self) -> bytes:
        """Return the whole committed state, in memory or in a file."""
        if self.memory is not None:
            return self.snapshot()
        with self.bare(reading=True) as connection:
            return bytes(connection.serialize())

    def put_back(self, state: bytes) -> None:
        """Become an earlier state, as a restored backup does."""
        if self.memory is not None:
            self.load(state)
            return
        assert self.file is not None
        self.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.file}{ending}").unlink(missing_ok=True)
        self.file.write_bytes(state)
        self.forget()
        self._commits += 1

    def again(self) -> bool:
        """Become the copy of a template once more, as if nothing had been done; False when there is no way back."""
        if not isinstance(self.memory, Again) or self._inside is not None or not self.memory.again():
            return False
        self.fuse, self._commits = 0, 0
        self.forget()
        return True


def copied(state: bytes) -> Disk:
    """Return a store in memory that is a copy of a template."""
    made = Disk("memory://")
    assert made.memory is not None
    made.memory.close()
    made.memory = Again(state)
    return made
