"""Which atom each marking reference stands for, and which definitions have to go with what names them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import orjson

from cordiale.exchange import records
from cordiale.release.definition import borrows
from cordiale.release.marking import definition_atoms
from cordiale.release.pruning import mentions
from cordiale.stix import tlp
from cordiale.stix.version import Version, view
from cordiale.store import versions
from cordiale.store.connection import Transaction
from cordiale.store.types import Row


class Definition(msgspec.Struct, frozen=True):
    """One statement of a marking definition that is held here.

    `borrows` says that it goes under the marking of the entry that names it (`release.definition`); `overlay` is the marking id of what a
    person here made it stricter by, or None. `objects` are the objects that it names, `definitions` the other marking
    definitions.
    """

    row: Row
    version: Version
    borrows: bool
    overlay: int | None
    objects: frozenset[str]
    definitions: frozenset[str]


def references(found: Iterable[Version]) -> frozenset[str]:
    """Return the marking-definition ids that these versions name, those of TLP left out."""
    named = {marking for version in found for marking in version.markings}
    named |= {g.marking_ref for version in found for g in version.granular if g.marking_ref}
    return frozenset(named - tlp.ATOMS.keys())


def held(tx: Transaction, ids: Iterable[str]) -> dict[str, list[tuple[int, bytes]]]:
    """Return (vid, raw) of every held statement of these marking definitions, by id."""
    numbers = {oid: stix_id for stix_id, oid in versions.oids(tx, ids).items()}
    rows = [(oid, vid) for oid, vid, *_rest in records.versions_of(tx, list(numbers))]
    bodies = versions.bodies(tx, [vid for _oid, vid in rows])
    found: dict[str, list[tuple[int, bytes]]] = {}
    for oid, vid in rows:
        if vid in bodies:
            found.setdefault(numbers[oid], []).append((vid, bodies[vid]))
    return found


def stated(tx: Transaction, node: str, ids: Iterable[str]) -> dict[str, tuple[Definition, ...]]:
    """Return the current statements of these marking definitions by id, our own first; () for what is not held."""
    wanted = list(ids)
    numbers = list(versions.oids(tx, wanted).values())
    vids = [vid for _oid, vid, _modified, _created, now in records.versions_of(tx, numbers) if now]
    rows = [row for row in versions.by_vid(tx, vids, None).values() if row.origin != "derived"]
    stricter = records.overlays(tx, [row.vid for row in rows])
    found: dict[str, list[Definition]] = {identifier: [] for identifier in wanted}
    for row in sorted(rows, key=lambda row: (row.source != node, row.vid)):
        if row.raw is not None and row.type == "marking-definition":
            found[row.id].append(_definition(row, row.raw, stricter.get(row.vid)))
    return {identifier: tuple(rows) for identifier, rows in found.items()}


def _definition(row: Row, raw: bytes, overlay: int | None) -> Definition:
    version = view(orjson.loads(raw), raw, row.hash)
    named = mentions(raw) - {row.id} - tlp.ATOMS.keys()
    others = frozenset(i for i in named if i.startswith("marking-definition--"))
    objects = frozenset(i for i in named - others if not i.startswith("extension-definition--"))
    return Definition(row, version, borrows(version), overlay, objects, others)


def atoms(raws: Iterable[bytes]) -> dict[str, str]:
    """Return marking-definition id → atom text; two that disagree make the id unknown."""
    return definition_atoms(orjson.loads(raw) for raw in raws)
