"""Keep who of this node looks after a request."""

import sqlalchemy as sa
from alembic import op

revision = "joint_0001"
down_revision = None
branch_labels = ("joint",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "joint_assignment",
        sa.Column("object_id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
