"""Keys over time: ours and partners', what was told about changes, and intervals in doubt."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from cordiale.exchange.records.tables import metadata
from cordiale.store.connection import Transaction
from cordiale.store.prepared import changing, inserting

#: In the place of a partner's number: this node itself.
OURSELVES = 0

# What a confirmed invitation and signed changes say about a partner beside its link keys; one row a partner that said it.
identity_table = Table(
    "exchange_identity",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("certificates", Text, nullable=False),
    Column("pins", LargeBinary, nullable=False),
    Column("former", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("certified_until", BigInteger),
    Column("issued", BigInteger, nullable=False),
    *(Column(name, Integer, nullable=False) for name in ("protocol", "changes", "told")),
)

# Each key with its interval. A former signing key counts up to `last_entry` of `generation`, whose header has the hash `head`.
key_table = Table(
    "exchange_key",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("pair", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("from_at", BigInteger, nullable=False),
    Column("until_at", BigInteger),
    Column("generation", Integer),
    Column("last_entry", Integer),
    Column("head", LargeBinary),
    Column("reference", Text),
    Column("statement", LargeBinary),
)

change_table = Table(
    "exchange_change",
    metadata,
    Column("pair", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("signed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    PrimaryKeyConstraint("pair", "number"),
)

doubt_table = Table(
    "exchange_doubt",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("pair", Integer, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in ("from_at", "until_at", "at")),
    *(Column(name, Text, nullable=False) for name in ("by", "reason")),
)


class KeyRow(msgspec.Struct, frozen=True):
    """Hold one key and its interval.

    `role` is signing (`public` is the raw key), tls (a certificate, DER) or root; `state` is current, next,
    former or compromised. `reference` names the file of a private key of ours.
    """

    number: int
    pair: int
    role: str
    public: bytes
    state: str
    from_at: int
    until_at: int | None = None
    generation: int | None = None
    last_entry: int | None = None
    head: bytes | None = None
    reference: str | None = None
    statement: bytes | None = None


class Doubt(msgspec.Struct, frozen=True):
    """Hold an interval in which a partner's key may have been another's; instants in microseconds."""

    number: int
    pair: int
    from_at: int
    until_at: int
    at: int
    by: str
    reason: str


_KEYS = f"SELECT {', '.join(KeyRow.__struct_fields__)} FROM exchange_key WHERE pair = ? ORDER BY number"
_RECEIVED_BETWEEN = """
    SELECT generation, "first", "last", received_at, vids FROM exchange_received
    WHERE pair = ? AND received_at >= ? AND received_at <= ? ORDER BY generation, "first"
"""
_DOUBTS = f"SELECT {', '.join(Doubt.__struct_fields__)} FROM exchange_doubt ORDER BY number"


def keys_of(tx: Transaction, pair: int, role: str | None = None) -> list[KeyRow]:
    """Return the keys of a partner, or ours, oldest first."""
    found = [KeyRow(*row) for row in tx.rows(_KEYS, pair)]
    return [row for row in found if role in (None, row.role)]


def add_key(tx: Transaction, pair: int, role: str, public: bytes, state: str, at: int, **more: Any) -> None:
    """Keep a key from an instant on."""
    values = {"pair": pair, "role": role, "public": public, "state": state, "from_at": at, **more}
    tx.many(inserting(key_table, *values), [values])


def save_key(tx: Transaction, number: int, **values: Any) -> None:
    """Store some of a key's values."""
    tx.run(changing(key_table, ("number",), tuple(values)), key_number=number, **values)


def identity_of(tx: Transaction, number: int) -> dict[str, Any]:
    """Return what a partner's row of `exchange_identity` holds, with defaults when there is none."""
    names = (
        "certificates",
        "pins",
        "former",
        "root",
        "certified_until",
        "protocol",
        "changes",
        "told",
        "issued",
    )
    row = tx.row(f"SELECT {', '.join(names)} FROM exchange_identity WHERE number = ?", number)
    return dict(zip(names, row or ("", b"", b"", b"", None, 1, 0, 0, 0), strict=True))


