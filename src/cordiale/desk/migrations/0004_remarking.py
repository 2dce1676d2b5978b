"""Keep what is being marked anew until the last version is written."""

import sqlalchemy as sa
from alembic import op

revision = "desk_0004"
down_revision = "desk_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_remarking",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("atoms", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("objects", sa.LargeBinary, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
    )
