"""Write one SQL text for both databases.

Statements use `?` for parameters, `IN INTS(?)` and `IN TEXTS(?)` for a list given as one parameter, and
`STREAMS(?)` for a table (i, a, b) of integer pairs given as one parameter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import orjson

Dialect = Literal["sqlite", "postgresql"]

_SQLITE = (
    ("IN INTS(?)", "IN (SELECT value FROM json_each(?))"),
    ("IN TEXTS(?)", "IN (SELECT value FROM json_each(?))"),
    (
        "STREAMS(?)",
        "(SELECT key AS i, json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b FROM json_each(?))",
    ),
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


@lru_cache(maxsize=1024)
def written(sql: str, dialect: Dialect) -> str:
    """Return a statement as the database wants it."""
    for ours, theirs in _SQLITE if dialect == "sqlite" else _POSTGRESQL:
        sql = sql.replace(ours, theirs)
    return sql


def bound(params: tuple[Any, ...], dialect: Dialect) -> tuple[Any, ...]:
    """Return parameters as the database wants them: lists become JSON, or stay arrays on PostgreSQL."""
    for value in params:
        if type(value) is list:
            break
    else:
        return params
    return tuple(_list(value, dialect) if type(value) is list else value for value in params)


def _list(value: list[Any], dialect: Dialect) -> Any:
    if dialect == "postgresql" and not (value and type(value[0]) is tuple):
        return value
    return orjson.dumps(value).decode()
