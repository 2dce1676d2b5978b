"""What relationships and sightings tie together, by name: alone, “related-to” tells a reader nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from cordiale.desk.actor import authorise
from cordiale.desk.answers import ReferenceView
from cordiale.desk.summary import name_of
from cordiale.desk.views.reading import in_part, mentioned, readable
from cordiale.desk.visible import visible
from cordiale.store import markings, versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Row

TIES: Final = {"relationship": ("source_ref", "target_ref"), "sighting": ("sighting_of_ref",)}
"""Type → the properties that name what it ties together, in the order in which they are said."""


class Tie(msgspec.Struct, frozen=True):
    """What one relationship or sighting says: how, and what it names."""

    how: str
    ends: tuple[ReferenceView, ...]


def ends(desk: Desk, actor: Actor, items: Iterable[Summary | ReferenceView]) -> dict[str, Tie]:
    """Return id → what it ties together, of those of these lines that are ties and of which the reader may read that.

    An end that the reader may not see is without a name; the marking of each governs its name, which may be stricter than that of the line.
    """
    authorise(actor, "search")
    asked = {item.id for item in items if item.type in TIES}
    if not asked:
        return {}
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        held = [rows[0] for rows in versions.of_ids(tx, asked, seen).values()]
        said = {row.id: _said(row) for row in readable(tx, desk, actor, held, seen)}
        said = {tie: (how, refs) for tie, (how, refs) in said.items() if refs}
        named = {ref for _how, refs in said.values() for _path, ref in refs}
        others = [rows[0] for rows in versions.of_ids(tx, named, seen).values()]
        known = {row.id: row for row in readable(tx, desk, actor, others, seen)}
        return {
            tie: Tie(how, tuple(_end(tx, path, ref, known.get(ref)) for path, ref in refs))
            for tie, (how, refs) in said.items()
        }


def _said(row: Row) -> tuple[str, tuple[tuple[str, str], ...]]:
    value: dict[str, Any] = orjson.loads(row.raw) if row.raw else {}
    paths = TIES.get(row.type, ())
    refs = [(path, value[path]) for path in paths if isinstance(value.get(path), str)]
    if len(refs) < len(paths) or not all(mentioned(row, ref) for _path, ref in refs):
        return "", ()
    return str(value.get("relationship_type") or ""), tuple(refs)


def _end(tx: Transaction, path: str, ref: str, row: Row | None) -> ReferenceView:
    kind = ref.partition("--")[0]
    if row is None or not row.raw:
        return ReferenceView(path=path, id=ref, type=kind, name="", marking=())
    # the name may stand under a granular marking; what is read in part holds nothing of those
    atoms = markings.atoms(tx, row.effective_mid if in_part(row) else row.full_mid)
    name = name_of(orjson.loads(row.raw))
    return ReferenceView(path=path, id=ref, type=kind, name=name, marking=tuple(sorted(atoms)))
