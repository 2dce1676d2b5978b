"""Open a store and hand out transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Protocol

from sqlalchemy import Connection, Engine

Dialect = Literal["sqlite", "postgresql"]


class Transaction:
    """One transaction, passed down as the first argument so that rooms commit together."""

    connection: Connection
    dialect: Dialect


class Store(Protocol):
    """A database and how to reach it. Use `open_store`."""

    url: str
    dialect: Dialect
    engine: Engine

    def read(self) -> AbstractContextManager[Transaction]:
        """Give a snapshot to read from."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Give the one writing transaction: committed at the end, rolled back on an error."""

    def changed(self) -> object:
        """Return a token that differs whenever anything was committed since an earlier one."""

    def close(self) -> None:
        """Let go of every connection."""

    def snapshot(self) -> bytes:
        """Return the whole committed state of a `memory://` store."""

    def load(self, state: bytes) -> None:
        """Put a `memory://` store back to a state from `snapshot`."""


def open_store(url: str) -> Store:
    """Open `sqlite:///path`, a path, `memory://` or `postgresql://…`; raises ConfigurationError."""
    raise NotImplementedError


@contextmanager
def _unused() -> Iterator[None]:
    yield
