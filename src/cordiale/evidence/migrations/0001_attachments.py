"""Files attached to objects."""

import sqlalchemy as sa
from alembic import op

revision = "evidence_0001"
down_revision = None
branch_labels = ("evidence",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_attachment",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("object_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("marking", sa.Text, nullable=False),
        sa.Column("origin", sa.String(8), nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("added", sa.BigInteger, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.UniqueConstraint("object_id", "source", "sha256", name="evidence_attachment_once"),
    )
    op.create_index("evidence_attachment_file", "evidence_attachment", ["sha256"])


def downgrade() -> None:
    op.drop_table("evidence_attachment")
