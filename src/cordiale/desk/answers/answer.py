"""What every answer is, and the reason that many give."""

from __future__ import annotations

from typing import Any

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every answer; `msgspec.to_builtins` gives the `--json` form."""


class Reason(Answer, frozen=True, kw_only=True):
    """Why something was decided: a code, its English message id and the values in it."""

    code: str
    message_id: str
    params: dict[str, Any] = {}
    atom: str | None = None
    rule: str | None = None
