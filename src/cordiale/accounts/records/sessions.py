"""Who is signed in where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from cordiale.accounts.person import Person
from cordiale.accounts.records.people import COLUMNS, person_from
from cordiale.accounts.records.tables import person_table, session_table
from cordiale.accounts.session import Session
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, inserting

_OWN: Final = tuple(session_table.c[name] for name in Session.__struct_fields__)
_ONE = Prepared(select(*_OWN).where(session_table.c.digest == bindparam("digest")))
_BOTH = Prepared(
    select(*_OWN, *COLUMNS)
    .join(person_table, person_table.c.id == session_table.c.person)
    .where(session_table.c.digest == bindparam("digest"))
)
_THEIRS = Prepared(
    select(*_OWN).where(session_table.c.person == bindparam("person")).order_by(session_table.c.made)
)


def add_session(tx: Transaction, one: Session) -> None:
    """Write a new session."""
    tx.run(inserting(session_table), **msgspec.structs.asdict(one))


def session(tx: Transaction, digest: bytes) -> Session | None:
    """Return a session, None when there is none."""
    row = tx.row(_ONE, digest=digest)
    return None if row is None else _session(row)


def session_and_person(tx: Transaction, digest: bytes) -> tuple[Session, Person] | None:
    """Return a session and whose it is, None when there is none."""
    row = tx.row(_BOTH, digest=digest)
    if row is None:
        return None
    return _session(row[: len(_OWN)]), person_from(row[len(_OWN) :])


def sessions_of(tx: Transaction, person: str) -> list[Session]:
    """Return a person's sessions, oldest first."""
    return [_session(row) for row in tx.rows(_THEIRS, person=person)]


def drop_session(tx: Transaction, digest: bytes) -> bool:
    """End one session; tell whether there was one."""
    return tx.run("DELETE FROM accounts_session WHERE digest = ?", digest) > 0


def drop_sessions(tx: Transaction, person: str, *, but: bytes = b"") -> int:
    """End a person's sessions, all or all `but` one; return how many."""
    return tx.run("DELETE FROM accounts_session WHERE person = ? AND digest <> ?", person, but)


def drop_ended(tx: Transaction, now: int) -> None:
    """Forget sessions that are over, whatever happens."""
    tx.run("DELETE FROM accounts_session WHERE until <= ?", now)


def drop_all(tx: Transaction) -> None:
    """End every session, link and token: a database that was put back holds some that were ended since."""
    for table in ("session", "invitation", "token"):
        tx.run(f"DELETE FROM accounts_{table}")


def _session(row: Sequence[Any]) -> Session:
    values = dict(zip(Session.__struct_fields__, row, strict=True))
    return Session(**values | {"digest": bytes(values["digest"])})
