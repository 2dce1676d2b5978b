"""The store's tables. What each number means stands in docs/reference/store-schema.md."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata = MetaData()

Big = BigInteger().with_variant(Integer, "sqlite")  # SQLite: INTEGER PRIMARY KEY is the row's own number


def _key(name: str) -> Column[int]:
    return Column(name, Big, primary_key=True, autoincrement=False)


numbers = Table(
    "numbers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", Big, nullable=False),
)

terms = Table(
    "terms",
    metadata,
    _key("no"),
    Column("space", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Index("ix_terms", "space", "name", unique=True),
)

markings = Table(
    "markings",
    metadata,
    _key("mid"),
    Column("digest", LargeBinary, nullable=False),
    Column("atoms", Text, nullable=False),
    Index("ix_markings", "digest", unique=True),
)

objects = Table(
    "objects",
    metadata,
    _key("oid"),
    Column("key", Big, nullable=False),
    Column("id", Text, nullable=False),
    Index("ix_objects", "key"),
)

versions = Table(
    "versions",
    metadata,
    _key("vid"),
    Column("oid", Big, nullable=False),
    Column("source_no", Big, nullable=False),
    Column("type_no", Big, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("created", Big),
    Column("modified", Big),
    Column("at", Big, nullable=False),
    Column("creator", Big),
    Column("flags", SmallInteger, nullable=False),
    Column("current", SmallInteger, nullable=False),
    Column("base_mid", Big, nullable=False),
    Column("own_mid", Big, nullable=False),
    Column("effective_mid", Big, nullable=False),
    Column("full_mid", Big, nullable=False),
    Column("received", Big, nullable=False),
    Index("ix_versions_object", "oid", "source_no"),
    Index(
        "ix_versions_listing",
        "effective_mid",
        "type_no",
        "at",
        "vid",
        sqlite_where=text("current = 1"),
        postgresql_where=text("current = 1"),
    ),
    Index(
        "ix_versions_source",
        "source_no",
        "effective_mid",
        "at",
        "vid",
        sqlite_where=text("current = 1"),
        postgresql_where=text("current = 1"),
    ),
    Index(
        "ix_versions_creator",
        "creator",
        "effective_mid",
        "at",
        "vid",
        sqlite_where=text("current = 1 AND creator IS NOT NULL"),
        postgresql_where=text("current = 1 AND creator IS NOT NULL"),
    ),
)

bodies = Table(
    "bodies",
    metadata,
    Column("vid", Big, ForeignKey("versions.vid"), primary_key=True, autoincrement=False),
    Column("raw", LargeBinary, nullable=False),
)

statements = Table(
    "statements",
    metadata,
    _key("oid"),
    _key("source_no"),
    Column("vid", Big),
    Column("effective_mid", Big),
    Column("overlay_mid", Big),
    sqlite_with_rowid=False,
)

refs = Table(
    "refs",
    metadata,
    Column("vid", Big, ForeignKey("versions.vid"), primary_key=True, autoincrement=False),
    _key("n"),
    Column("target", Big, nullable=False),
    Column("path_no", Big, nullable=False),
    Column("inherent", SmallInteger, nullable=False),
    Column("strict", SmallInteger, nullable=False),
    Column("mid", Big, nullable=False),
    Index("ix_refs_target", "target", "inherent", "mid", "vid"),
    sqlite_with_rowid=False,
)

observed = Table(
    "observed",
    metadata,
    Column("vid", Big, ForeignKey("versions.vid"), primary_key=True, autoincrement=False),
    _key("n"),
    Column("key", Big, nullable=False),
    Column("mid", Big, nullable=False),
    Column("kind_no", Big, nullable=False),
    Column("value", Text, nullable=False),
    Index("ix_observed_value", "key", "mid", "vid"),
    sqlite_with_rowid=False,
)

changes = Table(
    "changes",
    metadata,
    _key("seq"),
    Column("vid", Big, nullable=False),
    Column("kind", SmallInteger, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    _key("mid"),
    _key("type_no"),
    Column("n", Big, nullable=False),
    Column("latest", Big),
    sqlite_with_rowid=False,
)

tombstones = Table(
    "tombstones",
    metadata,
    _key("tid"),
    Column("oid", Big, nullable=False),
    Column("source_no", Big),
    Column("vid", Big),
    Column("salt", LargeBinary, nullable=False),
    Column("salted_hash", LargeBinary),
    Column("reason", Text, nullable=False),
    Column("at", Big, nullable=False),
    Index("ix_tombstones_object", "oid"),
    Index("ix_tombstones_version", "vid"),
)

text_rows = Table(
    "text_rows",
    metadata,
    _key("rid"),
    Column("mid", Big, nullable=False),
)

text_dirty = Table("text_dirty", metadata, _key("vid"))

state = Table(
    "store_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

SEARCH_INDEX = "text_index"
"""The full-text index, different on each database and therefore made by SQL in its migration."""
