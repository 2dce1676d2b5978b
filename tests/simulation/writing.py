"""Write objects with canaries: words that stand nowhere else and are looked for wherever they must not be."""

from __future__ import annotations

from random import Random
from typing import Any

import orjson

from cordiale.platform.clock import format_instant
from cordiale.platform.ids import as_uuid
from cordiale.stix import atoms as definitions
from tests.simulation.reference import Atoms, Said
from tests.simulation.world import identity

SDO = ("indicator", "malware")
ORDINARY = ("tlp:clear", "tlp:green", "tlp:green", "tlp:green", "tlp:amber", "tlp:amber", "tlp:red")
EXTRA = ("rel:can|fra", "rel:can|gbr", "rel:fra|gbr", "compartment:can/MAPLE")
SHARED = tuple(f"domain-name--5a3e7b10-4c1d-5a49-9d70-00000000000{n}" for n in range(3))
"""Ids that several sources speak about, each with a marking of its own."""


def marking(random: Random, now: int) -> Atoms:
    """Draw a marking: mostly one TLP label, sometimes more atoms."""
    atoms = {random.choice(ORDINARY)}
    draw = random.random()
    if draw < 0.2:
        atoms.add(random.choice(EXTRA))
    elif draw < 0.25:
        ends = now + random.choice((30, 3600, 86_400)) * 1_000_000
        atoms.add("not-after:" + format_instant(ends // 1_000_000 * 1_000_000, 3))
    return frozenset(atoms)


def word(random: Random, kind: str) -> str:
    """Draw a canary."""
    return f"{kind}x{random.getrandbits(48):012x}"


def write(
    random: Random,
    author: str,
    kind: str,
    atoms: Atoms,
    now: int,
    *,
    earlier: Said | None = None,
    tie: bool = False,
    refs: tuple[str, ...] = (),
    hidden: Atoms = frozenset(),
    stix_id: str = "",
    foreign: bool = False,
) -> Said:
    """Write one version of an object; `tie` gives it the modified time of the one before."""
    stix_id = earlier.id if earlier else stix_id or f"{kind}--{as_uuid(random.randbytes(16), 4)}"
    token = word(random, "c")
    modified: int | None = now // 1000 * 1000
    if earlier is not None and earlier.modified is not None:
        assert modified is not None
        modified = earlier.modified if tie else max(modified, earlier.modified + 1000)
    stamp = format_instant(modified, 3) if modified is not None else ""
    value: dict[str, Any] = {"type": kind, "spec_version": "2.1", "id": stix_id}
    secret = ""
    inherent: tuple[str, ...] = ()
    if kind == "domain-name":
        value["value"] = f"{token}.example"
        modified = None
    else:
        created = orjson.loads(earlier.raw)["created"] if earlier else stamp
        value |= {"created": created, "modified": stamp}
        # somebody else's words, passed on: nobody here is their creator
        value["created_by_ref"] = identity("elsewhere" if foreign else author)
        if hidden:
            secret = word(random, "d")
            value["description"] = f"kept apart {secret}"
            value["granular_markings"] = [
                {"marking_ref": definitions.id_of(atom), "selectors": ["description"]}
                for atom in sorted(hidden)
            ]
    match kind:
        case "indicator":
            value |= {"name": token, "pattern": "[domain-name:value = 'a.example']", "pattern_type": "stix"}
            value["valid_from"] = "2026-03-01T00:00:00Z"
        case "malware":
            value |= {"name": token, "is_family": False}
        case "relationship":
            refs = inherent = refs[:2]
            value |= {"relationship_type": token, "source_ref": refs[0], "target_ref": refs[1]}
        case "sighting":
            refs = inherent = refs[:1]
            value |= {"sighting_of_ref": refs[0], "description": token}
        case "report":
            value |= {"name": token, "published": stamp, "object_refs": list(refs)}
        case "note":
            value |= {"content": token, "object_refs": list(refs)}
    value["object_marking_refs"] = sorted(definitions.id_of(atom) for atom in atoms)
    return Said(
        stix_id,
        kind,
        orjson.dumps(value),
        author,
        atoms,
        atoms | hidden,
        refs,
        inherent,
        modified,
        token,
        secret,
    )


def definition(atom: str) -> bytes:
    """Write the marking definition of an atom."""
    return orjson.dumps(definitions.definition_of(atom))
