"""The tables of feeds: what each is, and who fetched it when."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from cordiale.desk.records import metadata
from cordiale.store.connection import Transaction

feeds = sa.Table(
    "desk_feed",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("confidence", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

fetches = sa.Table(
    "desk_feed_fetch",
    metadata,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("reader", sa.Text, primary_key=True),
    sa.Column("called", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    # of the bytes this reader was given last, and since when they are the same for this reader
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("changed", sa.BigInteger, nullable=False),
    sa.Column("left", sa.Text, nullable=False),
)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One feed as it is kept; `question` is a search in JSON, `at` when it was made (microseconds)."""

    name: str
    owner: str
    by: str
    shared: bool
    format: str
    question: str
    confidence: int
    at: int


class Fetch(msgspec.Struct, frozen=True, kw_only=True):
    """The last fetch of a feed by one reader; `changed` is when what they are given became as it is."""

    feed: str
    reader: str
    called: str
    at: int
    entries: int
    digest: bytes
    changed: int
    left: str


def every(tx: Transaction) -> list[Kept]:
    """Return every feed, by name."""
    return [Kept(**row) for row in tx.connection.execute(sa.select(feeds).order_by(feeds.c.name)).mappings()]


def called(tx: Transaction, name: str) -> Kept | None:
    """Return a feed by its name."""
    row = tx.connection.execute(sa.select(feeds).where(feeds.c.name == name)).mappings().first()
    return Kept(**row) if row else None


def put(tx: Transaction, kept: Kept) -> None:
    """Keep a feed."""
    tx.connection.execute(feeds.insert().values(**msgspec.structs.asdict(kept)))


def drop(tx: Transaction, name: str) -> None:
    """Keep a feed no longer, nor who fetched it."""
    tx.connection.execute(fetches.delete().where(fetches.c.feed == name))
    tx.connection.execute(feeds.delete().where(feeds.c.name == name))


def fetched(tx: Transaction, name: str) -> list[Fetch]:
    """Return the last fetch of each reader of a feed, the latest first."""
    asked = sa.select(fetches).where(fetches.c.feed == name).order_by(fetches.c.at.desc(), fetches.c.reader)
    return [Fetch(**row) for row in tx.connection.execute(asked).mappings()]


def fetch_of(tx: Transaction, name: str, reader: str) -> Fetch | None:
    """Return the last fetch of a feed by one reader."""
    asked = sa.select(fetches).where(fetches.c.feed == name, fetches.c.reader == reader)
    row = tx.connection.execute(asked).mappings().first()
    return Fetch(**row) if row else None


def note(tx: Transaction, fetch: Fetch) -> None:
    """Note a fetch in place of the one before by the same reader."""
    where = (fetches.c.feed == fetch.feed, fetches.c.reader == fetch.reader)
    tx.connection.execute(fetches.delete().where(*where))
    tx.connection.execute(fetches.insert().values(**msgspec.structs.asdict(fetch)))
