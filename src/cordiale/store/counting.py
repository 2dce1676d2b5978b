"""Keep, for each marking and type, how many current statements carry it, and when the newest of them was changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from typing import Final, TypeVar, cast

from cordiale.store.connection import Transaction

STRICT_TEXT = 0
"""In the place of a type: some text row is indexed under this marking (never taken back)."""

LAST: Final = "SELECT COALESCE(MAX(last), 0) FROM numbers WHERE name = 'counted'"
"""Asks for the number of the state that the counters are in: each transaction that counts gives them another."""

_KEPT: Final = 64
"""Answers that stay in memory; the counters of one who sees hundreds of markings are some 2,000 rows."""

T = TypeVar("T")

Counted = tuple[int, int, int, int]
"""(marking id, type number, how many, instant of the newest)"""


def add(tx: Transaction, counted: Counter[tuple[int, int]]) -> None:
    """Add to (or take from) the counters of (marking id, type number), once the versions themselves were written.

    A pair that is counted as often as before is given as well, with 0: its newest may be another one.
    """
    tx.next("counted", "no")
    tx.many(
        "INSERT INTO counters (mid, type_no, n, latest) VALUES (?, ?, ?, (SELECT MAX(v.at) FROM versions v"
        " WHERE v.effective_mid = ? AND v.type_no = ? AND v.current = 1))"
        " ON CONFLICT (mid, type_no) DO UPDATE SET n = counters.n + excluded.n, latest = excluded.latest",
        [(mid, type_no, n, mid, type_no) for (mid, type_no), n in counted.items()],
    )


def streams(
    tx: Transaction, mids: list[int] | None, type_nos: list[int] | None
) -> dict[tuple[int, int], int]:
    """Return the (marking id, type number) pairs under which something current is held, with the newest's instant."""
    return {
        (mid, type_no): latest
        for mid, type_no, n, latest in _counters(tx, mids)
        if n > 0 and type_no and (type_nos is None or type_no in type_nos)
    }


def numbers(tx: Transaction, mids: list[int] | None) -> list[tuple[int, int, int]]:
    """Return (marking id, type number, how many) of what is currently held under these markings, or under all."""
    return [(mid, type_no, n) for mid, type_no, n, _latest in _counters(tx, mids) if n > 0 and type_no]


def held(tx: Transaction, mids: list[int] | None, type_nos: list[int] | None) -> int:
    """Return how many current statements there are under these markings and of these types."""
    return sum(n for _mid, type_no, n in numbers(tx, mids) if type_nos is None or type_no in type_nos)


def _counters(tx: Transaction, mids: list[int] | None) -> list[Counted]:
    """Return the counters of these markings."""
    reader = None if mids is None else frozenset(mids)
    return unchanged(tx, ("counters", reader), lambda: _asked(tx, mids))


def unchanged(tx: Transaction, question: Hashable, ask: Callable[[], T]) -> T:
    """Return what was answered before about what is current, as long as nothing was counted since; else ask.

    For answers that nothing rests on but current statements and their markings, to a question that names its reader's.
    """
    if tx.writing:
        return ask()
    last = int(tx.row(LAST)[0])
    kept = tx.interned.counted
    state, held = kept.get(question, (-1, None))
    if state == last:
        return cast("T", held)
    held = ask()
    if len(kept) >= _KEPT:
        kept.clear()
    kept[question] = last, held
    return held


def _asked(tx: Transaction, mids: list[int] | None) -> list[Counted]:
    sql = "SELECT mid, type_no, n, latest FROM counters"
    return tx.rows(sql) if mids is None else tx.rows(sql + " WHERE mid IN INTS(?)", mids)


def mark_strict(tx: Transaction, mids: set[int]) -> None:
    """Note the markings under which text rows of their own exist."""
    if mids:
        tx.next("counted", "no")
    tx.many(
        "INSERT INTO counters (mid, type_no, n) VALUES (?, ?, 1) ON CONFLICT DO NOTHING",
        [(mid, STRICT_TEXT) for mid in mids],
    )


def used(tx: Transaction, mids: list[int] | None) -> list[int]:
    """Return which of these markings, or of all, something is, or was, indexed under."""
    return sorted({counter[0] for counter in _counters(tx, mids)})
