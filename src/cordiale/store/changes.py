"""Read the change log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cordiale.store.connection import Transaction
from cordiale.store.types import Change, ChangeKind

KINDS: Final[tuple[ChangeKind, ...]] = ("put", "remark", "purge", "revive")


LAST: Final = "SELECT max(seq) FROM changes"


def after(tx: Transaction, seq: int, limit: int) -> list[Change]:
    """Return the changes after a sequence number, oldest first."""
    rows = tx.rows("SELECT seq, vid, kind FROM changes WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)
    return [Change(number, vid, KINDS[kind]) for number, vid, kind in rows]


def last(tx: Transaction) -> int:
    """Return the last sequence number given, 0 when there is none."""
    row = tx.lately.answer("changes", "last", lambda: tx.row(LAST))
    return int(row[0] or 0)


def record(tx: Transaction, kind: ChangeKind, vids: Iterable[int]) -> None:
    """Append one entry for each version."""
    code = KINDS.index(kind)
    start = tx.next("changes", "seq")
    rows = [(seq, vid, code) for seq, vid in enumerate(vids, start)]
    tx.counted["changes"] = start + len(rows) - 1
    tx.insert("changes", "seq, vid, kind", rows)
