"""Markings: sets of atoms that restrict who may have a version; joining is union.

An atom is a text such as `tlp:amber`, `level:CAN/SECRET` or `rel:CAN|FRA` (docs/reference/markings.md lists them).
Nothing here knows a recipient, a rule or a country.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec

from cordiale.platform.clock import parse_instant
from cordiale.stix import atoms as stix_atoms
from cordiale.stix import tlp
from cordiale.stix.version import Version
from cordiale.stix.view import Granular

Marking = frozenset[str]

NOTHING: Final[Marking] = frozenset()
"""The neutral element of the join; a version is never released under it, see `UNMARKED`."""

UNMARKED: Final[Marking] = frozenset({"unmarked"})
"""What a version without any restrictive marking carries until somebody marks it: nobody passes it."""

TLP: Final = tlp.LABELS
"""The labels of TLP 2.0, from widest to narrowest audience."""

PAP: Final = ("clear", "green", "amber", "red")
"""The labels of the Permissible Actions Protocol (MISP taxonomy `PAP`), from most to fewest actions."""

AXES: Final = (
    "level",
    "compartment",
    "rel",
    "orcon",
    "tlp",
    "pap",
    "not-after",
    "retain-until",
    "unresolved",
    "unmarked",
    "unknown",
)
"""The kinds of atom in the order a banner shows them."""


class Atom(msgspec.Struct, frozen=True, gc=False):
    """One atom taken apart: its axis and what stands after the colon.

    A text that is not an atom of ours has axis `unknown` and itself as value.
    """

    axis: str
    value: str = ""


def join(*markings: Marking) -> Marking:
    """Return the marking of what holds all of these: the union of their atoms."""
    return NOTHING.union(*markings)


def text_of(marking: Iterable[str]) -> str:
    """Return the canonical text: sorted atoms, one a line."""
    return "\n".join(sorted(marking))


def from_text(text: str) -> Marking:
    """Return the marking of a canonical text."""
    return frozenset(filter(None, text.split("\n")))


def marking_hash(marking: Iterable[str]) -> bytes:
    """Return the SHA-256 (32 bytes) of the canonical text, as signed leaves carry it."""
    return sha256(text_of(marking).encode()).digest()


def parse_atom(text: str) -> Atom:
    """Take one atom apart; total: what is not an atom of ours becomes `Atom("unknown", text)`."""
    axis, colon, value = text.partition(":")
    if not colon:
        return Atom(axis) if text in ("unresolved", "unmarked") else Atom("unknown", text)
    if "\n" in value or not value:
        return Atom("unknown", text)
    match axis:
        case "tlp" if value in TLP:
            return Atom(axis, value)
        case "pap" if value in PAP:
            return Atom(axis, value)
        case "level" | "compartment" if value.count("/") == 1 and all(value.split("/")):
            return Atom(axis, value)
        case "rel" if all(value.split("|")):
            return Atom(axis, value)
        case "orcon":
            return Atom(axis, value)
        case "not-after" | "retain-until" if _is_instant(value):
            return Atom(axis, value)
        case "unknown":
            return Atom(axis, value)
    return Atom("unknown", text)


def rel(names: Iterable[str]) -> str:
    """Return the releasable-to atom for these names; one of them is enough to pass."""
    return "rel:" + "|".join(sorted(set(names)))


def atom_of_definition(definition: Mapping[str, Any]) -> str:
    """Return the atom a marking-definition object stands for; "" for a plain statement.

    A definition whose id does not fit its content, or that says more than a statement, is `unknown:<id>`.
    """
    identifier = str(definition.get("id", ""))
    if identifier in tlp.ATOMS:
        return tlp.ATOMS[identifier]
    atom = stix_atoms.atom_of(definition)
    if atom is not None:
        return atom
    statement = definition.get("definition_type") == "statement" and not definition.get("extensions")
    return "" if statement else f"unknown:{identifier}"


def definition_atoms(definitions: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return marking-definition id → atom text; two that disagree about one id make it unknown."""
    found: dict[str, str] = {}
    for definition in definitions:
        identifier, atom = str(definition.get("id", "")), atom_of_definition(definition)
        if found.setdefault(identifier, atom) != atom:
            found[identifier] = f"unknown:{identifier}"
    return found


def atom_of_reference(identifier: str, definitions: Mapping[str, str]) -> str:
    """Return the atom a marking reference stands for: TLP by its fixed id, else what is held; "" for a statement."""
    return tlp.ATOMS.get(identifier) or definitions.get(identifier, f"unknown:{identifier}")


def named_by(atoms: Iterable[str]) -> dict[str, str]:
    """Return atoms by the id of the definition that follows from their text: it stands for them whether or not it is held."""
    return {stix_atoms.id_of(atom): atom for atom in atoms}


def of_references(identifiers: Iterable[str], definitions: Mapping[str, str]) -> Marking:
    """Return the marking that a list of marking references makes."""
    return frozenset(filter(None, (atom_of_reference(i, definitions) for i in identifiers)))


def of_version(
    version: Version, definitions: Mapping[str, str], default: Marking = UNMARKED
) -> tuple[Marking, Marking]:
    """Return the base marking (object markings) and the full marking (joined with every granular one).

    `definitions` maps marking-definition ids to atom texts, "" for a statement. `default` is the marking of the
    source's profile, used when no object marking restricts; without one the version is `unmarked`. A marking
    definition is under the atom it stands for, so that it goes only to those who pass it.
    """
    granular = tuple(g.marking_ref for g in version.granular if g.marking_ref)
    return of_parts(version.markings, granular, own_atom(version), definitions, default)


def of_parts(
    markings: Iterable[str],
    granular: Iterable[str],
    own: str,
    definitions: Mapping[str, str],
    default: Marking = UNMARKED,
) -> tuple[Marking, Marking]:
    """Return base and full marking of marking references, granular ones, and a definition's own atom or ""."""
    base = (of_references(markings, definitions) | ({own} if own else NOTHING)) or default
    return base, base | of_references(granular, definitions)


def own_atom(version: Version) -> str:
    """Return the atom a marking definition stands for, "" for a statement and for every other object."""
    if version.type != "marking-definition":
        return ""
    definition = version.definition
    if version.id in tlp.ATOMS:
        return tlp.ATOMS[version.id]
    if definition is None or (definition.atom is None and definition.kind != "statement"):
        return f"unknown:{version.id}"
    return definition.atom or ""


def of_granular(granular: Iterable[Granular], definitions: Mapping[str, str]) -> Marking:
    """Return the join of granular markings; language tags restrict nothing."""
    return of_references((g.marking_ref for g in granular if g.marking_ref), definitions)


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except ValueError:
        return False
    return True
