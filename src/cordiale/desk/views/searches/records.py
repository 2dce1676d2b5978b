"""The table of searches that people keep."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from cordiale.desk.records import metadata
from cordiale.store.connection import Transaction

searches = sa.Table(
    "desk_search",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("watched", sa.Boolean, nullable=False),
    # the version stored last when the owner looked; it is never shown
    sa.Column("seen", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("owner", "name"),
)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One search as it is kept."""

    id: str
    owner: str
    name: str
    address: str
    question: str
    watched: bool
    seen: int
    at: int


def of(tx: Transaction, owner: str) -> list[Kept]:
    """Return the searches of one owner, by name."""
    asked = sa.select(searches).where(searches.c.owner == owner).order_by(searches.c.name)
    return [Kept(**row) for row in tx.connection.execute(asked).mappings()]


def put(tx: Transaction, kept: Kept) -> None:
    """Keep a search."""
    tx.connection.execute(searches.insert().values(**msgspec.structs.asdict(kept)))


def change(tx: Transaction, kept: Kept) -> None:
    """Write whether a search is watched, and until where it was seen."""
    tx.connection.execute(
        searches.update().where(searches.c.id == kept.id).values(watched=kept.watched, seen=kept.seen)
    )


def drop(tx: Transaction, identifier: str) -> None:
    """Keep a search no longer."""
    tx.connection.execute(searches.delete().where(searches.c.id == identifier))
