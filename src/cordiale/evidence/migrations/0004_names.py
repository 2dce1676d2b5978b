"""Let two datasets have one name: that a name is taken would tell of a dataset that is not for everybody."""

import sqlalchemy as sa
from alembic import op

revision = "evidence_0004"
down_revision = "evidence_0003"
branch_labels = None
depends_on = None

# the constraint was made without a name: PostgreSQL gave it one, SQLite's is given here while the table is copied
_NAMES = {"uq": "%(table_name)s_%(column_0_name)s_key"}


def upgrade() -> None:
    with op.batch_alter_table("evidence_dataset", naming_convention=_NAMES) as table:
        table.drop_constraint("evidence_dataset_name_key", type_="unique")


def downgrade() -> None:
    names = sa.table("evidence_dataset", sa.column("id"), sa.column("name"))
    seen: set[str] = set()
    for row in op.get_bind().execute(sa.select(names).order_by(names.c.id)).all():
        if row.name in seen:
            op.get_bind().execute(
                names.update().where(names.c.id == row.id).values(name=f"{row.name} {row.id}")
            )
        seen.add(row.name)
    with op.batch_alter_table("evidence_dataset", naming_convention=_NAMES) as table:
        table.create_unique_constraint("evidence_dataset_name_key", ["name"])
