"""One transaction: what runs in it, what it learns, and the numbers it gives."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from sqlalchemy import Connection

from cordiale.store.dialects import Dialect, ready, written
from cordiale.store.interned import Interned
from cordiale.store.lately import Kept, Lately, written_by
from cordiale.store.lease import Lease
from cordiale.store.prepared import Prepared
from cordiale.store.waiting import Texts, Waiting

_REMEMBERED = 20_000
"""Rows that a transaction which remembers keeps at most; a page reads some thousand."""

_COPY_FROM = 20  # rows from which PostgreSQL's COPY beats separate inserts


class Transaction:
    """One transaction, passed down as the first argument so that rooms commit together.

    `rows`, `row`, `run`, `many` and `insert` go straight to the driver, with SQL as described in
    `cordiale.store.dialects` or statements made by `cordiale.store.prepared`. `connection` is SQLAlchemy's, for what
    is built anew each time and asked seldom.
    """

    __slots__ = (
        "_answers",
        "_connection",
        "_kept",
        "_numbers",
        "_waiting",
        "counted",
        "dialect",
        "driver",
        "interned",
        "lately",
        "lease",
        "texts",
        "used",
        "writing",
    )

    def __init__(
        self,
        lease: Lease,
        dialect: Dialect,
        interned: Interned,
        writing: bool,
        waiting: Waiting | None = None,
        asked: Kept | None = None,
    ) -> None:
        self.lease = lease
        self.lately = Lately(asked)
        self._connection: Connection | None = None
        self.dialect: Dialect = dialect
        self.driver: Any = lease.driver
        self.interned = Interned(interned) if writing else interned
        self.writing = writing
        self.counted: dict[str, int] = {}
        self._numbers: dict[str, int] | None = None
        self.texts = Waiting()
        self._waiting = waiting
        self.used: list[int] = []
        self._answers: dict[Hashable, Any] | None = None
        self._kept = 0

    def remember(self) -> None:
        """Answer from now on what was asked before in the same words without asking again; for one that only reads."""
        self._answers = {}

    def foresee(self, questions: Sequence[str]) -> None:
        """Ask in one statement what is sure to be asked: questions of one value, where `SELECT 1 …` asks if there is any row."""
        assert self._answers is not None
        asked = ", ".join(f"({question})" for question in questions)
        values = self._execute(f"SELECT {asked}", (), {}).fetchone()
        for question, value in zip(questions, values, strict=True):
            absent = value is None and question.startswith("SELECT 1 ")
            self._answers[(None, (question, ()))] = None if absent else (value,)

    @property
    def connection(self) -> Connection:
        """Return SQLAlchemy's connection over the same transaction; made when it is first asked for."""
        if self._connection is None:
            self._connection = self.lease.connection()
        if self.writing:
            self.lately.wrote_anything()
        return self._connection

    def rows(self, statement: str | Prepared, /, *params: Any, **named: Any) -> list[Any]:
        """Run a query and return all its rows."""
        if self._answers is None:
            found: list[Any] = self._execute(statement, params, named).fetchall()
            return found
        question = _question(statement, params, named)
        known = self._answers.get(question)
        if known is None:
            known = self._execute(statement, params, named).fetchall()
            self._kept += len(known) + 1
            if self._kept < _REMEMBERED:
                self._answers[question] = known
        return list(known)  # who asks may sort it

    def row(self, statement: str | Prepared, /, *params: Any, **named: Any) -> Any:
        """Run a query and return its first row, or None."""
        if self._answers is None:
            return self._execute(statement, params, named).fetchone()
        question = (None, _question(statement, params, named))
        known = self._answers.get(question, _UNASKED)
        if known is _UNASKED:
            known = self._execute(statement, params, named).fetchone()
            self._kept += 1
            if self._kept < _REMEMBERED:
                self._answers[question] = known
        return known

    def run(self, statement: str | Prepared, /, *params: Any, **named: Any) -> int:
        """Run a statement and return how many rows it touched."""
        touched: int = self._execute(statement, params, named).rowcount
        return touched

    def many(self, statement: str | Prepared, rows: Sequence[Any]) -> None:
        """Run a statement once for each row: parameters in order for text, values by name for a prepared one."""
        if not rows:
            return
        if isinstance(statement, Prepared):
            made = statement.on(self.dialect)
            sql, rows = made.sql, [made.bound(row) for row in rows]
        else:
            sql = written(statement, self.dialect)
        if (table := written_by(sql)) is not None:
            self.lately.wrote(table)
        if self.dialect == "sqlite":
            self.driver.executemany(sql, rows)
        else:
            with self.driver.cursor() as cursor:
                cursor.executemany(sql, rows)

    def _execute(self, statement: str | Prepared, params: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if isinstance(statement, Prepared):
            made = statement.on(self.dialect)
            sql, given = made.sql, made.bound(named)
        else:
            sql, given = ready(statement, params, self.dialect)
        if self.writing and (table := written_by(sql)) is not None:
            self.lately.wrote(table)
        return self.driver.execute(sql, given)

    def insert(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows of literal values, in bulk where the database has a way."""
        if self.dialect == "postgresql" and len(rows) >= _COPY_FROM:
            self.lately.wrote(table)
            with self.driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join("?" * (columns.count(",") + 1))
        self.many(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)

    def known(self, fact: Hashable) -> Any:
        """Return what this process learnt of something stored that is never altered or removed, None if nothing."""
        return self.interned.known(fact)

    def learn(self, fact: Hashable, value: Any = True) -> None:
        """Remember, once this transaction commits, something stored that is never altered or removed."""
        self.interned.facts[fact] = value

    def waiting(self, vid: int) -> Texts | None:
        """Return the texts of a version stored by this process a moment ago, if they are still kept."""
        found = self.texts.get(vid)
        if found is None and self._waiting is not None:
            found = self._waiting.get(vid)
        return found

    def next(self, table: str, column: str) -> int:
        """Give the next number of a table, counted by this one writer and never given twice."""
        last = self.counted.get(table)
        if last is None:
            if self._numbers is None:  # a few rows, and who numbers anything numbers several tables
                self._numbers = dict(self.rows("SELECT name, last FROM numbers"))
            last = self._numbers.get(table, 0)
        self.counted[table] = last + 1
        return last + 1

    def settle_numbers(self) -> None:
        """Write down the last numbers given, before the commit."""
        self.many(
            "INSERT INTO numbers (name, last) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = excluded.last",
            list(self.counted.items()),
        )


_UNASKED: Any = object()


def _question(statement: str | Prepared, params: tuple[Any, ...], named: dict[str, Any]) -> Hashable:
    """Return what tells one question from another: the statement and its values."""
    given = tuple([tuple(one) if type(one) is list else one for one in params])
    return (statement, given, tuple(named.items())) if named else (statement, given)
