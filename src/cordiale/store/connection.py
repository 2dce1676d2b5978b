"""Open a store and hand out transactions."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _
from cordiale.store import engines, notices
from cordiale.store.dialects import Dialect
from cordiale.store.failures import explained
from cordiale.store.interned import Interned
from cordiale.store.lately import Kept as Asked
from cordiale.store.lease import Kept, Lease, Lent
from cordiale.store.notices import Notices
from cordiale.store.reading import CURRENT, Reading
from cordiale.store.transaction import Transaction
from cordiale.store.waiting import Waiting
from cordiale.store.watch import Watch

__all__ = ["Store", "Transaction", "open_store"]

NESTED = _("A second writing transaction was opened inside one. Pass the transaction down instead.")
NOT_MEMORY = _(
    "Only a memory:// store can be saved to and loaded from bytes; use backup and restore for {place}."
)


class Store:
    """A database and how to reach it; opened by `open_store`. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        opened = engines.opened(url)
        self.url = url
        self.place = opened.place
        self.file: Path | None = opened.file
        self.memory: engines.Memory | None = opened.memory
        self.dialect: Dialect = opened.dialect
        self.texts = Waiting()
        self.first: tuple[str, ...] = ()
        self._engines = opened.reader, opened.writer
        self._interned = Interned()
        self._lately: Asked | None = None if self.memory is None else {}
        self._turn = threading.RLock()  # one writer at a time; for memory, one reader or writer
        self._inside: Transaction | None = None  # the transaction that holds the turn
        self._commits = 0
        self._own = os.urandom(8).hex()  # what this process announces is no news to it
        self._watch = Watch(lambda: self.engine, opened.dialect)
        self._changed_before: int | None = None

    def read(self) -> AbstractContextManager[Transaction]:
        """Give a snapshot to read from; inside a write of a memory store, that write's own state."""
        return Within(self, False)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let all that is read by whoever runs in this block see one state, until it writes or lets go.

        A store in memory is of one state already: nobody else works on it meanwhile.
        """
        if self.memory is not None:
            yield
            return
        made = Reading(self._begin_answer, self.end_reading)
        token = CURRENT.set({**(CURRENT.get() or {}), id(self): made})
        try:
            yield
        finally:
            CURRENT.reset(token)
            made.end()

    def _begin_answer(self) -> Transaction:
        """Begin a transaction that remembers; `first` is asked at once where each question is a way to another process."""
        tx = self.begin_reading()
        tx.remember()
        if self.first and self.dialect == "postgresql":
            try:
                tx.foresee(self.first)
            except BaseException:
                self.end_reading(tx)
                raise
        return tx

    def let_go(self) -> None:
        """End the reading that this code runs in, if it does: what is read from now on is of a later state."""
        made = self._reading()
        if made is not None:
            made.end()

    def _reading(self) -> Reading | None:
        every = CURRENT.get()
        return None if every is None else every.get(id(self))

    def write(self) -> AbstractContextManager[Transaction]:
        """Give the one writing transaction: committed at the end, rolled back on an error."""
        return Within(self, True)

    def begin_reading(self) -> Transaction:
        """Begin what `read` gives, for `end_reading` to end."""
        if self.memory is None:
            lease: Lease = Lent(self.engine)
            try:
                engines.begin_read(lease.driver, self.dialect)
            except BaseException:
                lease.end()
                raise
            return self._over(lease, writing=False)
        self._turn.acquire()
        return self._inside or self._over(Kept(self.memory), writing=False)

    def end_reading(self, tx: Transaction) -> None:
        """Give a snapshot up."""
        if self.memory is None:
            try:
                tx.driver.rollback()
            finally:
                tx.lease.end()
            return
        try:
            if tx is not self._inside:
                tx.lease.end()
        finally:
            self._turn.release()

    def begin_writing(self) -> Transaction:
        """Become the one writer, for `end_writing` to end."""
        self._turn.acquire()
        try:
            if self._inside is not None:
                raise RuntimeError(NESTED)
            lease: Lease = Lent(self._writer) if self.memory is None else Kept(self.memory)
            try:
                if self.memory is None:
                    engines.begin_write(lease.driver, self.dialect)
                else:
                    self.memory.begin()
            except BaseException:
                lease.end()
                raise
        except BaseException:
            self._turn.release()
            raise
        self._changed_before = engines.rows_changed(lease.driver, self.dialect)
        self._inside = self._over(lease, writing=True)
        return self._inside

    def _over(self, lease: Lease, *, writing: bool) -> Transaction:
        texts = self.texts if writing else None
        return Transaction(lease, self.dialect, self._interned, writing, texts, self._lately)

    def end_writing(self, tx: Transaction, *, keep: bool) -> None:
        """Commit what was written, or roll it back; an error at the commit rolls back as well."""
        told = False
        try:
            try:
                if keep:
                    tx.settle_numbers()
                    told = self.dialect == "postgresql" and notices.tell(tx.driver, self._own)
                    tx.driver.commit()
                else:
                    tx.lease.undo()
            except BaseException:
                tx.lease.undo()
                raise
            if keep:
                tx.interned.keep()
                self.texts.take(tx.texts, tx.used)
                if told or engines.rows_changed(tx.driver, self.dialect) != self._changed_before:
                    self._commits += 1
        finally:
            self._inside = None
            try:
                tx.lease.end()
            finally:
                self._turn.release()

    def changed(self) -> object:
        """Return a token that differs whenever a row was changed and committed since an earlier one."""
        if self.memory is not None:
            return self._commits
        with self._explaining():
            return self._watch.token(), self._commits

    def listen(self, heard: Callable[[], None]) -> Notices:
        """Have `heard` called, from a thread, after commits of other processes; close what is returned before the store.

        A SQLite store hears nothing: `changed` tells.
        """
        return Notices(self.engine if self.dialect == "postgresql" else None, self._own, heard)

    def close(self) -> None:
        """Let go of every connection; a memory store ends with it."""
        self._watch.close()
        if self.memory is not None:
            self.memory.close()
            return
        self.engine.dispose()
        self._writer.dispose()

    def snapshot(self) -> bytes:
        """Return the whole committed state of a `memory://` store."""
        with self._turn:
            return self._in_memory().saved()

    def load(self, state: bytes) -> None:
        """Put a `memory://` store back to a state from `snapshot`; what came after is gone."""
        with self._turn:
            if self._inside is not None:
                raise RuntimeError(NESTED)
            self._in_memory().load(state)
            self.forget()
            self._commits += 1

    def forget(self) -> None:
        """Drop what is remembered of the database, after it was replaced underneath."""
        self._interned = Interned()
        self._lately = None if self.memory is None else {}
        self.texts = Waiting()

    @contextmanager
    def bare(self, *, reading: bool = False) -> Iterator[Any]:
        """Give the driver's connection outside any transaction, for the database's own commands."""
        turn = nullcontext() if reading and self.memory is None else self._turn
        if not reading:
            self._lately = None if self.memory is None else {}
        with self._explaining(), turn, (self.engine if reading else self._writer).connect() as connection:
            yield connection.connection.dbapi_connection

    @contextmanager
    def autocommit(self) -> Iterator[Any]:
        """Give PostgreSQL's connection with every command its own transaction."""
        with self._explaining(), self._turn, self._writer.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.autocommit = True
            try:
                yield driver
            finally:
                driver.autocommit = False

    @property
    def engine(self) -> Engine:
        """Return SQLAlchemy's engine of the reading connections."""
        return self._engines[0] or self._in_memory().engine()

    @property
    def _writer(self) -> Engine:
        return self._engines[1] or self._in_memory().engine()

    def _in_memory(self) -> engines.Memory:
        if self.memory is None:
            raise ConfigurationError("store.not-memory", NOT_MEMORY, place=self.place)
        return self.memory

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.explain(error)
            raise

    def explain(self, error: Exception) -> None:
        """Raise the database's error as one of ours, if it is one that a person can do something about."""
        ours = explained(error, self.place, self.file)
        if ours is not None:
            raise ours from error


