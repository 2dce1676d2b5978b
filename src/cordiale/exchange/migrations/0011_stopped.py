"""Remember which objects are being marked anew, so that nothing of them goes meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0011"
down_revision = "exchange_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_stopped",
        sa.Column("chunk", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("bits", sa.LargeBinary, nullable=False),
    )
