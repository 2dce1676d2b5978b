"""The table of what was answered to requests that may be repeated."""

from __future__ import annotations

import sqlalchemy as sa

from cordiale.desk.records import metadata
from cordiale.store.connection import Transaction

answers = sa.Table(
    "desk_answer",
    metadata,
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("process", sa.Text, nullable=False),
    # null while the request is under way
    sa.Column("answer", sa.LargeBinary),
    sa.PrimaryKeyConstraint("actor", "key"),
)
sa.Index("desk_answer_at", answers.c.at)


def drop_before(tx: Transaction, at: int) -> int:
    """Drop what began before an instant; return how many that were."""
    return tx.run("DELETE FROM desk_answer WHERE at < ?", at)


def get(tx: Transaction, actor: str, key: str) -> tuple[bytes, str, bytes | None] | None:
    """Return the digest of the request, the process that does it, and the answer if there is one."""
    row = tx.row("SELECT digest, process, answer FROM desk_answer WHERE actor = ? AND key = ?", actor, key)
    return None if row is None else (bytes(row[0]), row[1], None if row[2] is None else bytes(row[2]))


def put(tx: Transaction, actor: str, key: str, digest: bytes, at: int, process: str) -> None:
    """Write down that a request is under way."""
    tx.run(
        "INSERT INTO desk_answer (actor, key, digest, at, process) VALUES (?, ?, ?, ?, ?)",
        actor,
        key,
        digest,
        at,
        process,
    )


def answered(tx: Transaction, actor: str, key: str, answer: bytes) -> None:
    """Keep what a request was answered."""
    tx.run("UPDATE desk_answer SET answer = ? WHERE actor = ? AND key = ?", answer, actor, key)


def drop(tx: Transaction, actor: str, key: str) -> None:
    """Forget a request."""
    tx.run("DELETE FROM desk_answer WHERE actor = ? AND key = ?", actor, key)
