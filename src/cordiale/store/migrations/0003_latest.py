"""Each counter says how new the newest of what it counts is, so that a page need not ask every marking for its newest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "store_0003"
down_revision = "store_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and fill it from the index of listings."""
    op.add_column(
        "counters", sa.Column("latest", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=True)
    )
    op.execute(
        "UPDATE counters SET latest = (SELECT MAX(v.at) FROM versions v WHERE v.effective_mid = counters.mid"
        " AND v.type_no = counters.type_no AND v.current = 1) WHERE type_no <> 0"
    )
