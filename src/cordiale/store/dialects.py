"""Write one SQL text for both databases.

Statements use `?` for parameters, `IN INTS(?)` and `IN TEXTS(?)` for a list given as one parameter, and
`STREAMS(?)` for a table (i, a, b) of integer pairs given as one parameter.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

import orjson

Dialect = Literal["sqlite", "postgresql"]

_PLACES = re.compile(r"IN (?:INTS|TEXTS)\(\?\)|STREAMS\(\?\)|\?")
_SQLITE_LIST = "IN (SELECT value FROM json_each(?))"
_SQLITE_STREAMS = (
    "(SELECT key AS i, json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(?))"
)
_POSTGRESQL = (
    ("%", "%%"),
    ("IN INTS(?)", "= ANY(?::bigint[])"),
    ("IN TEXTS(?)", "= ANY(?::text[])"),
    (
        "STREAMS(?)",
        "(SELECT o - 1 AS i, (value->>0)::bigint AS a, (value->>1)::bigint AS b FROM jsonb_array_elements(?::jsonb) WITH ORDINALITY AS e(value, o))",
    ),
    ("?", "%s"),
)

_SIZES = (0, 1, 2, 4, 4, 8, 8, 8, 8)
"""Places written for a list of so many members; one that is shorter repeats its last member."""


def ready(sql: str, params: tuple[Any, ...], dialect: Dialect) -> tuple[str, tuple[Any, ...]]:
    """Return a statement and its parameters as the database wants them.

    PostgreSQL is given arrays. SQLite is given a short list as so many parameters, since it needs ten times
    longer to open a JSON array than to compare a few values; a long list as JSON.
    """
    if list not in map(type, params):
        return written(sql, dialect), params
    if dialect == "postgresql":
        return written(sql, dialect), tuple([_array(p) if type(p) is list else p for p in params])
    sizes: list[int] = []
    given: list[Any] = []
    for param in params:
        if type(param) is not list:
            sizes.append(0)
            given.append(param)
        elif not 0 < (count := len(param)) < len(_SIZES) or type(param[0]) is tuple:
            # empty, long, or of pairs
            sizes.append(0)
            given.append(orjson.dumps(param).decode())
        else:
            size = _SIZES[count]
            sizes.append(size)
            given += param
            if size > count:
                given += param[-1:] * (size - count)
    return _sized(sql, tuple(sizes)), tuple(given)


@lru_cache(maxsize=1024)
def written(sql: str, dialect: Dialect) -> str:
    """Return a statement as the database wants it, with lists as JSON on SQLite."""
    if dialect == "sqlite":
        return _sized(sql, (0,) * len(_PLACES.findall(sql)))
    for ours, theirs in _POSTGRESQL:
        sql = sql.replace(ours, theirs)
    return sql


@lru_cache(maxsize=1024)
def _sized(sql: str, sizes: tuple[int, ...]) -> str:
    left = iter(sizes)

    def place(found: re.Match[str]) -> str:
        size = next(left)
        if found[0] == "?":
            return "?"
        if found[0] == "STREAMS(?)":
            return _SQLITE_STREAMS
        return f"IN ({', '.join('?' * size)})" if size else _SQLITE_LIST

    return _PLACES.sub(place, sql)


def _array(value: list[Any]) -> Any:
    """Write integers and pairs as PostgreSQL reads them, which takes a fraction of what the driver's own way takes."""
    kind = type(value[0]) if value else None
    if kind is int:
        return f"{{{','.join(map(str, value))}}}"
    return orjson.dumps(value).decode() if kind is tuple else value
