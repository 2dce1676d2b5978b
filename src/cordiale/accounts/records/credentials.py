"""What people sign in with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from cordiale.accounts.credential import Passkey, Subject, Totp
from cordiale.accounts.records.tables import passkey_table, subject_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, inserting

_PASSKEY: Final = tuple(passkey_table.c[name] for name in Passkey.__struct_fields__)
_ONE = Prepared(select(*_PASSKEY).where(passkey_table.c.id == bindparam("id")))
_THEIRS = Prepared(
    select(*_PASSKEY).where(passkey_table.c.person == bindparam("person")).order_by(passkey_table.c.made)
)


def password_of(tx: Transaction, person: str) -> str | None:
    """Return the hash of a person's password, None when they have none."""
    row = tx.row("SELECT hash FROM accounts_password WHERE person = ?", person)
    return None if row is None else str(row[0])


def put_password(tx: Transaction, person: str, hashed: str, at: int) -> None:
    """Write the hash of a person's password, in place of an earlier one."""
    tx.run(
        "INSERT INTO accounts_password (person, hash, made) VALUES (?, ?, ?) "
        "ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, made = excluded.made",
        person,
        hashed,
        at,
    )


def totp_of(tx: Transaction, person: str) -> Totp | None:
    """Return what a person's one-time codes come from, None when they have none."""
    row = tx.row("SELECT sealed, step, made FROM accounts_totp WHERE person = ?", person)
    return None if row is None else Totp(bytes(row[0]), row[1], row[2])


def put_totp(tx: Transaction, person: str, one: Totp) -> None:
    """Write what a person's one-time codes come from, in place of an earlier one."""
    tx.run(
        "INSERT INTO accounts_totp (person, sealed, step, made) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed, step = excluded.step, made = excluded.made",
        person,
        one.sealed,
        one.step,
        one.made,
    )


def use_totp(tx: Transaction, person: str, step: int) -> bool:
    """Use up the code of a step and all before it; False when it was used before."""
    return tx.run("UPDATE accounts_totp SET step = ? WHERE person = ? AND step < ?", step, person, step) > 0


def drop_totp(tx: Transaction, person: str) -> bool:
    """Take a person's one-time codes away; tell whether there were any."""
    return tx.run("DELETE FROM accounts_totp WHERE person = ?", person) > 0


def passkey(tx: Transaction, identifier: bytes) -> Passkey | None:
    """Return a passkey by the id its device gave it, None when there is none."""
    row = tx.row(_ONE, id=identifier)
    return None if row is None else _passkey(row)


def passkeys_of(tx: Transaction, person: str) -> list[Passkey]:
    """Return a person's passkeys, oldest first."""
    return [_passkey(row) for row in tx.rows(_THEIRS, person=person)]


def add_passkey(tx: Transaction, one: Passkey) -> None:
    """Write a new passkey."""
    tx.run(inserting(passkey_table), **msgspec.structs.asdict(one))


def use_passkey(tx: Transaction, identifier: bytes, count: int, at: int) -> None:
    """Write down that a passkey was used, and how often it says it was."""
    tx.run("UPDATE accounts_passkey SET count = ?, used = ? WHERE id = ?", count, at, identifier)


def drop_passkey(tx: Transaction, person: str, identifier: bytes) -> bool:
    """Take a passkey away from a person; tell whether they had it."""
    return tx.run("DELETE FROM accounts_passkey WHERE person = ? AND id = ?", person, identifier) > 0


def subjects_of(tx: Transaction, person: str) -> list[Subject]:
    """Return what providers call a person."""
    asked = (
        "SELECT issuer, subject, made FROM accounts_subject WHERE person = ? ORDER BY made, issuer, subject"
    )
    return [Subject(*row) for row in tx.rows(asked, person)]


def person_of_subject(tx: Transaction, issuer: str, subject: str) -> str | None:
    """Return the id of the person whom a provider calls so, None when nobody is."""
    row = tx.row("SELECT person FROM accounts_subject WHERE issuer = ? AND subject = ?", issuer, subject)
    return None if row is None else str(row[0])


def add_subject(tx: Transaction, person: str, one: Subject) -> None:
    """Write down what a provider calls a person."""
    tx.run(inserting(subject_table), person=person, **msgspec.structs.asdict(one))


def drop_subject(tx: Transaction, person: str, issuer: str, subject: str) -> bool:
    """Take that back; tell whether it was so."""
    done = "DELETE FROM accounts_subject WHERE person = ? AND issuer = ? AND subject = ?"
    return tx.run(done, person, issuer, subject) > 0


def drop_credentials(tx: Transaction, person: str) -> None:
    """Take everything away that a person signs in with."""
    for table in ("password", "totp", "passkey", "subject", "place"):
        tx.run(f"DELETE FROM accounts_{table} WHERE person = ?", person)


def _passkey(row: Sequence[Any]) -> Passkey:
    values = dict(zip(Passkey.__struct_fields__, row, strict=True))
    return Passkey(**values | {name: bytes(values[name]) for name in ("id", "public")})
