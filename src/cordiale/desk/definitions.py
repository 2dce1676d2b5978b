"""What every marking definition held here stands for."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import orjson

from cordiale.release.marking import definition_atoms, of_version
from cordiale.stix.version import read
from cordiale.store import changes, markings, versions
from cordiale.store.types import Filter, Put

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

_PAGE = 1000
_TYPE = "marking-definition"


def known(tx: Transaction, desk: Desk) -> dict[str, str]:
    """Return marking-definition id → atom text ("" for a statement) of every definition held."""
    return definition_atoms(definition for _source, definition in _held(tx, desk))


def believed(tx: Transaction, desk: Desk, source: str) -> dict[str, str]:
    """Return what definitions say of the markings on objects that `source` states.

    A statement restricts nothing, and so is believed only from that source and from this node: a partner
    could otherwise lift a marking of ours by defining the id that we use.
    """
    found = definition_atoms(
        definition for stated_by, definition in _held(tx, desk) if stated_by in (source, desk.node)
    )
    others = known(tx, desk)
    return {**{identifier: atom for identifier, atom in others.items() if atom}, **found} | {
        identifier: f"unknown:{identifier}"
        for identifier, atom in found.items()
        if others[identifier] != atom
    }


def _held(tx: Transaction, desk: Desk) -> list[tuple[str, dict[str, Any]]]:
    """Return every definition held, with the node that states it."""
    at = changes.last(tx)
    held = desk.cache.get("definitions")
    if held is not None and (held[0] == at or not versions.moved(tx, _TYPE, held[0], at)):
        found = held[1]
    else:
        found = _read(tx)
    # What this transaction itself stored may be rolled back, and its numbers given to something else.
    if "changes" not in tx.counted and (held is None or held[0] != at):
        desk.cache["definitions"] = (at, found)
    return list(found)


def _read(tx: Transaction) -> list[tuple[str, dict[str, Any]]]:
    found = []
    after = None
    while True:
        page = versions.current(tx, Filter(types=(_TYPE,)), after, _PAGE, None)
        found += [(row.source, orjson.loads(row.raw)) for row in page.rows if row.raw]
        after = page.next
        if after is None:
            return found


def resolve(
    tx: Transaction, desk: Desk, learned: Collection[str], definitions: dict[str, str], now: int
) -> int:
    """Mark anew what was stored before its marking definition arrived, for itself or for a property; return how many.

    Until then each carried `unknown:<id>`, which nobody passes, so nothing went out in between.
    """
    waiting = {f"unknown:{identifier}" for identifier in learned}
    mids = tuple(mid for mid, marking in markings.all_markings(tx).items() if not waiting.isdisjoint(marking))
    if not mids:
        return 0
    puts: list[Put] = []
    after = 0
    while vids := versions.under_full(tx, mids, after, _PAGE):
        after = vids[-1]
        for row in versions.by_vid(tx, vids, None).values():
            if row.source != desk.node or row.origin != "local" or row.raw is None:
                continue
            version, _problems = read(row.raw)
            given = markings.atoms(tx, row.base_mid) - waiting
            base, full = of_version(version, definitions, given or frozenset({"unmarked"}))
            puts.append(Put(version, base, full, "local"))
    for start in range(0, len(puts), _PAGE):
        versions.put(
            tx,
            desk.node,
            now,
            puts[start : start + _PAGE],
            own=desk.home.identities,
            markings="replace",
        )
    return len(puts)
