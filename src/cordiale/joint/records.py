"""The one table of joint work: who of this node looks after what. It never leaves the node."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from cordiale.store.connection import Transaction

metadata = sa.MetaData()

assignments = sa.Table(
    "joint_assignment",
    metadata,
    sa.Column("object_id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)


class Assignment(msgspec.Struct, frozen=True):
    """Who looks after a request, who said so, and when (microseconds)."""

    object_id: str
    person: str
    by: str
    at: int


def assign(tx: Transaction, given: Assignment) -> None:
    """Keep who looks after something; nobody any more when the name is empty."""
    tx.connection.execute(assignments.delete().where(assignments.c.object_id == given.object_id))
    if given.person:
        tx.connection.execute(assignments.insert().values(**msgspec.structs.asdict(given)))


def assigned(tx: Transaction, object_id: str) -> str:
    """Return who looks after something, empty for nobody."""
    asked = sa.select(assignments.c.person).where(assignments.c.object_id == object_id)
    row = tx.connection.execute(asked).first()
    return str(row[0]) if row else ""
