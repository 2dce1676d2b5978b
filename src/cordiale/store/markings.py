"""Intern markings to small integers."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction
from cordiale.store.types import UNRESOLVED, Marking

LAST: Final = "SELECT COALESCE(MAX(mid), 0) FROM markings"

NO_MARKING = _("There is no marking number {mid} here.")


def intern(tx: Transaction, marking: Marking) -> int:
    """Return the id of a marking, giving it one in this (writing) transaction when new."""
    known = tx.interned.mid(marking)
    if known is not None:
        return known
    if "" in marking or any("\n" in atom for atom in marking):
        raise ValueError(f"not atoms: {sorted(marking)!r}")
    text = "\n".join(sorted(marking))
    digest = sha256(text.encode()).digest()
    row = tx.row("SELECT mid FROM markings WHERE digest = ?", digest)
    if row is not None:
        mid = int(row[0])
    else:
        mid = tx.next("markings", "mid")
        tx.run("INSERT INTO markings (mid, digest, atoms) VALUES (?, ?, ?)", mid, digest, text)
    tx.interned.remember_marking(mid, marking)
    return mid


def atoms(tx: Transaction, mid: int) -> Marking:
    """Return the atoms of a marking id; raises NotFound."""
    known = tx.interned.marking(mid)
    if known is not None:
        return known
    row = tx.row("SELECT atoms FROM markings WHERE mid = ?", mid)
    if row is None:
        raise NotFound("store.marking", NO_MARKING, mid=mid)
    return _remembered(tx, mid, row[0])


def all_markings(tx: Transaction) -> Mapping[int, Marking]:
    """Return every marking known here by its id.

    They are numbered in turn and never change, so that only those added since the last time are read.
    """
    last = int(tx.row(LAST)[0])
    until, known = (tx.interned.below or tx.interned).every
    if until > last:  # another thread has seen a later state than this one
        return {mid: marking for mid, marking in known.items() if mid <= last}
    if until < last:
        added = tx.rows("SELECT mid, atoms FROM markings WHERE mid > ? ORDER BY mid", until)
        known = known | {mid: tx.interned.marking(mid) or _remembered(tx, mid, text) for mid, text in added}
        if not tx.writing:  # what this transaction gave numbers to may yet be rolled back
            tx.interned.every = last, known
    return known


def join(tx: Transaction, one: int, other: int) -> int:
    """Return the id of the join (union of atoms) of two markings."""
    if one == other:
        return one
    pair = (one, other) if one < other else (other, one)
    known = tx.interned.joined(*pair)
    if known is None:
        known = intern(tx, atoms(tx, one) | atoms(tx, other))
        tx.interned.joins[pair] = known
    return known


def unresolved(tx: Transaction) -> int:
    """Return the id of the marking of what is not held here."""
    return intern(tx, UNRESOLVED)


def _remembered(tx: Transaction, mid: int, text: str) -> Marking:
    marking = frozenset(text.split("\n")) if text else frozenset()
    # what a reader sees is committed and never changes, so that its thread may remember it for all
    tx.interned.remember_marking(mid, marking)
    return marking
