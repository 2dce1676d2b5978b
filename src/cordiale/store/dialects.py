"""Write one SQL text for both databases.

Statements use `?` for parameters, `IN INTS(?)` and `IN TEXTS(?)` for a list given as one parameter, and
`STREAMS(?)` for a table (i, a, b) of integer pairs given as one parameter.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
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
    sizes = tuple([_size(p) if type(p) is list else 0 for p in params])
    places = [_spread(p, size) for p, size in zip(params, sizes, strict=True)]
    return _sized(sql, sizes), tuple(chain.from_iterable(places))


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


def _size(value: list[Any]) -> int:
    """Return how many places a list is given, 0 where it goes as JSON: empty, long, or of pairs."""
    if len(value) >= len(_SIZES) or (value and type(value[0]) is tuple):
        return 0
    return _SIZES[len(value)]


def _spread(value: Any, size: int) -> tuple[Any, ...]:
    if type(value) is not list:
        return (value,)
    if not size:
        return (orjson.dumps(value).decode(),)
    return (*value, *value[-1:] * (size - len(value)))


def _array(value: list[Any]) -> Any:
    return orjson.dumps(value).decode() if value and type(value[0]) is tuple else value
