"""Make the tables of reconciliation: what was compared, what differed, and what a partner explained."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0005"
down_revision = "exchange_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_reconciliation",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("objects", sa.Integer, nullable=False),
        sa.Column("differences", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("pair", "kind"),
    )
    op.create_table(
        "exchange_difference",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("object_id", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("repair", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("exchange_difference_pair", "exchange_difference", ["pair", "number"])
    op.create_table(
        "exchange_explained",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pair", "generation", "sequence"),
    )
