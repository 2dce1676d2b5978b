"""Recall whole objects, in parts, under a marking, onward; and remember in packed bits what does not go again."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from cordiale.exchange import entry
from cordiale.exchange.held import Held

revision = "exchange_0009"
down_revision = "exchange_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("exchange_recall") as table:
        for name, kind in (
            ("scope", sa.Text),
            ("marking", sa.Text),
            ("whole", sa.Text),
            ("due", sa.BigInteger),
            ("forwarded_pair", sa.Integer),
            ("forwarded_id", sa.Text),
        ):
            table.add_column(sa.Column(name, kind))
    op.create_index("exchange_recall_forwarded", "exchange_recall", ["forwarded_pair"])
    op.add_column("exchange_recalled", sa.Column("answered_by", sa.Text))
    op.create_table(
        "exchange_asked_back",
        sa.Column("pair", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("chunk", sa.Integer, nullable=False),
        sa.Column("bits", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("pair", "kind", "chunk"),
    )
    _carry_over(op.get_bind())


def _carry_over(connection: Any) -> None:
    """Remember what was asked back until now, and what the tear-lines among it were made of."""
    asked: dict[int, set[int]] = {}
    for pair, vids in connection.execute(
        sa.text("SELECT pair, vids FROM exchange_recall WHERE number IS NOT NULL")
    ):
        asked.setdefault(pair, set()).update(entry.read_numbers(bytes(vids)))
    lines = dict(connection.execute(sa.text("SELECT vid, parent_vid FROM exchange_tear_line")).all())
    rows = [
        {"pair": pair, "kind": "version", "chunk": chunk, "bits": bits}
        for pair, vids in asked.items()
        for chunk, bits in _bits(vids | {lines[vid] for vid in vids if vid in lines}).items()
    ]
    if rows:
        connection.execute(
            sa.text(
                "INSERT INTO exchange_asked_back (pair, kind, chunk, bits) VALUES (:pair, :kind, :chunk, :bits)"
            ),
            rows,
        )


def _bits(vids: Iterable[int]) -> dict[int, bytes]:
    held = Held(lambda _chunk: None)
    held.add(sorted(vids))
    return held.changed()
