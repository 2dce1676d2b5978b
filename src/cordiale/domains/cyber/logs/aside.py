"""What of a log could not be read: where it stands, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from cordiale.platform.languages import fill

MOST: Final = 1_000
"""Reasons listed of one file; beyond that they are only counted."""


class Aside(msgspec.Struct, frozen=True):
    """One row that could not be read: `line` in the file from 1, a code and why."""

    line: int
    code: str
    message_id: str
    params: Mapping[str, str] = {}

    def __str__(self) -> str:
        return fill(self.message_id, self.params)
