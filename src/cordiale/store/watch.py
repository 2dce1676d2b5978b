"""Notice that something was committed, by whichever process, over a connection kept for that alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine

from cordiale.store.dialects import Dialect


class Watch:
    """Ask a database for what changes with every commit; a connection that was cut is made again. Safe between threads."""

    def __init__(self, engine: Callable[[], Engine], dialect: Dialect) -> None:
        self._engine, self._dialect = engine, dialect
        self._turn = threading.Lock()
        self._connection: Connection | None = None
        self._opened = (
            0  # part of the token: what a new connection answers is not to be compared with an old one's
        )

    def token(self) -> object:
        """Return what differs after every commit; raises the driver's error when a new connection fails as well."""
        with self._turn:
            if self._connection is not None:
                try:
                    return self._opened, _asked(self._connection, self._dialect)
                except Exception:  # noqa: BLE001  # whatever cut the connection: a new one tells whether it lasts
                    self._drop()
            self._connection = self._engine().connect()
            self._opened += 1
            try:
                return self._opened, _asked(self._connection, self._dialect)
            except BaseException:
                self._drop()
                raise

    def close(self) -> None:
        """Give the connection up."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _drop(self) -> None:
        """Throw the connection away instead of giving it back to the pool."""
        gone, self._connection = self._connection, None
        assert gone is not None
        gone.invalidate()
        gone.close()


def _asked(connection: Connection, dialect: Dialect) -> object:
    driver: Any = connection.connection.dbapi_connection
    if dialect == "sqlite":
        return driver.execute("PRAGMA data_version").fetchone()[0]
    try:
        return driver.execute("SELECT pg_current_snapshot()::text").fetchone()[0]
    finally:
        driver.rollback()
