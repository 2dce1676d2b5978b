"""Read the change log."""

from __future__ import annotations

from cordiale.store.connection import Transaction
from cordiale.store.types import Change


def after(tx: Transaction, seq: int, limit: int) -> list[Change]:
    """Return the changes after a sequence number, oldest first."""
    raise NotImplementedError


def last(tx: Transaction) -> int:
    """Return the last sequence number given, 0 when there is none."""
    raise NotImplementedError
