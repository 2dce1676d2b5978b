"""Marking atoms written as STIX marking definitions with ids nobody can redefine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordiale.platform.ids import uuid5
from cordiale.stix import tlp

NAMESPACE = "6f0b8a52-5a0e-5a39-9f0a-3d8f6f1d1c55"
EXTENSION = f"extension-definition--{uuid5(NAMESPACE, 'extension:marking-atom')}"
CREATED = "2026-01-01T00:00:00.000Z"


def id_of(atom_text: str) -> str:
    """Return the id of the marking definition that stands for an atom."""
    if atom_text in tlp.IDS:
        return tlp.IDS[atom_text]
    return f"marking-definition--{uuid5(NAMESPACE, atom_text)}"


def definition_of(atom_text: str, created: str = CREATED) -> dict[str, Any]:
    """Return the marking definition of an atom; ``created`` is fixed so that all nodes agree."""
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


def atom_of(definition: Mapping[str, Any]) -> str | None:
    """Return the atom a marking definition stands for, None when it is none of ours or its id is wrong."""
    raise NotImplementedError
