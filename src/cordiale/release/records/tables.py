"""The tables of the rules applied, the acts of officers, the exceptions, and the log of decisions."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

rules_table = sa.Table(
    "release_rules",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("partnership", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

act_table = sa.Table(
    "release_act",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("to", sa.Text, nullable=False),
    sa.Column("officer", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("query", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("second", sa.Text),
    sa.Column("second_at", sa.BigInteger),
    sa.Column("withdrawn_by", sa.Text),
    sa.Column("withdrawn_at", sa.BigInteger),
)

act_object_table = sa.Table(
    "release_act_object",
    metadata,
    sa.Column("object_id", sa.Text, primary_key=True),
    sa.Column("act", sa.Text, sa.ForeignKey("release_act.id"), primary_key=True),
)

exception_table = sa.Table(
    "release_exception",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("object_id", sa.Text, nullable=False, index=True),
    sa.Column("to", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("second", sa.Text),
    sa.Column("lifted_by", sa.Text),
    sa.Column("lifted_at", sa.BigInteger),
)

decision_table = sa.Table(
    "release_decision",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("marking", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("rules_version", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)
