"""Marking atoms written as STIX marking definitions with ids nobody can redefine.

The id of an atom's definition is a UUIDv5 of its text, so a definition that says one thing under the id of
another is found by whoever reads it. TLP atoms keep the ids everybody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cordiale.platform.ids import uuid5
from cordiale.stix import tlp

NAMESPACE = "6f0b8a52-5a0e-5a39-9f0a-3d8f6f1d1c55"
"""Namespace of the UUIDv5 ids of Cordiale's own definitions."""

EXTENSION = f"extension-definition--{uuid5(NAMESPACE, 'extension:marking-atom')}"
"""Id of the extension definition *marking atom*."""

PUBLISHER = f"identity--{uuid5(NAMESPACE, 'identity:cordiale')}"
"""Id of the identity that publishes Cordiale's definitions."""

CREATED = "2026-01-01T00:00:00.000Z"
"""When the definitions were created: fixed, so that their bytes are the same on every node."""


@lru_cache(maxsize=4096)
def id_of(atom_text: str) -> str:
    """Return the id of the marking definition that stands for an atom."""
    if atom_text in tlp.IDS:
        return tlp.IDS[atom_text]
    return f"marking-definition--{uuid5(NAMESPACE, atom_text)}"


def definition_of(atom_text: str, created: str = CREATED) -> dict[str, Any]:
    """Return the marking definition of an atom such as ``level:CAN/SECRET``."""
    if atom_text in tlp.IDS:
        return tlp.definition(atom_text)
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": id_of(atom_text),
        "created": created,
        "name": atom_text,
        "extensions": {EXTENSION: {"extension_type": "property-extension", "atom": atom_text}},
    }


def claimed(definition: Mapping[str, Any]) -> str | None:
    """Return the atom a marking definition claims to stand for, whatever its id."""
    extensions = definition.get("extensions")
    if type(extensions) is not dict or type(extensions.get(EXTENSION)) is not dict:
        return None
    atom = extensions[EXTENSION].get("atom")
    return atom if type(atom) is str and atom else None


def atom_of(definition: Mapping[str, Any]) -> str | None:
    """Return the atom a marking definition stands for, None when it is none of ours or its id is wrong."""
    if definition.get("type") != "marking-definition":
        return None
    atom = claimed(definition)
    if atom is not None:
        return atom if atom not in tlp.IDS and definition.get("id") == id_of(atom) else None
    return tlp.atom_of(definition)
