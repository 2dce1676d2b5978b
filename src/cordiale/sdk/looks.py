"""How values look in a notebook: as tables, with everything that came from outside shown as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

import msgspec

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "Summary": ("type", "name", "marking", "modified", "source", "id"),
    "Recalled": ("partner", "objects", "state", "action", "reason", "by", "at", "recall"),
    "Partner": ("name", "title", "nation", "state", "link", "last_contact"),
    "Act": ("at", "actor", "verb", "details"),
    "Job": ("kind", "state", "done", "total", "by", "started", "id"),
    "SetAside": ("number", "file", "object_id", "path", "message"),
}
"""What a table shows of a value, by its type; else every field."""

LONGEST: Final = 200


def table(rows: Sequence[Any]) -> str:
    """Return rows of one type as an HTML table."""
    if not rows:
        return "<p>–</p>"
    columns = COLUMNS.get(type(rows[0]).__name__, rows[0].__struct_fields__)
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(getattr(row, name))}</td>" for name in columns) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def card(value: Any) -> str:
    """Return one value as an HTML table of its fields; a page of values as a table of them."""
    for name in ("items", "partners"):
        inner = getattr(value, name, None)
        if isinstance(inner, tuple) and inner and len(value.__struct_fields__) <= 2:
            return table(inner)
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{_cell(getattr(value, name))}</td></tr>"
        for name in value.__struct_fields__
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None or value == ():
        return "–"
    if isinstance(value, datetime):
        return escape(value.strftime("%Y-%m-%d %H:%M:%S UTC"))
    if isinstance(value, tuple) and all(isinstance(one, str) for one in value):
        return escape(" ".join(value)[:LONGEST])
    if isinstance(value, (str, int, float)):
        return escape(str(value)[:LONGEST])
    return f"<code>{escape(msgspec.json.encode(value).decode()[:LONGEST])}</code>"
