"""Forms made for partners are current in their own way: neither listed nor counted beside their objects."""

from __future__ import annotations

from alembic import op

revision = "store_0002"
down_revision = "store_0001"
branch_labels = None
depends_on = None

_DERIVED = 2  # bits 1 and 2 of the flags


def upgrade() -> None:
    """Take tear-lines out of lists, counters and the text index."""
    of = f"current = 1 AND flags / 2 = {_DERIVED}"
    op.execute(
        "UPDATE counters SET n = n - (SELECT COUNT(*) FROM versions v"
        f" WHERE v.effective_mid = counters.mid AND v.type_no = counters.type_no AND {of}) WHERE type_no <> 0"
    )
    op.execute(f"INSERT INTO text_dirty (vid) SELECT vid FROM versions WHERE {of} ON CONFLICT DO NOTHING")
    op.execute(f"UPDATE versions SET current = 2 WHERE {of}")
