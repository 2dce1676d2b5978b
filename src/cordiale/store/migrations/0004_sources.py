"""A list narrowed to a source with few objects does not walk past everybody else's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "store_0004"
down_revision = "store_0003"
branch_labels = None
depends_on = None

_CURRENT = sa.text("current = 1")


def upgrade() -> None:
    """Index current statements by who states them."""
    op.create_index(
        "ix_versions_source",
        "versions",
        ["source_no", "effective_mid", "at", "vid"],
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )
