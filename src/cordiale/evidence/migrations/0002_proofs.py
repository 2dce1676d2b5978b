"""Keep what the originator of an attachment signed of it."""

import sqlalchemy as sa
from alembic import op

revision = "evidence_0002"
down_revision = "evidence_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence_attachment", sa.Column("proof", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("evidence_attachment", "proof")
