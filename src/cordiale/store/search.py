"""Find objects by words and by observable value, without telling of what the reader may not see."""

from __future__ import annotations

from cordiale.store.connection import Transaction
from cordiale.store.types import Key, Page, Row, Visible


def search(
    tx: Transaction,
    words: str,
    visible: Visible,
    *,
    lang: str | None = None,
    type: str | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page:
    """Return current statements that hold every word, last stored first."""
    raise NotImplementedError


def counts(tx: Transaction, visible: Visible) -> dict[str, int]:
    """Return how many current statements the reader sees, by type, from per-marking counters."""
    raise NotImplementedError


def by_value(
    tx: Transaction, kind: str, value: str, visible: Visible, *, limit: int = 1000
) -> list[Row]:
    """Return current statements that carry an observable value, last stored first."""
    raise NotImplementedError


def index_text(tx: Transaction, limit: int) -> int:
    """Bring up to `limit` versions into the text index and return how many were done."""
    raise NotImplementedError
