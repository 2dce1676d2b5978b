"""PostgreSQL walks the newest texts of a marking where a word stands in many: its index of words knows no order."""

from __future__ import annotations

from alembic import op

revision = "store_0005"
down_revision = "store_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index the rows of the text index by marking, where the index of words is not one of rows in order."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_text_index_rows ON text_rows (mid, rid)")
