"""Bundles that were written for a partner or taken in from it."""

from __future__ import annotations

import msgspec

from cordiale.store.connection import Transaction

OUT = "out"
IN = "in"


class CarriedRow(msgspec.Struct, frozen=True):
    """Say what one bundle held: entries `first`…`last` of a generation (0 when none), and when it was written or taken in."""

    pair: int
    side: str
    number: int
    at: int
    digest: bytes
    generation: int
    first: int
    last: int


_COLUMNS = 'pair, side, number, at, digest, generation, "first", "last"'


def add_carried(tx: Transaction, row: CarriedRow) -> None:
    """Record one bundle."""
    tx.run(
        f"INSERT INTO exchange_carried ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *msgspec.structs.astuple(row),
    )


def carried(tx: Transaction, number: int, side: str, generation: int) -> list[CarriedRow]:
    """Return the bundles of one generation, in order."""
    rows = tx.rows(
        f"SELECT {_COLUMNS} FROM exchange_carried WHERE pair = ? AND side = ? AND generation = ? ORDER BY number",
        number,
        side,
        generation,
    )
    return [CarriedRow(*row) for row in rows]


def carried_as(tx: Transaction, number: int, side: str, digest: bytes) -> CarriedRow | None:
    """Return the bundle with these very bytes, None when it was not seen."""
    row = tx.row(
        f"SELECT {_COLUMNS} FROM exchange_carried WHERE pair = ? AND side = ? AND digest = ?",
        number,
        side,
        digest,
    )
    return None if row is None else CarriedRow(*row)


def last_carried(tx: Transaction, number: int, side: str) -> int:
    """Return the highest bundle number, 0 when there is none."""
    sql = "SELECT COALESCE(MAX(number), 0) FROM exchange_carried WHERE pair = ? AND side = ?"
    return int(tx.row(sql, number, side)[0])


def save_kind(tx: Transaction, number: int, kind: str) -> None:
    """Set how a partner is reached: two-way, delayed or one-way."""
    tx.run("UPDATE exchange_partner SET kind = ? WHERE number = ?", kind, number)
