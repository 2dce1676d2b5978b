"""Rows to record batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from msgspec.structs import astuple

from cordiale.domains.information.posts import POSTS
from cordiale.domains.information.readers.posts.row import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = Row.__struct_fields__


class Batch:
    """Rows that become columns once there are enough of them."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._lines: list[int] = []

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, row: Row, line: int) -> None:
        """Add one row with the line it stands in."""
        self._rows.append(row)
        self._lines.append(line)

    def take(self) -> pa.RecordBatch:
        """Return the rows as a batch of POSTS and begin anew."""
        columns: dict[str, Any] = dict(zip(_FIELDS, zip(*map(astuple, self._rows), strict=True), strict=True))
        columns["at"] = [None if at is None else _microseconds(at) for at in columns["at"]]
        columns["line"] = self._lines
        arrays = []
        for field in POSTS:
            held = columns[field.name]
            if field.name == "at":
                arrays.append(pa.array(held, pa.int64()).cast(field.type))
            elif pa.types.is_string(field.type) or pa.types.is_list(field.type):
                arrays.append(pa.array(_whole(held), field.type))
            else:
                arrays.append(pa.array(held, field.type))
        self._rows, self._lines = [], []
        return pa.RecordBatch.from_arrays(arrays, schema=POSTS)


def _microseconds(when: datetime) -> int:
    since = when - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _whole(held: Sequence[Any]) -> Sequence[Any]:
    """Return texts, or lists of texts, without halves of characters (JSON may write them), which no table takes."""
    try:
        "".join(value if isinstance(value, str) else "".join(value) for value in held if value).encode(
            "utf-8"
        )
    except UnicodeEncodeError:
        return [
            [_mended(one) for one in value] if isinstance(value, list) else _mended(value) for value in held
        ]
    return held


def _mended(value: str | None) -> str | None:
    return value.encode("utf-8", "replace").decode() if value else value
