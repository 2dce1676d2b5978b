"""What people see of recalls: those we sent, and those that partners sent us."""

from __future__ import annotations

import msgspec

from cordiale.desk.answers.answer import Answer


class Recalled(Answer, frozen=True, kw_only=True):
    """One recall to one partner.

    `state` is draft, asked, acknowledged, in-use, refused or unreachable (no answer by `due`). It went in `parts`
    messages, of which `answered` have a receipt. `onward` says how far those are to whom the partner gave it.
    """

    recall: str
    partner: str
    objects: int
    state: str
    action: str
    reason: str
    by: str
    at: int
    ids: tuple[str, ...] = ()
    versions: int = 0
    types: dict[str, int] = msgspec.field(default_factory=dict)
    scope: str = "version"
    marking: tuple[str, ...] = ()
    due: int | None = None
    parts: int = 1
    answered: int = 0
    answered_at: int | None = None
    outcome: str | None = None
    until: int | None = None
    note: str = ""
    onward: str = ""
    products: tuple[str, ...] = ()


class RecallReceived(Answer, frozen=True, kw_only=True):
    """One recall that a partner sent, and our answer: done, in-use (until an instant) or cannot."""

    recall: str
    partner: str
    action: str
    scope: str
    marking: tuple[str, ...]
    reason: str
    by: str
    at: int
    due: int | None
    outcome: str
    versions: int
    until: int | None
    note: str
    onward: str
    products: tuple[str, ...]
    answered_at: int
    answered_by: str | None
    delivered: bool
