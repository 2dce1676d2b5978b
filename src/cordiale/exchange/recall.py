"""Ask a partner to take a release back, do so when asked, and prove which of the two happened."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cordiale.exchange.home import Home, Partnership
from cordiale.store.connection import Store, Transaction


class Recall(msgspec.Struct, frozen=True):
    """Describe one recall to one partner; `state` is draft, asked, acknowledged or cannot."""

    id: str
    partner: str
    action: str
    reason: str
    by: str
    at: int
    vids: tuple[int, ...]
    ids: tuple[str, ...]
    state: str
    answered_at: int | None = None
    outcome: str | None = None


def draft(
    tx: Transaction,
    home: Home,
    partnership: Partnership,
    *,
    vids: Sequence[int] | None = None,
    ids: Sequence[str] | None = None,
    reason: str,
    action: str = "purge",
    by: str = "",
    now: int,
) -> Recall | None:
    """Draft a recall of what the partner holds of these versions or ids; None when nothing is."""
    raise NotImplementedError


def confirm(
    tx: Transaction, home: Home, partnership: Partnership, recall_id: str, by: str, now: int
) -> Recall:
    """Sign and send a drafted recall; stops serving the bodies in this transaction."""
    raise NotImplementedError


def recalls(
    tx: Transaction, *, partner: str | None = None, state: str | None = None
) -> tuple[Recall, ...]:
    """List recalls, newest first."""
    raise NotImplementedError


def carry_out(store: Store, home: Home, partner: str, message: bytes, now: int) -> bytes:
    """Do what a partner's signed recall asks and return our signed receipt.

    Raises IntegrityError when the message is not that partner's.
    """
    raise NotImplementedError
