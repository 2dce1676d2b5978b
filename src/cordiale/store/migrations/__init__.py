"""Bring a database to the newest schema: one alembic branch per room.

A room keeps `migrations/NNNN_name.py` with `revision = "<room>_NNNN"`, `down_revision` the one
before (None for 0001), `branch_labels = ("<room>",)` on 0001 only, and `depends_on` for tables of
lower rooms. Its tables stand in `<room>/records.py` on a `MetaData` named `metadata`.
"""

from __future__ import annotations

from collections.abc import Sequence

from cordiale.store.connection import Store


def migrate(store: Store, rooms: Sequence[str] = ("store",)) -> None:
    """Create or upgrade the tables of the named rooms; does not import alembic when at head."""
    raise NotImplementedError
