"""Make the table of what plain clients went past while it was stopped."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0006"
down_revision = "exchange_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_passed",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("vid", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pair", "vid"),
    )
