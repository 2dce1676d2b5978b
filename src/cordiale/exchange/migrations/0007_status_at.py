"""Find old answers to posts without walking past all of them at each post."""

from alembic import op

revision = "exchange_0007"
down_revision = "exchange_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("exchange_status_at", "exchange_status", ["at"])
