"""What a cut looks at beside what the log names: versions that are owed another look, and what others say of what a partner stated."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cordiale.exchange import records
from cordiale.exchange.held import Held
from cordiale.exchange.home import Partnership
from cordiale.store.connection import Transaction


def undecided(
    tx: Transaction, partnership: Partnership, pair: records.Pair, vids: set[int], limit: int
) -> set[int]:
    """Leave out what the partner stated itself and was never sent, and take in what others say about that."""
    name = partnership.partner.node
    stated = records.stated_by(tx, vids, name)
    if not stated:
        return vids
    held = records.held(tx, pair.number)
    stated.difference_update(held.of(stated))
    about = unheld(tx, name, held, [], stated)
    records.owe_versions(tx, pair.number, about[limit:])
    return (vids - stated).union(about[:limit])


def unheld(tx: Transaction, name: str, held: Held, vids: Sequence[int], stated: Collection[int]) -> list[int]:
    """Return which of these versions, and of those about what the partner stated, it neither stated nor was sent."""
    found = {v for v in (*vids, *records.others_referring(tx, stated, name)) if v not in held}
    return sorted(found - records.stated_by(tx, found, name)) if found else []


def take_owed(tx: Transaction, number: int, limit: int) -> tuple[set[int], bool]:
    """Take versions that are owed another look, named or by marking; and tell whether more are."""
    vids = set(records.take_owed_versions(tx, number, limit))
    more = len(vids) == limit
    for mid, after in records.owed_markings(tx, number):
        room = limit - len(vids)
        if room <= 0:
            return vids, True
        found = records.under_marking(tx, mid, after, room)
        vids.update(found)
        more = more or len(found) == room
        records.advance_owed(tx, number, mid, found[-1] if len(found) == room else None)
    return vids, more
