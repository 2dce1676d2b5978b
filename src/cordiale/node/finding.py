"""What an examination of a node finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Grade = Literal["well", "look", "wrong"]


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: `well`, worth a `look`, or `wrong`, with a sentence that says what to do."""

    subject: str
    grade: Grade
    message_id: str
    params: Mapping[str, Any] = {}
