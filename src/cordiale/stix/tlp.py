"""The marking definitions of the Traffic Light Protocol.

Source: TLP 2.0 extension definition of OASIS CTI (ids and names) and STIX 2.1 section 7.2.1.4 (TLP 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

IDS: dict[str, str] = {
    "tlp:clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "tlp:green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "tlp:amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "tlp:amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "tlp:red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}

IDS_1: dict[str, str] = {
    "tlp:clear": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "tlp:green": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "tlp:amber": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "tlp:red": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}

LABELS = tuple(atom.removeprefix("tlp:") for atom in IDS)
"""The labels of TLP 2.0 (FIRST, August 2022), from widest to narrowest audience."""

ATOMS: dict[str, str] = {identifier: atom for atom, identifier in (*IDS.items(), *IDS_1.items())}
"""Marking-definition id → atom, for TLP 2.0 and TLP 1 (WHITE is CLEAR)."""


def definition(atom: str) -> dict[str, Any]:
    """Return the TLP 2.0 marking definition of an atom such as ``tlp:green``."""
    level = atom.removeprefix("tlp:")
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": IDS[atom],
        "created": "2022-10-01T00:00:00.000Z",
        "name": f"TLP:{level.upper()}",
        "extensions": {EXTENSION: {"extension_type": "property-extension", "tlp_2_0": level}},
    }


def atom_of(marking: Mapping[str, Any]) -> str | None:
    """Return the TLP atom of a genuine TLP marking definition, 2.0 or 1, None for any other."""
    atom = ATOMS.get(marking.get("id", ""))
    return atom if atom is not None and atom == claimed(marking) else None


def claimed(marking: Mapping[str, Any]) -> str | None:
    """Return the TLP atom a marking definition claims to be, whatever its id; `tlp:?` when it is none."""
    extensions = marking.get("extensions")
    extension = extensions.get(EXTENSION) if type(extensions) is dict else None
    if type(extension) is dict:
        return f"tlp:{extension.get('tlp_2_0', '?')}"
    if marking.get("definition_type") != "tlp":
        return None
    written = marking.get("definition")
    level = written.get("tlp", "?") if type(written) is dict else "?"
    return "tlp:clear" if level == "white" else f"tlp:{level}"
