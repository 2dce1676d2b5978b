"""What was asked back from each partner and does not go to it again: one bit a version, one an object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cordiale.exchange.held import Held
from cordiale.store.connection import Transaction

VERSION, OBJECT = "version", "object"

_CHUNK = "SELECT bits FROM exchange_asked_back WHERE pair = ? AND kind = ? AND chunk = ?"
SOME = "SELECT 1 FROM exchange_asked_back LIMIT 1"
_ANY = "SELECT 1 FROM exchange_asked_back WHERE pair = ? LIMIT 1"
_KEEP = """
    INSERT INTO exchange_asked_back (pair, kind, chunk, bits) VALUES (?, ?, ?, ?)
    ON CONFLICT (pair, kind, chunk) DO UPDATE SET bits = excluded.bits
"""
# Another source's statement of the very same content is the same thing to the partner.
_SAME = """
    SELECT v.vid, other.vid FROM versions v JOIN versions other ON other.oid = v.oid AND other.hash = v.hash
    WHERE v.vid IN INTS(?) AND other.vid <> v.vid
"""
_PARENTS = "SELECT parent_vid, parent_oid FROM exchange_tear_line WHERE vid IN INTS(?)"
# A tear-line stands for its parent and for what that took the place of.
_BEFORE = """
    SELECT v.vid FROM exchange_tear_line t JOIN versions p ON p.vid = t.parent_vid
    JOIN versions v ON v.oid = p.oid AND v.source_no = p.source_no AND v.vid < p.vid
    WHERE t.vid IN INTS(?)
"""


class AskedBack:
    """Answer for one partner, within one transaction, what was asked back from it."""

    def __init__(self, tx: Transaction, number: int) -> None:
        some = tx.lately.answer("exchange_asked_back", "any", lambda: tx.row(SOME))
        self._any = some is not None and (
            tx.lately.answer("exchange_asked_back", number, lambda: tx.row(_ANY, number)) is not None
        )
        self._versions = _held(tx, number, VERSION)
        self._objects = _held(tx, number, OBJECT)

    def __bool__(self) -> bool:
        return self._any

    def has(self, vid: int, oid: int) -> bool:
        """Tell whether a version was asked back, or its whole object."""
        return self._any and (vid in self._versions or oid in self._objects)


def block(tx: Transaction, number: int, vids: Sequence[int], oids: Iterable[int] = ()) -> None:
    """Remember that these versions, and every version of these objects, do not go to a partner again.

    What the tear-lines among them were made of counts as well, with the versions it took the place of.
    """
    parents = tx.rows(_PARENTS, list(vids))
    wanted = {*vids, *(vid for vid, _oid in parents), *(row[0] for row in tx.rows(_BEFORE, list(vids)))}
    objects = set(oids)
    if objects:
        objects |= {oid for _vid, oid in parents}
    for kind, numbers in ((VERSION, wanted), (OBJECT, objects)):
        bits = _held(tx, number, kind)
        bits.add(sorted(numbers))
        tx.many(_KEEP, [(number, kind, chunk, blob) for chunk, blob in bits.changed().items()])


def twins(tx: Transaction, vids: Sequence[int]) -> dict[int, list[int]]:
    """Return, for those of these versions that have some, other statements of the very same content."""
    found: dict[int, list[int]] = {}
    for vid, other in tx.rows(_SAME, list(vids)):
        found.setdefault(vid, []).append(other)
    return found


def _held(tx: Transaction, number: int, kind: str) -> Held:
    def load(chunk: int) -> bytes | None:
        asked = number, kind, chunk
        row = tx.lately.answer("exchange_asked_back", asked, lambda: tx.row(_CHUNK, *asked))
        return None if row is None else row[0]

    return Held(load)
