"""Take the driver's connection for one transaction, and SQLAlchemy's over it only where somebody asks."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import PoolProxiedConnection


class Lease:
    """A driver's connection out of an engine's pool, or a memory store's only one; given back at the end."""

    __slots__ = ("_connection", "_engine", "_proxy", "driver")

    def __init__(self, engine: Engine, only: Any = None) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._proxy: PoolProxiedConnection | None = None if only is not None else engine.raw_connection()
        self.driver: Any = only if self._proxy is None else self._proxy.dbapi_connection

    def connection(self) -> Connection:
        """Return SQLAlchemy's connection over the same driver's connection."""
        if self._proxy is None:
            self._connection = self._engine.connect()
        else:
            self._connection = Connection(self._engine, self._proxy)
        return self._connection

    def roll_back(self) -> None:
        """Undo what was not committed; a connection that is gone has undone it already."""
        try:
            self.driver.rollback()
        except Exception:  # noqa: BLE001  # the error that led here matters more
            if self._proxy is not None:
                self._proxy.invalidate()

    def __enter__(self) -> Lease:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
        elif self._proxy is not None:
            self._proxy.close()
