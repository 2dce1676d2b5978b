"""The audit: rows chained by their hashes."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa

from cordiale.desk.records.tables import audit_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import inserting

_APPEND = inserting(audit_table, "at", "actor", "verb", "details", "hash", "salt", "digest")


def append(tx: Transaction, at: int, actor: str, verb: str, details: Mapping[str, Any], salt: bytes) -> None:
    """Append to the audit; each row's hash covers the row before, so a removed row shows.

    The chain runs over salted digests (`salt`: 16 random bytes), so that it can be shown without what the rows say.
    """
    last = tx.row("SELECT hash FROM desk_audit ORDER BY number DESC LIMIT 1")
    written = msgspec.json.encode(details, order="deterministic").decode()
    digest = _audit_digest(salt, at, actor, verb, written)
    tx.run(
        _APPEND,
        at=at,
        actor=actor,
        verb=verb,
        details=written,
        hash=audit_hash(b"" if last is None else bytes(last[0]), digest),
        salt=salt,
        digest=digest,
    )


def audit_rows(tx: Transaction, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    """Return audit rows in order, `details` decoded."""
    asked = (
        sa.select(audit_table).where(audit_table.c.number > after).order_by(audit_table.c.number).limit(limit)
    )
    rows = tx.connection.execute(asked).mappings()
    return [{**row, "details": msgspec.json.decode(row["details"])} for row in rows]


def latest_audit(
    tx: Transaction,
    limit: int,
    *,
    verb: str | None = None,
    by: str | None = None,
    since: int | None = None,
    until: int | None = None,
    before: int | None = None,
) -> list[dict[str, Any]]:
    """Return audit rows, newest first, of a verb, an actor, a time (since ≤ at < until); `before` a number."""
    asked = sa.select(audit_table).order_by(audit_table.c.number.desc()).limit(limit)
    if verb is not None:
        asked = asked.where(audit_table.c.verb == verb)
    if by is not None:
        asked = asked.where(audit_table.c.actor == by)
    if since is not None:
        asked = asked.where(audit_table.c.at >= since)
    if until is not None:
        asked = asked.where(audit_table.c.at < until)
    if before is not None:
        asked = asked.where(audit_table.c.number < before)
    rows = tx.connection.execute(asked).mappings()
    return [{**row, "details": msgspec.json.decode(row["details"])} for row in rows]


def audit_hash(previous: bytes, digest: bytes) -> bytes:
    """Return the hash of a row (32 bytes) from that of the row before and its own digest."""
    return sha256(previous + digest).digest()


def _audit_digest(salt: bytes, at: int, actor: str, verb: str, details: str) -> bytes:
    return sha256(salt + msgspec.json.encode([at, actor, verb, details])).digest()


def audit_breaks(tx: Transaction) -> list[int]:
    """Return the numbers of audit rows that do not follow from the row before them."""
    previous = b""
    broken = []
    asked = sa.select(audit_table).order_by(audit_table.c.number)
    for row in tx.connection.execute(asked):
        if row.digest is None:  # written before rows had digests
            line = msgspec.json.encode([row.at, row.actor, row.verb, row.details])
            expected = sha256(previous + line).digest()
        else:
            digest = _audit_digest(bytes(row.salt), row.at, row.actor, row.verb, row.details)
            expected = audit_hash(previous, digest)
        if expected != bytes(row.hash) or (row.digest is not None and digest != bytes(row.digest)):
            broken.append(row.number)
        previous = bytes(row.hash)
    return broken
