"""Remember which segments the numbers in a recall are of, at who asks and at who is asked."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0012"
down_revision = "exchange_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("exchange_recall", "exchange_recalled"):
        op.add_column(table, sa.Column("basis", sa.LargeBinary))
