"""Reach SQLite files, SQLite in memory and PostgreSQL through SQLAlchemy engines."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.pool import QueuePool, StaticPool

from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _
from cordiale.store.dialects import Dialect

MISSING = _(
    "PostgreSQL needs the extra 'postgresql': run  pip install 'cordiale[postgresql]'  (in a clone:  .tools/bin/uv sync --inexact --extra postgresql)  and start again."
)
UNKNOWN = _("A store is sqlite:///PATH, a path, memory:// or postgresql://…, and {url} is none of them.")
NO_FOLDER = _("The folder {folder} for the database does not exist. Make it, or run cordiale init.")

WAIT_SECONDS = 60
"""How long a writer waits for another process to finish its transaction."""

_LOOK_MS = 2
"""Milliseconds that SQLite itself waits for a writing turn, looking twice; then we ask again."""

_WRITER_CACHE_KIB = 96 * 1024  # holds the random-key index pages of a million objects
_READER_CACHE_KIB = 8 * 1024
_CHECKPOINT_PAGES = 16_000  # 64 MiB: hot pages reach the file once, not at each commit
_READERS = 8

_FRESH_SECONDS = 1.0
"""How long a connection to PostgreSQL is taken to be there without asking."""


class Memory:
    """The one connection that is a database in memory."""

    factory: type[sqlite3.Connection] = sqlite3.Connection

    def __init__(self) -> None:
        self.connection = self._connected()
        self._engine: Engine | None = None

    def engine(self) -> Engine:
        """Return SQLAlchemy's engine over the connection; made only where somebody asks for it."""
        if self._engine is None:
            given = [sqlite3.connect(":memory:", check_same_thread=False)]
            engine = self._engine = create_engine(
                "sqlite+pysqlite://",
                creator=lambda: given.pop() if given else self.connection,
                poolclass=StaticPool,
                pool_reset_on_return=None,
            )
            # SQLAlchemy looks at the first connection it gets and rolls it back: not one that is in a transaction
            engine.raw_connection().close()
            engine.dispose()
        return self._engine

    def begin(self) -> None:
        """Begin a transaction that writes; nobody else does, and no other thread has the turn."""
        self.connection.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """End the database."""
        if self._engine is not None:
            self._engine.dispose()
        self.connection.close()

    def saved(self) -> bytes:
        """Return the whole database."""
        return self.connection.serialize()

    def load(self, state: bytes) -> None:
        """Become another database. The old connection and all it had prepared is let go of."""
        fresh = self._connected()
        with closing(sqlite3.connect(":memory:")) as source:
            source.deserialize(state)
            source.backup(fresh)
        if self._engine is not None:
            self._engine.dispose()
        self.connection.close()
        self.connection = fresh

    def _connected(self) -> sqlite3.Connection:
        return _connected(":memory:", _WRITER_CACHE_KIB, self.factory)


class Opened(NamedTuple):
    """Two engines on one database, a single writing connection and many reading ones; or a database in memory."""

    place: str
    dialect: Dialect
    reader: Engine | None = None
    writer: Engine | None = None
    file: Path | None = None
    memory: Memory | None = None


def opened(url: str) -> Opened:
    """Build the engines of a store's address; raises ConfigurationError."""
    if url == "memory://":
        return _memory()
    if url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        return _postgresql(url)
    if url.startswith("sqlite:///"):
        return _file(Path(url.removeprefix("sqlite:///")))
    if "://" in url:
        raise ConfigurationError("store.url", UNKNOWN, url=url.split("@")[-1])
    return _file(Path(url))


def _file(path: Path) -> Opened:
    path = path.expanduser().absolute()
    if not path.parent.is_dir():
        raise ConfigurationError("store.folder", NO_FOLDER, folder=str(path.parent))

    def engine(cache_kib: int, **pool: Any) -> Engine:
        return create_engine(
            "sqlite+pysqlite://",
            creator=lambda: _connected(str(path), cache_kib),
            poolclass=QueuePool,
            **pool,
        )

    reader = engine(_READER_CACHE_KIB, pool_size=_READERS, max_overflow=-1)
    writer = engine(_WRITER_CACHE_KIB, pool_size=1, max_overflow=0)
    return Opened(str(path), "sqlite", reader, writer, file=path)


