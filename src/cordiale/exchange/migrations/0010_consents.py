"""Make the tables of consents: asked, asked of us, and delivered with objects."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0010"
down_revision = "exchange_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_consent",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "role")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("pair", "number", "derived")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("to", "items", "reason", "by", "state")),
        sa.Column("where", sa.Text),
        sa.Column("answered_by", sa.Text),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("request", sa.LargeBinary, nullable=False),
        sa.Column("seed", sa.LargeBinary),
        sa.Column("statement", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", "role"),
    )
    op.create_table(
        "exchange_consented",
        sa.Column("vid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("statement", sa.LargeBinary, nullable=False),
        sa.Column("proof", sa.LargeBinary, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
    )
