"""The exceptions that officers make for single objects, and when they end."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.mandate import Exemption
from cordiale.release.records.transaction import Transaction

_EXCEPTIONS = """
    SELECT object_id, "to", kind, "by", at, until, second FROM release_exception WHERE lifted_by IS NULL
"""

_ENDED = "kind = 'hold' AND lifted_by IS NULL AND until <= ?"


def record_exception(tx: Transaction, exemption: Exemption) -> int:
    """Record an exception and return its number."""
    sql = """
        INSERT INTO release_exception (object_id, "to", kind, "by", at, until, second)
        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number
    """
    return int(tx.row(sql, *msgspec.structs.astuple(exemption))[0])


def lift_exceptions(tx: Transaction, object_id: str, to: str, by: str, at: Instant) -> int:
    """Lift what stands for an object and recipient; returns how many exceptions that were."""
    sql = """
        UPDATE release_exception SET lifted_by = ?, lifted_at = ?
        WHERE object_id = ? AND "to" = ? AND lifted_by IS NULL
    """
    return tx.run(sql, by, at, object_id, to)


def end_holds(tx: Transaction, at: Instant) -> list[str]:
    """Lift the holds whose time is over; return the ids of their objects."""
    found = tx.rows(f"SELECT object_id FROM release_exception WHERE {_ENDED} ORDER BY number", at)
    if found:
        tx.run(f"UPDATE release_exception SET lifted_by = 'until', lifted_at = ? WHERE {_ENDED}", at, at)
    return [object_id for (object_id,) in found]


def exceptions_about(tx: Transaction, object_ids: Iterable[str] | None = None) -> list[Exemption]:
    """Return the exceptions in force about these objects, oldest first; None asks about every object."""
    if object_ids is None:
        return [Exemption(*row) for row in tx.rows(f"{_EXCEPTIONS} ORDER BY number")]
    wanted = sorted(set(object_ids))
    if not wanted:
        return []
    about = f"{_EXCEPTIONS} AND object_id IN TEXTS(?) ORDER BY at, number"
    return [Exemption(*row) for row in tx.rows(about, wanted)]
