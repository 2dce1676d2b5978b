"""What this room needs of a store's transaction."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol


class Transaction(Protocol):
    """What this room needs of a store's transaction: its statements, with `?` for parameters."""

    def rows(self, statement: str, /, *params: Any) -> list[Any]:
        """Run a query and return all its rows."""

    def row(self, statement: str, /, *params: Any) -> Any:
        """Run a query and return its first row, or None."""

    def run(self, statement: str, /, *params: Any) -> int:
        """Run a statement and return how many rows it touched."""

    def many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement once for each row of parameters."""

    def known(self, fact: Hashable) -> Any:
        """Return what this process learnt of something stored for good, None if nothing."""

    def learn(self, fact: Hashable, value: Any = True) -> None:
        """Remember, once the transaction commits, something stored for good."""