class Within:
    """What `Store.read` and `Store.write` give; a class, as it is entered thousands of times a second."""

    __slots__ = ("_reading", "_store", "_tx", "_writing")

    def __init__(self, store: Store, writing: bool) -> None:
        self._store = store
        self._writing = writing
        self._tx: Transaction | None = None
        self._reading: Reading | None = None

    def __enter__(self) -> Transaction:
        store = self._store
        reading = store._reading()
        try:
            if reading is not None:
                if self._writing:
                    reading.end()  # what is written now is to be seen by what is read next
                elif (tx := reading.lend()) is not None:
                    self._reading = reading
                    return tx
            self._tx = store.begin_writing() if self._writing else store.begin_reading()
        except Exception as error:
            store.explain(error)
            raise
        return self._tx

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self._reading is not None:
            reading, self._reading = self._reading, None
            reading.take_back(failed=error is not None)
            if isinstance(error, Exception):
                self._store.explain(error)
            return
        tx, self._tx = self._tx, None
        assert tx is not None
        try:
            self._end(tx, keep=error is None)
        except Exception as problem:
            self._store.explain(problem)
            raise
        if isinstance(error, Exception):
            self._store.explain(error)

    def __del__(self) -> None:
        """Undo what an interruption left between the last line and the way out: the next writer needs the turn."""
        if self._reading is not None:
            self._reading.take_back(failed=True)
        if self._tx is not None:
            self._end(self._tx, keep=False)

    def _end(self, tx: Transaction, *, keep: bool) -> None:
        if self._writing:
            self._store.end_writing(tx, keep=keep)
        else:
            self._store.end_reading(tx)


def open_store(url: str) -> Store:
    """Open `sqlite:///path`, a path, `memory://` or `postgresql://…`.

    Raises ConfigurationError for an address that cannot be used, Unavailable for a database that does not answer.
    """
    return Store(url)
