"""Tokens of programs, and links that were given out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from cordiale.accounts.invitation import Invitation
from cordiale.accounts.person import Person
from cordiale.accounts.records.people import COLUMNS, person_from
from cordiale.accounts.records.tables import invitation_table, person_table, token_table
from cordiale.accounts.token import Token
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, inserting

_TOKEN: Final = tuple(token_table.c[name] for name in Token.__struct_fields__)
_INVITATION: Final = tuple(invitation_table.c[name] for name in Invitation.__struct_fields__)

_BOTH = Prepared(
    select(*_TOKEN, *COLUMNS)
    .join(person_table, person_table.c.id == token_table.c.person)
    .where(token_table.c.digest == bindparam("digest"))
)
_TOKENS = Prepared(select(*_TOKEN).order_by(token_table.c.made, token_table.c.id))
_THEIRS = Prepared(
    select(*_TOKEN)
    .where(token_table.c.person == bindparam("person"))
    .order_by(token_table.c.made, token_table.c.id)
)
_INVITED = Prepared(select(*_INVITATION).where(invitation_table.c.digest == bindparam("digest")))
_INVITATIONS = Prepared(
    select(*_INVITATION)
    .where(invitation_table.c.person == bindparam("person"))
    .order_by(invitation_table.c.made)
)


def add_token(tx: Transaction, one: Token, digest: bytes) -> None:
    """Write a new token by its digest."""
    scopes = msgspec.json.encode(one.scopes).decode()
    tx.run(inserting(token_table), digest=digest, **msgspec.structs.asdict(one) | {"scopes": scopes})


def token_and_person(tx: Transaction, digest: bytes) -> tuple[Token, Person] | None:
    """Return a token and whom it acts for, None when there is none."""
    row = tx.row(_BOTH, digest=digest)
    if row is None:
        return None
    return _token(row[: len(_TOKEN)]), person_from(row[len(_TOKEN) :])


def tokens(tx: Transaction, person: str | None = None) -> list[Token]:
    """Return tokens, oldest first: one person's or everybody's."""
    rows = tx.rows(_TOKENS) if person is None else tx.rows(_THEIRS, person=person)
    return [_token(row) for row in rows]


def drop_token(tx: Transaction, identifier: str) -> bool:
    """End a token; tell whether there was one."""
    return tx.run("DELETE FROM accounts_token WHERE id = ?", identifier) > 0


def drop_tokens(tx: Transaction, person: str) -> int:
    """End all tokens of a person; return how many."""
    return tx.run("DELETE FROM accounts_token WHERE person = ?", person)


def add_invitation(tx: Transaction, one: Invitation) -> None:
    """Write down a link that is given out."""
    tx.run(inserting(invitation_table), **msgspec.structs.asdict(one))


def invitation(tx: Transaction, digest: bytes) -> Invitation | None:
    """Return a link by the digest of its code, None when there is none."""
    row = tx.row(_INVITED, digest=digest)
    return None if row is None else _invitation(row)


def invitations_of(tx: Transaction, person: str) -> list[Invitation]:
    """Return the links that were given out for a person, oldest first."""
    return [_invitation(row) for row in tx.rows(_INVITATIONS, person=person)]


def use_invitation(tx: Transaction, digest: bytes) -> None:
    """Count one use of a link; the last one ends it."""
    tx.run("UPDATE accounts_invitation SET uses = uses - 1 WHERE digest = ?", digest)
    tx.run("DELETE FROM accounts_invitation WHERE digest = ? AND uses <= 0", digest)


def drop_invitations(tx: Transaction, person: str) -> int:
    """End all links of a person; return how many."""
    return tx.run("DELETE FROM accounts_invitation WHERE person = ?", person)


def _token(row: Sequence[Any]) -> Token:
    values = dict(zip(Token.__struct_fields__, row, strict=True))
    return Token(**values | {"scopes": tuple(msgspec.json.decode(values["scopes"]))})


def _invitation(row: Sequence[Any]) -> Invitation:
    values = dict(zip(Invitation.__struct_fields__, row, strict=True))
    return Invitation(**values | {"digest": bytes(values["digest"])})
