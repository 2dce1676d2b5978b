"""Who did what."""

from __future__ import annotations

from typing import Any

import msgspec

from cordiale.sdk.wire import Moment, Told


class Act(Told, frozen=True, kw_only=True):
    """One row of the audit: who did what, when, with what."""

    number: int
    at: Moment
    actor: str
    verb: str
    details: dict[str, Any] = msgspec.field(default_factory=dict)


class ActPage(Told, frozen=True, kw_only=True):
    """A page of the audit, newest first; `next` is handed back as `after` to read on."""

    items: tuple[Act, ...]
    next: str | None = None
