"""Cordiale's own extension definitions, each with its JSON Schema beside this file."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import orjson

from cordiale.platform.ids import uuid5
from cordiale.stix.atoms import CREATED, EXTENSION, NAMESPACE, PUBLISHER

_HOME = "https://github.com/cordiale/cordiale/blob/main/src/cordiale/stix/extensions/"

_DESCRIPTIONS = {
    "marking-atom": (
        "One restriction on how a version may be used, as a marking definition of its own. "
        "The id is a UUIDv5 of the atom, so it cannot be redefined."
    ),
    "joint-case": "Work that partners do together: who takes part, who only reads, what counts as agreement.",
    "joint-revision": "One text that partners take positions on, both languages together under one hash.",
    "joint-position": "Where one member stands on the hash of one revision, signed, with the reserve it makes.",
    "joint-agreement": "The chair's signed record that a revision is agreed, with every position on its hash.",
    "joint-contribution": "What a participant adds to a case: an assessment, an option, progress, an effect, a lesson.",
    "joint-request": "What one node asks of others, by when, and whether it was satisfied.",
    "joint-answer": "What a node answers to a request, and what it gives with it.",
    "joint-task": "What a node of a case takes on, by when.",
    "misp": "What a MISP instance says of what became an object and STIX has no place for, so that it can go back.",
    "chosen-statement": "Whose word a node shows for a property of which sources say different things, and why.",
    "source-fact": "One fact about a publisher, dated, with who says it and what it was read from; never a score.",
    "account-owner": "Whose an account is, with who says so; the account is named by reference alone.",
    "information-technique": "A technique of DISARM that a person accepted or rejected, with the findings that spoke for it.",
    "information-set": "What ties incidents of information manipulation together: habits seen, and why it is one set.",
    "information-fingerprint": "A text asked about without being sent: keyed hashes of a sample of its word runs.",
}

PUBLISHED: dict[str, str] = {
    name: EXTENSION
    if name == "marking-atom"
    else f"extension-definition--{uuid5(NAMESPACE, f'extension:{name}')}"
    for name in _DESCRIPTIONS
}
"""Name → id of every extension definition that Cordiale publishes."""


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
        "extension_types": ["property-extension"],
    }
