"""What is held, as a reader of input is given it to recognise it by: this node's own statements by id, anybody's by words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from cordiale.desk.visible import passed_by, visible
from cordiale.store import markings, search, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LIMIT: Final = 1_000
"""Statements that are looked through: words that more hold tell nothing apart."""


def own(desk: Desk, actor: Actor, ids: Collection[str]) -> dict[str, bytes]:
    """Return the bytes of what this node itself currently states under ids, as far as the actor may know of it."""
    with desk.store.read() as tx:
        found = versions.of_ids(tx, ids, visible(tx, desk, actor))
        return {
            i: row.raw for i, rows in found.items() for row in rows if row.source == desk.node and row.raw
        }


def worded(
    desk: Desk, actor: Actor, kind: str, words: str
) -> Iterator[tuple[Mapping[str, Any], frozenset[str]]]:
    """Yield the current statements of a type that hold every word and that the actor reads whole, each with its marking."""
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        whole = passed_by(tx, desk, actor.within) if actor.within is not None else seen
        page = search.search(tx, words, seen, type=kind, limit=LIMIT)
        found = [
            (orjson.loads(row.raw), markings.atoms(tx, row.full_mid) | markings.atoms(tx, row.effective_mid))
            for row in page.rows
            if row.raw is not None and all(known is None or row.full_mid in known for known in (seen, whole))
        ]
    yield from found
