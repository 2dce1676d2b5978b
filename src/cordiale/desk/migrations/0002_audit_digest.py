"""Audit rows get a salted digest of their own, so that the chain can be checked without what the rows say."""

import sqlalchemy as sa
from alembic import op

revision = "desk_0002"
down_revision = "desk_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_audit", sa.Column("salt", sa.LargeBinary))
    op.add_column("desk_audit", sa.Column("digest", sa.LargeBinary))
