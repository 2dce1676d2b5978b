"""Consents: asked of originators, asked of us, and delivered with objects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from cordiale.exchange.records.tables import consent_table, consented_table
from cordiale.store.connection import Transaction
from cordiale.store.prepared import Prepared, changing, inserting

ASKED = "asked"
"""We asked an originator."""

ANSWERING = "answering"
"""A partner asked us."""


class ConsentRow(msgspec.Struct, frozen=True):
    """Hold one request for consent and what became of it; `number` orders what is told to the partner."""

    id: str
    role: str
    pair: int
    number: int
    to: str
    items: str
    where: str | None
    derived: int
    until: int | None
    reason: str
    by: str
    at: int
    state: str
    request: bytes
    seed: bytes | None = None
    statement: bytes | None = None
    answered_by: str | None = None
    answered_at: int | None = None


class ConsentedRow(msgspec.Struct, frozen=True):
    """Hold the consent that came with a version, and the proof that it covers it; `known` when its key is."""

    vid: int
    statement: bytes
    proof: bytes
    known: int


@lru_cache(maxsize=8)
def _consents(*by: str) -> Prepared:
    query = select(*(consent_table.c[name] for name in ConsentRow.__struct_fields__))
    query = query.where(*(consent_table.c[name] == bindparam(name) for name in by))
    return Prepared(query.order_by(consent_table.c.at, consent_table.c.id))


def add_consent(tx: Transaction, row: ConsentRow) -> None:
    """Keep a request."""
    tx.run(inserting(consent_table, *row.__struct_fields__), **msgspec.structs.asdict(row))


def save_consent(tx: Transaction, consent_id: str, role: str, values: Mapping[str, Any]) -> None:
    """Change what became of a request."""
    change = changing(consent_table, ("id", "role"), tuple(values))
    tx.run(change, key_id=consent_id, key_role=role, **values)


def consents(
    tx: Transaction, *, role: str | None = None, pair: int | None = None, states: Collection[str] = ()
) -> list[ConsentRow]:
    """Return requests, oldest first."""
    by: dict[str, Any] = {"role": role, "pair": pair}
    by = {name: value for name, value in by.items() if value is not None}
    found = [ConsentRow(*row) for row in tx.rows(_consents(*by), **by)]
    return [row for row in found if row.state in states] if states else found


def consent(tx: Transaction, consent_id: str) -> ConsentRow | None:
    """Return one request by its id, None when there is none."""
    row = tx.row(_consents("id"), id=consent_id)
    return None if row is None else ConsentRow(*row)


def any_asked(tx: Transaction, pair: int | None = None) -> bool:
    """Tell whether we ever asked for consent, of one partner or of any: most nodes never do, and this is asked at every cut."""
    of_any = "SELECT 1 FROM exchange_consent WHERE role = 'asked' LIMIT 1"
    if tx.lately.answer("exchange_consent", "any", lambda: tx.row(of_any)) is None:
        return False
    sql = "SELECT 1 FROM exchange_consent WHERE role = 'asked' AND pair = ? LIMIT 1"
    return pair is None or tx.row(sql, pair) is not None


def last_number(tx: Transaction, role: str, pair: int) -> int:
    """Return the last number told to a partner, or heard from it."""
    row = tx.row("SELECT max(number) FROM exchange_consent WHERE role = ? AND pair = ?", role, pair)
    return int(row[0] or 0)


def keep_consented(tx: Transaction, rows: Sequence[ConsentedRow]) -> None:
    """Keep the consents that came with versions; the newest takes the place of an older one."""
    if not rows:
        return
    forget_consented(tx, [row.vid for row in rows])
    tx.many(inserting(consented_table), [msgspec.structs.asdict(row) for row in rows])


def consented(tx: Transaction, vids: Collection[int]) -> dict[int, ConsentedRow]:
    """Return the consents that came with these versions."""
    sql = "SELECT vid, statement, proof, known FROM exchange_consented WHERE vid IN INTS(?)"
    return {
        row[0]: ConsentedRow(row[0], bytes(row[1]), bytes(row[2]), row[3]) for row in tx.rows(sql, list(vids))
    }


def forget_consented(tx: Transaction, vids: Collection[int]) -> None:
    """Forget the consents that came with versions that go."""
    tx.run("DELETE FROM exchange_consented WHERE vid IN INTS(?)", list(vids))
