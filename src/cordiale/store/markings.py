"""Intern markings to small integers."""

from __future__ import annotations

from cordiale.store.connection import Transaction
from cordiale.store.types import Marking


def intern(tx: Transaction, marking: Marking) -> int:
    """Return the id of a marking, giving it one in this (writing) transaction when new."""
    raise NotImplementedError


def atoms(tx: Transaction, mid: int) -> Marking:
    """Return the atoms of a marking id; raises NotFound."""
    raise NotImplementedError


def all_markings(tx: Transaction) -> dict[int, Marking]:
    """Return every marking known here by its id."""
    raise NotImplementedError
