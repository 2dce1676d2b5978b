"""Take the driver's connection for one transaction, and SQLAlchemy's over it only where somebody asks."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from cordiale.store.engines import Memory


class Lease(Protocol):
    """The driver's connection for the time of one transaction."""

    driver: Any

    def connection(self) -> Connection:
        """Return SQLAlchemy's connection over the same driver's connection."""

    def undo(self) -> None:
        """Roll back what was not committed."""

    def end(self) -> None:
        """Give the connection back."""


class Lent:
    """A connection out of an engine's pool."""

    __slots__ = ("_connection", "_engine", "_proxy", "driver")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._proxy = engine.raw_connection()
        self.driver: Any = self._proxy.dbapi_connection

    def connection(self) -> Connection:
        """Return SQLAlchemy's connection over the same driver's connection."""
        self._connection = Connection(self._engine, self._proxy)
        return self._connection

    def undo(self) -> None:
        """Roll back what was not committed; a connection that is gone has undone it already."""
        try:
            self.driver.rollback()
        except Exception:  # noqa: BLE001  # the error that led here matters more
            self._proxy.invalidate()

    def end(self) -> None:
        """Give the connection back to the pool."""
        if self._connection is not None:
            self._connection.close()
        else:
            self._proxy.close()


class Kept:
    """The only connection of a database in memory."""

    __slots__ = ("_connection", "_memory", "driver")

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._connection: Connection | None = None
        self.driver: Any = memory.connection

    def connection(self) -> Connection:
        """Return SQLAlchemy's connection over the same driver's connection."""
        self._connection = self._memory.engine().connect()
        return self._connection

    def undo(self) -> None:
        """Roll back what was not committed."""
        self.driver.rollback()

    def end(self) -> None:
        """Leave the connection as it is."""
        if self._connection is not None:
            self._connection.close()