def _memory() -> Opened:
    return Opened("memory://", "sqlite", memory=Memory())


def _connected(
    database: str, cache_kib: int, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    connection = sqlite3.connect(
        database,
        timeout=WAIT_SECONDS,
        isolation_level=None,  # transactions are begun and ended below, in so many words
        check_same_thread=False,
        cached_statements=512,
        factory=factory,
    )
    try:
        for pragma in (
            "page_size = 8192",  # most bodies then need no overflow page
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "temp_store = MEMORY",
            f"cache_size = -{cache_kib}",
            f"wal_autocheckpoint = {_CHECKPOINT_PAGES // 2}",
            f"journal_size_limit = {_CHECKPOINT_PAGES * 4096}",
        ):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _postgresql(url: str) -> Opened:
    try:
        import psycopg
    except ImportError:
        raise ConfigurationError("store.extra", MISSING) from None
    try:
        address = make_url(url).set(drivername="postgresql+psycopg")
    except ArgumentError:
        raise ConfigurationError("store.url", UNKNOWN, url=url.split("@")[-1]) from None
    place = address.set(drivername="postgresql").render_as_string(hide_password=True)
    # the connection used last is used next: what it has prepared and cached is warm
    reader = create_engine(address, pool_size=_READERS, max_overflow=-1, pool_use_lifo=True)
    writer = create_engine(address, pool_size=1, max_overflow=0, pool_pre_ping=True)

    @event.listens_for(reader, "connect")
    def _settled(connection: Any, _record: Any) -> None:
        # compiling a plan takes longer than any answer that a page waits for, and one made without knowing which words
        # or how many markings are asked for is wrong by orders of magnitude
        connection.execute("SET jit = off")
        connection.execute("SET plan_cache_mode = force_custom_plan")
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True

    @event.listens_for(reader, "checkin")
    def _rested(_connection: Any, record: Any) -> None:
        record.info["rested"] = time.monotonic()

    @event.listens_for(reader, "checkout")
    def _looked_at(connection: Any, record: Any, _proxy: Any) -> None:
        # one that was used a moment ago is there; of one that rested longer it is asked, as a server may have ended it
        if time.monotonic() - record.info.get("rested", 0.0) < _FRESH_SECONDS:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise DisconnectionError from error

    return Opened(place, "postgresql", reader, writer)


def begin_read(driver: Any, dialect: Dialect) -> None:
    """Fix the snapshot that a reading connection sees."""
    if dialect == "sqlite":
        driver.execute("BEGIN")
        driver.execute(
            "SELECT 1 FROM sqlite_master LIMIT 1"
        ).fetchone()  # the snapshot begins at the first read


def begin_write(driver: Any, dialect: Dialect) -> None:
    """Become the only writer, among the processes too."""
    if dialect == "sqlite":
        _take_turn(driver)
    else:
        driver.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
        driver.execute("SELECT pg_advisory_xact_lock(hashtext('cordiale ' || current_schema()))")


@contextmanager
def alone(engine: Engine) -> Iterator[Any]:
    """Give a PostgreSQL connection of nobody's pool, each of whose commands is its own transaction."""
    import psycopg

    _positional, named = engine.dialect.create_connect_args(engine.url)
    with closing(psycopg.connect(**named, autocommit=True)) as connection:
        yield connection


def _take_turn(driver: sqlite3.Connection) -> None:
    """Begin a write, asking every few milliseconds while another process writes.

    SQLite's own wait sleeps up to 100 ms between two looks, so that a process that writes again and again is hardly ever
    caught between two of its transactions: others then waited for seconds.
    """
    driver.execute(f"PRAGMA busy_timeout = {_LOOK_MS}")
    try:
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                    raise
    finally:
        driver.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")


def rows_changed(driver: Any, dialect: Dialect) -> int | None:
    """Return how many rows a connection changed so far, None where the database does not count them."""
    changed: int | None = driver.total_changes if dialect == "sqlite" else None
    return changed
