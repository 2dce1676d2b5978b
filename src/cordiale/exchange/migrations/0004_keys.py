"""Make the tables of keys over time, their changes, and intervals in doubt."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0004"
down_revision = "exchange_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_identity",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("certificates", sa.Text, nullable=False),
        sa.Column("pins", sa.LargeBinary, nullable=False),
        sa.Column("former", sa.LargeBinary, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("certified_until", sa.BigInteger),
        sa.Column("issued", sa.BigInteger, nullable=False),
        sa.Column("protocol", sa.Integer, nullable=False),
        sa.Column("changes", sa.Integer, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
    )
    op.create_table(
        "exchange_key",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("public", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("from_at", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger),
        sa.Column("generation", sa.Integer),
        sa.Column("last_entry", sa.Integer),
        sa.Column("head", sa.LargeBinary),
        sa.Column("reference", sa.Text),
        sa.Column("statement", sa.LargeBinary),
    )
    op.create_table(
        "exchange_change",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("signed", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pair", "number"),
    )
    op.create_table(
        "exchange_doubt",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("from_at", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
