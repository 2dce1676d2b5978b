"""Which atom each marking reference stands for, from the definitions held here."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from cordiale.exchange import records
from cordiale.release.marking import definition_atoms
from cordiale.stix import tlp
from cordiale.stix.version import Version
from cordiale.store import versions
from cordiale.store.connection import Transaction


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


def atoms(raws: Iterable[bytes]) -> dict[str, str]:
    """Return marking-definition id → atom text; two that disagree make the id unknown."""
    return definition_atoms(orjson.loads(raw) for raw in raws)
