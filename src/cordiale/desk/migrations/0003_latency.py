"""Make the table of durations by link."""

import sqlalchemy as sa
from alembic import op

revision = "desk_0003"
down_revision = "desk_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_latency",
        sa.Column("partner", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("bucket", sa.Integer, nullable=False),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("total_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", "stage", "day", "bucket"),
    )
