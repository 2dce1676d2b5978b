"""Objects of which nothing goes to anybody until they are marked anew: one bit an object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cordiale.exchange.held import Held, bits_of
from cordiale.store.connection import Transaction

_CHUNK = "SELECT bits FROM exchange_stopped WHERE chunk = ?"
ANY = "SELECT 1 FROM exchange_stopped LIMIT 1"
_KEEP = """
    INSERT INTO exchange_stopped (chunk, bits) VALUES (?, ?) ON CONFLICT (chunk) DO UPDATE SET bits = excluded.bits
"""
_OBJECTS = "SELECT vid, oid FROM versions WHERE vid IN INTS(?)"


class Stopped:
    """Answer within one transaction which objects are stopped; nothing is read while none is."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._any = tx.lately.answer("exchange_stopped", "any", lambda: tx.row(ANY)) is not None
        self._objects = _held(tx)

    def __bool__(self) -> bool:
        return self._any

    def __contains__(self, oid: int) -> bool:
        return self._any and oid in self._objects

    def among(self, vids: Sequence[int]) -> set[int]:
        """Return which of these versions are of a stopped object."""
        if not self._any or not vids:
            return set()
        return {vid for vid, oid in self._tx.rows(_OBJECTS, list(vids)) if oid in self._objects}


def stop(tx: Transaction, oids: Iterable[int]) -> None:
    """Let nothing of these objects go to anybody from this transaction on."""
    bits = _held(tx)
    bits.add_bits(bits_of(oids))
    _save(tx, bits)


def let_on(tx: Transaction, oids: Iterable[int]) -> None:
    """Let these objects go again, as far as their markings allow."""
    bits = _held(tx)
    bits.discard(oids)
    _save(tx, bits)


def _save(tx: Transaction, bits: Held) -> None:
    changed = bits.changed()
    tx.many(_KEEP, [(chunk, blob) for chunk, blob in changed.items() if any(blob)])
    tx.many(
        "DELETE FROM exchange_stopped WHERE chunk = ?", [(c,) for c, blob in changed.items() if not any(blob)]
    )


def _held(tx: Transaction) -> Held:
    def load(chunk: int) -> bytes | None:
        row = tx.row(_CHUNK, chunk)
        return None if row is None else row[0]

    return Held(load)
