"""Partners: who they are, their keys, and how far each has come."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from cordiale.exchange.home import Partner
from cordiale.exchange.records.keys import (
    identity_of,
    packed_certificates,
    save_identity,
    unpacked_certificates,
)
from cordiale.exchange.records.tables import link_table, pair_table, partner_table
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _
from cordiale.store.connection import Transaction
from cordiale.store.prepared import changing, inserting

# Asked at every request: written out, because building the statement anew costs more than running it.
_TABLE = "exchange_partner"
_PARTNER = """
    SELECT p.node, p.title, p.nation, p.organisation, p.url, p.keys, p.kind, p.assurance, p.state, p.number,
        p.identities, i.certificates, i.pins, i.former, i.root, i.certified_until, i.protocol, i.changes, i.told, i.issued
    FROM exchange_partner p LEFT JOIN exchange_identity i ON i.number = p.number
"""

_KEY = 32

_EMPTY_PAIR: dict[str, Any] = {
    "generation": 1,
    "last": 0,
    "segments": 0,
    "recalls": 0,
    "position": 0,
    "last_added": 0,
    "head": bytes(32),
    "acknowledged": 0,
}

_EMPTY_LINK: dict[str, Any] = {
    "generation": 1,
    "received": 0,
    "news": 0,
    "failures": 0,
    "recalls": 0,
    "head": bytes(32),
    "state": "new",
    "code": "",
    "message_id": "",
    "params": "{}",
    "acknowledged": 0,
}


@lru_cache(maxsize=1024)
def _partner(row: tuple[Any, ...]) -> Partner:
    node, title, nation, organisation, url, keys, kind, assurance, state, number, identities, *more = row
    found = Partner(
        node,
        title,
        nation,
        organisation,
        url,
        _each(keys),
        kind,
        assurance,
        state,
        number,
        frozenset(identities.split()),
    )
    if more[0] is None:
        return found
    certificates, pins, former, root, until, protocol, changes, told, issued = more
    return msgspec.structs.replace(
        found,
        certificates=unpacked_certificates(certificates),
        pins=_each(pins),
        former=_each(former),
        root=bytes(root),
        certified_until=until,
        protocol=protocol,
        changes=changes,
        told=told,
        issued=issued,
    )


def _each(packed: bytes) -> tuple[bytes, ...]:
    return tuple(bytes(packed[i : i + _KEY]) for i in range(0, len(packed), _KEY))


def find_partner(tx: Transaction, node: str) -> Partner | None:
    """Return a partner by node name, None when there is none."""
    found: Partner | None = tx.lately.answer(_TABLE, node, lambda: _one(tx, " WHERE p.node = ?", node))
    return found


def partner(tx: Transaction, node: str) -> Partner:
    """Return a partner by node name; raises NotFound."""
    found = find_partner(tx, node)
    if found is None:
        raise NotFound("exchange.partner.unknown", _("There is no partner named {node}."), node=node)
    return found


def partner_numbered(tx: Transaction, number: int) -> Partner | None:
    """Return a partner by its number."""
    found: Partner | None = tx.lately.answer(_TABLE, number, lambda: _one(tx, " WHERE p.number = ?", number))
    return found


def partners(tx: Transaction) -> tuple[Partner, ...]:
    """Return all partners by name."""
    found: tuple[Partner, ...] = tx.lately.answer(_TABLE, None, lambda: _all(tx))
    return found


def _one(tx: Transaction, where: str, value: str | int) -> Partner | None:
    row = tx.row(_PARTNER + where, value)
    return None if row is None else _partner(row)


def _all(tx: Transaction) -> tuple[Partner, ...]:
    return tuple(_partner(row) for row in tx.rows(_PARTNER + " ORDER BY p.node"))


def save_partner(tx: Transaction, made: Partner, now: int) -> int:
    """Insert or update a partner by node name, with an empty pair and link; return its number."""
    values = {
        "title": made.title,
        "nation": made.nation,
        "organisation": made.organisation,
        "url": made.url,
        "keys": b"".join(made.keys),
        "identities": " ".join(sorted(made.identities)),
        "kind": made.kind,
        "assurance": made.assurance,
        "state": made.state,
    }
    known = find_partner(tx, made.node)
    if known is not None:
        tx.run(changing(partner_table, ("number",), tuple(values)), key_number=known.number, **values)
        _save_identity(tx, known.number, made)
        return known.number
    number: int = tx.row("SELECT coalesce(max(number), 0) + 1 FROM exchange_partner")[0]
    whole = {"number": number, "node": made.node, "invited_at": now, **values}
    tx.run(inserting(partner_table, *whole), **whole)
    tx.run(inserting(pair_table, *_EMPTY_PAIR, "number"), number=number, **_EMPTY_PAIR)
    tx.run(inserting(link_table, *_EMPTY_LINK, "number"), number=number, **_EMPTY_LINK)
    _save_identity(tx, number, made)
    return number


def _save_identity(tx: Transaction, number: int, made: Partner) -> None:
    values = {
        "certificates": packed_certificates(made.certificates),
        "pins": b"".join(made.pins),
        "former": b"".join(made.former),
        "root": made.root,
        "certified_until": made.certified_until,
        "protocol": made.protocol,
        "changes": made.changes,
        "told": made.told,
        "issued": made.issued,
    }
    if values != identity_of(tx, number):
        save_identity(tx, number, values)
        tx.lately.wrote(_TABLE)  # what was answered of partners holds this as well


def confirm_partner(tx: Transaction, number: int, by: str, now: int) -> None:
    """Record who compared the words of a partner, and when."""
    confirm = changing(partner_table, ("number",), ("state", "confirmed_by", "confirmed_at"))
    tx.run(confirm, key_number=number, state="confirmed", confirmed_by=by, confirmed_at=now)


def suspend_partner(tx: Transaction, number: int, state: str) -> None:
    """Set a partner's state: confirmed, suspended, compromised, leaving or left."""
    tx.run(changing(partner_table, ("number",), ("state",)), key_number=number, state=state)
