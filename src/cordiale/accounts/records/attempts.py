"""What failed lately, from where people come, and what was used up."""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, select

from cordiale.accounts.records.tables import failure_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared

_FAILURES = Prepared(
    select(failure_table.c.count, failure_table.c.last).where(failure_table.c.subject == bindparam("subject"))
)


class Failures(msgspec.Struct, frozen=True):
    """How often in a row something failed, and when last (µs)."""

    count: int = 0
    last: int = 0


def failures(tx: Transaction, subject: bytes) -> Failures:
    """Return what failed for a subject (a digest)."""
    row = tx.row(_FAILURES, subject=subject)
    return Failures() if row is None else Failures(row[0], row[1])


def save_failures(tx: Transaction, subject: bytes, found: Failures) -> None:
    """Write down what failed for a subject."""
    tx.run(
        "INSERT INTO accounts_failure (subject, count, last) VALUES (?, ?, ?) "
        "ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last",
        subject,
        found.count,
        found.last,
    )


def clear_failures(tx: Transaction, subject: bytes) -> None:
    """Forget what failed for a subject."""
    tx.run("DELETE FROM accounts_failure WHERE subject = ?", subject)


def is_known_place(tx: Transaction, person: str, address: bytes, since: int) -> bool:
    """Tell whether a person signed in from an address (a digest) since a time."""
    asked = "SELECT 1 FROM accounts_place WHERE person = ? AND address = ? AND last >= ?"
    return tx.row(asked, person, address, since) is not None


def remember_place(tx: Transaction, person: str, address: bytes, at: int) -> None:
    """Write down that a person signed in from an address (a digest)."""
    tx.run(
        "INSERT INTO accounts_place (person, address, last) VALUES (?, ?, ?) "
        "ON CONFLICT (person, address) DO UPDATE SET last = excluded.last",
        person,
        address,
        at,
    )


def spend(tx: Transaction, digest: bytes, until: int) -> bool:
    """Use something up that may be used once; False when it was before."""
    done = "INSERT INTO accounts_spent (digest, until) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"
    return tx.run(done, digest, until) > 0


def drop_old(tx: Transaction, failed_before: int, placed_before: int, now: int) -> None:
    """Forget failures and places that are long ago, and what could not be used again anyway."""
    tx.run("DELETE FROM accounts_failure WHERE last < ?", failed_before)
    tx.run("DELETE FROM accounts_place WHERE last < ?", placed_before)
    tx.run("DELETE FROM accounts_spent WHERE until <= ?", now)
