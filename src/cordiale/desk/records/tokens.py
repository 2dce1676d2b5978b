"""Tokens of partners that read as plain TAXII clients, by digest."""

from __future__ import annotations

import sqlalchemy as sa

from cordiale.desk.records.tables import tokens_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared

_TOKEN = Prepared(sa.select(tokens_table.c.partner).where(tokens_table.c.digest == sa.bindparam("digest")))


def put_token(tx: Transaction, digest: bytes, partner: str, made: int, by: str) -> None:
    """Record the digest of a partner's token; earlier ones of that partner end."""
    tx.connection.execute(tokens_table.delete().where(tokens_table.c.partner == partner))
    tx.connection.execute(tokens_table.insert().values(digest=digest, partner=partner, made=made, by=by))


def partner_of_token(tx: Transaction, digest: bytes) -> str | None:
    """Return the partner a token was made for, None when there is none."""
    row = tx.row(_TOKEN, digest=digest)
    return None if row is None else row[0]
