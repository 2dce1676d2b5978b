"""Remember under which source's profile an object was taken in: retention asks."""

import sqlalchemy as sa
from alembic import op

revision = "desk_0005"
down_revision = "desk_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_profile",
        sa.Column("oid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
    )
