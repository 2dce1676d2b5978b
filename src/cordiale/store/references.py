"""Follow references both ways."""

from __future__ import annotations

from cordiale.store.connection import Transaction
from cordiale.store.types import Link, Page, Visible


def targets(tx: Transaction, vid: int, visible: Visible = None) -> list[Link]:
    """Return what a version refers to, in the order of its properties."""
    raise NotImplementedError


def referrers(
    tx: Transaction,
    stix_id: str,
    visible: Visible,
    *,
    after: int | None = None,
    limit: int = 1000,
) -> Page:
    """Return current statements that refer to an id, newest vid first; continue after a vid."""
    raise NotImplementedError
