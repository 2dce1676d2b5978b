"""The table of durations by link, stage, day and bucket, and what they are measured from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from cordiale.desk.records import metadata
from cordiale.store.connection import Transaction

latency = sa.Table(
    "desk_latency",
    metadata,
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("bucket", sa.Integer, nullable=False),
    sa.Column("n", sa.BigInteger, nullable=False),
    sa.Column("total_us", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("partner", "stage", "day", "bucket"),
)

_ADD = """
    INSERT INTO desk_latency (partner, stage, day, bucket, n, total_us) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (partner, stage, day, bucket)
    DO UPDATE SET n = desk_latency.n + excluded.n, total_us = desk_latency.total_us + excluded.total_us
"""


def add(tx: Transaction, rows: Sequence[tuple[str, str, int, int, int, int]]) -> None:
    """Add counts: partner, stage, day, bucket, count and sum of microseconds."""
    tx.many(_ADD, rows)


def since(tx: Transaction, day: int) -> list[tuple[str, str, int, int, int]]:
    """Return partner, stage, bucket, count and sum of microseconds from a day on."""
    return tx.rows(
        "SELECT partner, stage, bucket, SUM(n), SUM(total_us) FROM desk_latency WHERE day >= ?"
        " GROUP BY partner, stage, bucket",
        day,
    )


def fold(tx: Transaction, day: int) -> None:
    """Add what is older than a day to day 0: totals stay, single days go."""
    old = tx.rows(
        "SELECT partner, stage, bucket, SUM(n), SUM(total_us) FROM desk_latency WHERE day > 0 AND day < ?"
        " GROUP BY partner, stage, bucket",
        day,
    )
    if old:
        tx.run("DELETE FROM desk_latency WHERE day > 0 AND day < ?", day)
        add(tx, [(partner, stage, 0, bucket, n, total) for partner, stage, bucket, n, total in old])


def stored_at(tx: Transaction, vids: Iterable[int]) -> Mapping[int, int]:
    """Return when versions were stored, in microseconds."""
    return dict(tx.rows("SELECT vid, received FROM versions WHERE vid IN INTS(?)", list(vids)))


def last_act(tx: Transaction, until: int) -> int:
    """Return when an officer or a change of rules last released anything up to an instant, 0 when none did."""
    (at,) = tx.row(
        "SELECT max(at) FROM (SELECT max(at) AS at FROM release_act WHERE at <= ? UNION ALL"
        " SELECT max(second_at) FROM release_act WHERE second_at <= ? UNION ALL"
        " SELECT max(at) FROM release_rules WHERE at <= ?) AS acts",
        until,
        until,
        until,
    )
    return int(at or 0)
