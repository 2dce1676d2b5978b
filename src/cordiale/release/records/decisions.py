"""The log of decisions: what was decided for whom under which rules, each line chained to the one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from cordiale.platform.clock import Instant
from cordiale.release.marking import Marking, from_text, text_of
from cordiale.release.records.transaction import Transaction

_ASKED = 8
"""Digests looked up in one statement; fewer repeat the last, so that there are two statements and not one for each number."""

_DECISIONS = "SELECT marking, recipient, rules_version, code, at, number, hash FROM release_decision"


class Verdict(msgspec.Struct, frozen=True):
    """One line of the decision log."""

    marking: Marking
    recipient: str
    rules_version: str
    code: str
    at: Instant = 0


def log_decisions(tx: Transaction, verdicts: Iterable[Verdict], at: Instant) -> int:
    """Add verdicts that are not on the log yet, each chained to the one before; returns how many were new."""
    fresh = {}
    for verdict in verdicts:
        if not tx.known(verdict):
            tx.learn(verdict)
            fresh[_digest(verdict)] = verdict
    digests = list(fresh)
    for start in range(0, len(digests), _ASKED):
        some = digests[start : start + _ASKED]
        asked = some + some[-1:] * (_ASKED - len(some)) if len(some) > 1 else some
        sql = f"SELECT digest FROM release_decision WHERE digest IN ({', '.join('?' * len(asked))})"
        for (digest,) in tx.rows(sql, *asked):
            fresh.pop(bytes(digest), None)
    if not fresh:
        return 0
    last = tx.row("SELECT hash FROM release_decision ORDER BY number DESC LIMIT 1")
    chain = bytes(32) if last is None else bytes(last[0])
    rows = []
    for digest, verdict in fresh.items():
        chain = chained(chain, digest, at)
        marking = text_of(verdict.marking)
        rows.append((at, marking, verdict.recipient, verdict.rules_version, verdict.code, digest, chain))
    sql = """
        INSERT INTO release_decision (at, marking, recipient, rules_version, code, digest, hash)
        VALUES (?, ?, ?, ?, ?, ?, ?)
    """
    tx.many(sql, rows)
    return len(rows)


def decisions(tx: Transaction, recipient: str | None = None) -> list[Verdict]:
    """Return the decision log in order, of one recipient or of all."""
    if recipient is None:
        rows = tx.rows(f"{_DECISIONS} ORDER BY number")
    else:
        rows = tx.rows(f"{_DECISIONS} WHERE recipient = ? ORDER BY number", recipient)
    return [_verdict(row) for row in rows]


def decision_rows(tx: Transaction, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
    """Return lines of the decision log after a number, in order, as they are stored."""
    columns = ("number", "at", "marking", "recipient", "rules_version", "code", "digest", "hash")
    sql = f"SELECT {', '.join(columns)} FROM release_decision WHERE number > ? ORDER BY number LIMIT ?"
    return [dict(zip(columns, row, strict=True)) for row in tx.rows(sql, after, limit)]


def first_broken_decision(tx: Transaction) -> int | None:
    """Return the number of the first line of the decision log that was altered or follows a lost one, None if whole."""
    chain = bytes(32)
    for row in tx.rows(f"{_DECISIONS} ORDER BY number"):
        verdict, number, written = _verdict(row), row[5], row[6]
        chain = chained(chain, _digest(verdict), verdict.at)
        if chain != bytes(written):
            return int(number)
    return None


def _verdict(row: Sequence[Any]) -> Verdict:
    marking, recipient, rules_version, code, at = row[:5]
    return Verdict(from_text(marking), recipient, rules_version, code, at)


def _digest(verdict: Verdict) -> bytes:
    fields = (text_of(verdict.marking), verdict.recipient, verdict.rules_version, verdict.code)
    return sha256(msgspec.json.encode(fields)).digest()


def chained(chain: bytes, digest: bytes, at: Instant) -> bytes:
    """Return the hash of a line of the decision log (32 bytes) after the one before."""
    return sha256(chain + digest + at.to_bytes(8, "big", signed=True)).digest()
