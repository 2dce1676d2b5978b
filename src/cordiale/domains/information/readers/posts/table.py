"""Rows to record batches."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from cordiale.domains.information.posts import POSTS
from cordiale.domains.information.readers.posts.row import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = tuple(name for name in POSTS.names if name not in ("at", "line"))


class Batch:
    """Columns that grow row by row."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in POSTS.names}

    def __len__(self) -> int:
        return len(self._columns["line"])

    def add(self, row: Row, line: int) -> None:
        """Add one row with the line it stands in."""
        columns = self._columns
        for name in _FIELDS:
            columns[name].append(getattr(row, name))
        columns["at"].append(None if row.at is None else _microseconds(row.at))
        columns["line"].append(line)

    def take(self) -> pa.RecordBatch:
        """Return the rows as a batch of POSTS and begin anew."""
        arrays = []
        for field in POSTS:
            held = self._columns[field.name]
            if field.name == "at":
                arrays.append(pa.array(held, pa.int64()).cast(field.type))
            else:
                arrays.append(pa.array(_whole(held) if pa.types.is_string(field.type) else held, field.type))
        self._columns = {name: [] for name in POSTS.names}
        return pa.RecordBatch.from_arrays(arrays, schema=POSTS)


def _microseconds(when: datetime) -> int:
    since = when - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _whole(held: list[Any]) -> list[Any]:
    """Return texts without halves of characters (JSON may write them), which no table takes."""
    try:
        "".join(value for value in held if value).encode("utf-8")
    except UnicodeEncodeError:
        return [value.encode("utf-8", "replace").decode() if value else value for value in held]
    return held
