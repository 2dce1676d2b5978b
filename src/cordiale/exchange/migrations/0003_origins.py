"""Make the tables of origin proofs; keep of what was received the salts and markings that prove it."""

import sqlalchemy as sa
from alembic import op

revision = "exchange_0003"
down_revision = "exchange_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_origin_batch",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.LargeBinary, nullable=False)
            for name in ("header", "signature", "places", "leaves", "nodes")
        ),
    )
    op.create_table(
        "exchange_origin",
        sa.Column("vid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("batch", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("mid", sa.Integer, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
    )
    op.add_column("exchange_received", sa.Column("salts", sa.LargeBinary))
    op.add_column("exchange_received", sa.Column("mids", sa.LargeBinary))
