"""Intern the words and ids that recur: sources, types, property paths, kinds of value, STIX ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

from cordiale.store.connection import Transaction
from cordiale.store.interned import REMEMBERED_IDS

SOURCE: Final = 1
TYPE: Final = 2
PATH: Final = 3
KIND: Final = 4

_NOTHING: Final[Mapping[str, int]] = {}


def number(tx: Transaction, space: int, name: str) -> int:
    """Return the number of a name, giving it one in this writing transaction when new."""
    known = known_number(tx, space, name)
    if known is not None:
        return known
    no = tx.next("terms", "no")
    tx.run("INSERT INTO terms (no, space, name) VALUES (?, ?, ?)", no, space, name)
    tx.interned.remember_names([(no, space, name)])
    return no


def known_number(tx: Transaction, space: int, name: str) -> int | None:
    """Return the number of a name, None when it has none."""
    known = tx.interned.number(space, name)
    if known is None:
        row = tx.row("SELECT no FROM terms WHERE space = ? AND name = ?", space, name)
        if row is None:
            return None
        known = int(row[0])
        tx.interned.remember_names([(known, space, name)])  # true for ever, as of a number
    return known


def known_numbers(tx: Transaction, space: int, wanted: Iterable[str]) -> list[int]:
    """Return the numbers of those names that have one."""
    return [no for name in wanted if (no := known_number(tx, space, name)) is not None]


def all_numbers(tx: Transaction, space: int) -> list[int]:
    """Return the numbers of all names of a kind, in order."""
    return [no for (no,) in tx.rows("SELECT no FROM terms WHERE space = ? ORDER BY no", space)]


def name(tx: Transaction, no: int) -> str:
    """Return the name of a number."""
    known = tx.interned.name(no)
    if known is None:
        rows = tx.rows("SELECT no, space, name FROM terms")
        tx.interned.remember_names(rows)  # terms are few; a number once read is true for ever
        known = tx.interned.name(no)
    if known is None:
        raise LookupError(no)
    return known


def key(text: str) -> int:
    """Return 64 bits of a text as a signed integer: a small index key, checked against the text itself."""
    return int.from_bytes(
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True
    )


def known_oids(tx: Transaction, ids: Iterable[str]) -> dict[str, int]:
    """Return the internal numbers of the ids known here."""
    found: dict[str, int] = {}
    wanted: dict[int, list[str]] = {}
    interned, absent = tx.interned, tx.interned.absent
    own, below = interned.ids, interned.below.ids if interned.below is not None else _NOTHING
    for stix_id in ids:  # a hundred thousand at once, where many are marked anew
        oid = own.get(stix_id) or below.get(stix_id)
        if oid is not None:
            found[stix_id] = oid
        elif stix_id not in absent:
            wanted.setdefault(key(stix_id), []).append(stix_id)
    before = len(found)
    if wanted:
        rows = tx.rows("SELECT key, oid, id FROM objects WHERE key IN INTS(?)", list(wanted))
        for hashed, oid, stix_id in rows:
            if stix_id in wanted[hashed]:
                found[stix_id] = oid
                if tx.writing or len(own) < REMEMBERED_IDS:
                    own[stix_id] = oid
        if tx.writing and len(found) - before < sum(map(len, wanted.values())):
            # the only writer: what is not there now comes only through `intern_oids` below
            absent.update(
                (one, hashed) for hashed, some in wanted.items() for one in some if one not in found
            )
    return found


def intern_oids(tx: Transaction, ids: set[str]) -> tuple[dict[str, int], set[int]]:
    """Return the internal numbers of ids and which of them were given just now."""
    found = known_oids(tx, ids)
    if len(found) == len(ids):
        return found, set()
    oid = first = tx.next("objects", "oid")
    rows = []
    absent = tx.interned.absent
    for stix_id in sorted(ids - found.keys()):
        rows.append((oid, absent.pop(stix_id), stix_id))
        found[stix_id] = oid
        oid += 1
    tx.counted["objects"] = oid - 1
    tx.insert("objects", "oid, key, id", rows)
    tx.interned.ids.update({row[2]: row[0] for row in rows})
    return found, set(range(first, oid))


def ids(tx: Transaction, oids: Iterable[int]) -> dict[int, str]:
    """Return the STIX ids of internal numbers."""
    return dict(tx.rows("SELECT oid, id FROM objects WHERE oid IN INTS(?)", list(set(oids))))
