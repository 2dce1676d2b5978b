"""Make the table of bundles carried on media."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0008"
down_revision = "exchange_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_carried",
        sa.Column("entry", sa.Integer, primary_key=True),
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_index("exchange_carried_pair", "exchange_carried", ["pair", "side", "number"])
