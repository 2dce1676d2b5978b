"""Write a SQLAlchemy Core statement once for each database, and run it on the driver's cursor from then on.

Building, hashing and looking up an expression costs some thirty times what SQLite needs to answer it. A room
declares its statements when it is imported, with a `bindparam` for each value, and runs them with
`tx.rows(STATEMENT, name=value)`. Rows come as the driver gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    update,
)
from sqlalchemy.engine.interfaces import Dialect as Speech
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import NullType

from cordiale.store.dialects import Dialect

#: Types whose values both drivers take and give unchanged; any other would need SQLAlchemy's conversion.
_PLAIN = (Integer, BigInteger, String, LargeBinary)


class Prepared:
    """One statement with named parameters, written for a database when it is first run there."""

    __slots__ = ("_statement", "_written")

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._written: dict[Dialect, Written] = {}

    def on(self, dialect: Dialect) -> Written:
        """Return the statement as this database wants it."""
        found = self._written.get(dialect)
        if found is None:
            found = self._written[dialect] = Written(self._statement, dialect)
        return found


class Written:
    """The text of a statement, and how values by name become its parameters by position."""

    __slots__ = ("_constants", "_names", "_pick", "sql")

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=_speech(dialect))  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        _check_plain(compiled)
        positions = compiled.positiontup or []
        binds = compiled.binds
        self.sql = compiled.string
        self._names = frozenset(name for name in positions if binds[name].required)
        self._constants = {name: binds[name].value for name in positions if not binds[name].required}
        self._pick: Callable[[Mapping[str, Any]], Any] = itemgetter(*positions) if positions else tuple
        if len(positions) == 1:
            (only,) = positions
            self._pick = lambda given: (given[only],)

    def bound(self, given: dict[str, Any]) -> tuple[Any, ...]:
        """Return the parameters in order; raises TypeError for one that is missing or not of this statement."""
        if given.keys() != self._names:
            raise TypeError(f"{sorted(self._names)} are the parameters, not {sorted(given)}: {self.sql}")
        found: tuple[Any, ...] = self._pick({**given, **self._constants} if self._constants else given)
        return found


@lru_cache(maxsize=256)
def inserting(table: Table, *names: str) -> Prepared:
    """Return the statement that adds a row with these columns, or with all."""
    columns = names or tuple(column.name for column in table.c)
    return Prepared(insert(table).values({name: bindparam(name) for name in columns}).inline())


@lru_cache(maxsize=256)
def changing(table: Table, keys: tuple[str, ...], names: tuple[str, ...]) -> Prepared:
    """Return the statement that sets columns of the rows with these keys; keys are given as `key_…`."""
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return Prepared(update(table).where(_keyed(table, keys)).values(values))


@lru_cache(maxsize=256)
def removing(table: Table, *keys: str) -> Prepared:
    """Return the statement that removes the rows with these keys; keys are given as `key_…`."""
    return Prepared(delete(table).where(_keyed(table, keys)))


def _keyed(table: Table, keys: tuple[str, ...]) -> Any:
    return and_(*(table.c[name] == bindparam(f"key_{name}", type_=table.c[name].type) for name in keys))


def _check_plain(compiled: SQLCompiler) -> None:
    # a parameter beside no column (LIMIT ?) has no type, and so nothing that would convert it
    types = [bind.type for bind in compiled.binds.values() if not isinstance(bind.type, NullType)]
    types += [column.type for column in compiled._result_columns]
    for kind in types:
        if not isinstance(kind, _PLAIN):
            raise TypeError(f"{kind!r} needs converting, so this cannot be prepared: {compiled.string}")


@lru_cache(maxsize=2)
def _speech(dialect: Dialect) -> Speech:
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import pysqlite

        return pysqlite.dialect()
    from sqlalchemy.dialects.postgresql import psycopg

    return psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
