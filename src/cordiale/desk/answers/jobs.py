"""Jobs, and how far they are."""

from __future__ import annotations

from typing import Any

import msgspec

from cordiale.desk.answers.answer import Answer


class JobView(Answer, frozen=True, kw_only=True):
    """A persisted job: what it does, how far it is, how it ended."""

    id: str
    kind: str
    state: str
    by: str
    started: int
    updated: int
    done: int
    total: int | None
    note: str = ""
    params: dict[str, Any] = msgspec.field(default_factory=dict)
    result: dict[str, Any] | None = None
