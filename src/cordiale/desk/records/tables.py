"""The desk's own tables."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

audit_table = sa.Table(
    "desk_audit",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("digest", sa.LargeBinary),
)


jobs_table = sa.Table(
    "desk_job",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("started", sa.BigInteger, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("position", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("process", sa.Text, nullable=False),
    sa.Column("stop", sa.Boolean, nullable=False),
)


remarking_table = sa.Table(
    "desk_remarking",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("atoms", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    # object numbers, four bytes each; the first `done` of them are marked
    sa.Column("objects", sa.LargeBinary, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
)


set_aside_table = sa.Table(
    "desk_set_aside",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Column("object_id", sa.Text),
    sa.Column("problems", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("marking", sa.Text, nullable=False),
)


tokens_table = sa.Table(
    "desk_token",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("partner", sa.Text, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
)


profiles_table = sa.Table(
    "desk_profile",
    metadata,
    sa.Column("oid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
)
