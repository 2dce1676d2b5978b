"""Make the tables of rules, acts, exceptions and decisions."""

import sqlalchemy as sa
from alembic import op

revision = "release_0001"
down_revision = None
branch_labels = ("release",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "release_rules",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("partnership", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "release_act",
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
    op.create_table(
        "release_act_object",
        sa.Column("object_id", sa.Text, primary_key=True),
        sa.Column("act", sa.Text, sa.ForeignKey("release_act.id"), primary_key=True),
    )
    op.create_table(
        "release_exception",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("object_id", sa.Text, nullable=False),
        sa.Column("to", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("second", sa.Text),
        sa.Column("lifted_by", sa.Text),
        sa.Column("lifted_at", sa.BigInteger),
    )
    op.create_index("ix_release_exception_object_id", "release_exception", ["object_id"])
    op.create_table(
        "release_decision",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("marking", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for name in (
        "release_decision",
        "release_exception",
        "release_act_object",
        "release_act",
        "release_rules",
    ):
        op.drop_table(name)