def save_identity(tx: Transaction, number: int, values: Mapping[str, Any]) -> None:
    """Store some of what is known of a partner beside its link keys."""
    if tx.row("SELECT 1 FROM exchange_identity WHERE number = ?", number) is None:
        whole = {"number": number, **identity_of(tx, number), **values}
        tx.run(inserting(identity_table, *whole), **whole)
    else:
        tx.run(changing(identity_table, ("number",), tuple(values)), key_number=number, **values)


def packed_certificates(certificates: Sequence[bytes]) -> str:
    """Write certificates (DER) as they are stored."""
    return " ".join(base64.b64encode(one).decode() for one in certificates)


def unpacked_certificates(stored: str) -> tuple[bytes, ...]:
    """Read stored certificates back."""
    return tuple(base64.b64decode(one) for one in stored.split())


def add_change(tx: Transaction, pair: int, number: int, signed: bytes, at: int) -> None:
    """Keep a signed change of our keys as it is told to one partner."""
    tx.run(inserting(change_table), pair=pair, number=number, signed=signed, at=at)


def changes_after(tx: Transaction, pair: int, number: int) -> list[bytes]:
    """Return the changes told to a partner after one it knows, in order."""
    sql = "SELECT signed FROM exchange_change WHERE pair = ? AND number > ? ORDER BY number"
    rows = tx.lately.answer("exchange_change", (pair, number), lambda: tx.rows(sql, pair, number))
    return [bytes(row[0]) for row in rows]


def last_change(tx: Transaction, pair: int) -> int:
    """Return the number of the last change there is for a partner, 0 when there is none."""
    found: int = tx.row("SELECT coalesce(max(number), 0) FROM exchange_change WHERE pair = ?", pair)[0]
    return found


def add_doubt(tx: Transaction, **values: Any) -> None:
    """Mark an interval of a partner as doubtful."""
    tx.run(inserting(doubt_table, *values), **values)


def received_between(
    tx: Transaction, pair: int, begin: int, end: int
) -> list[tuple[int, int, int, int, bytes]]:
    """Return (generation, first, last, when, packed versions) of the segments received from a partner in an interval."""
    rows = tx.rows(_RECEIVED_BETWEEN, pair, begin, end)
    return [(row[0], row[1], row[2], row[3], bytes(row[4])) for row in rows]


def doubts(tx: Transaction, pair: int | None = None) -> list[Doubt]:
    """Return the doubtful intervals of a partner or of all, oldest first."""
    return [one for row in tx.rows(_DOUBTS) if (one := Doubt(*row)).pair == pair or pair is None]


_WAITING = {
    "recall": (
        "recall",
        """SELECT id, message FROM exchange_recall
        WHERE pair = ? AND number IS NOT NULL AND answered_at IS NULL AND message IS NOT NULL""",
        "UPDATE exchange_recall SET message = ? WHERE pair = ? AND id = ?",
    ),
    "receipt": (
        "recall-receipt",
        "SELECT id, receipt FROM exchange_recalled WHERE pair = ? AND delivered = 0",
        "UPDATE exchange_recalled SET receipt = ? WHERE pair = ? AND id = ?",
    ),
}


def waiting_statements(tx: Transaction, pair: int) -> list[tuple[str, str, bytes, str]]:
    """Return (kind, id, statement, purpose) of what we signed for a partner and it has not answered or taken yet."""
    return [
        (kind, row[0], bytes(row[1]), purpose)
        for kind, (purpose, query, _update) in _WAITING.items()
        for row in tx.rows(query, pair)
    ]


def replace_statement(tx: Transaction, pair: int, kind: str, name: str, statement: bytes) -> None:
    """Store a waiting statement as it was signed again."""
    tx.run(_WAITING[kind][2], statement, pair, name)
