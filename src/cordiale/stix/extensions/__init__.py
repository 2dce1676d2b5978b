"""Cordiale's own extension definitions, each with its JSON Schema beside this file."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import orjson

from cordiale.stix.atoms import CREATED, EXTENSION, PUBLISHER

_HOME = "https://github.com/cordiale/cordiale/blob/main/src/cordiale/stix/extensions/"

PUBLISHED: dict[str, str] = {"marking-atom": EXTENSION}
"""Name → id of every extension definition that Cordiale publishes."""

_DESCRIPTIONS = {
    "marking-atom": (
        "One restriction on how a version may be used, as a marking definition of its own. "
        "The id is a UUIDv5 of the atom, so it cannot be redefined."
    ),
}
_TYPES = {"marking-atom": ["property-extension"]}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an extension by its name."""
    loaded: dict[str, Any] = orjson.loads(files(__package__).joinpath(f"{name}.json").read_bytes())
    return loaded


def definitions() -> tuple[dict[str, Any], ...]:
    """Return the publisher's identity and every extension definition, the same on all nodes."""
    identity = {
        "type": "identity",
        "spec_version": "2.1",
        "id": PUBLISHER,
        "created": CREATED,
        "modified": CREATED,
        "name": "Cordiale",
        "identity_class": "system",
    }
    return (identity, *(_definition(name, identifier) for name, identifier in PUBLISHED.items()))


def _definition(name: str, identifier: str) -> dict[str, Any]:
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": identifier,
        "created_by_ref": PUBLISHER,
        "created": CREATED,
        "modified": CREATED,
        "name": name,
        "description": _DESCRIPTIONS[name],
        "schema": f"{_HOME}{name}.json",
        "version": "1.0.0",
        "extension_types": _TYPES[name],
    }
