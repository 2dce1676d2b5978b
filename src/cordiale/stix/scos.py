"""Deterministic ids of observables (STIX 2.1 sections 2.9 and 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cordiale.platform.ids import uuid5
from cordiale.stix.canonical import canonical
from cordiale.stix.sco import SCOS

NAMESPACE = "00abedb4-aa42-466c-9c01-fed23315a9b7"
"""The namespace that all producers of observables share."""

_PREFERRED = ("MD5", "SHA-1", "SHA-256", "SHA-512")


def deterministic_id(value: Mapping[str, Any]) -> str | None:
    """Return the UUIDv5 id of an observable, None when no contributing property is there."""
    kind = value.get("type")
    described = SCOS.get(kind) if type(kind) is str else None
    if described is None:
        return None
    named = {name: value[name] for name in described.identifying if name in value}
    if type(named.get("hashes")) is dict and named["hashes"]:
        named["hashes"] = _one_hash(named["hashes"])
    if not named:
        return None
    return f"{kind}--{uuid5(NAMESPACE, canonical(named).decode())}"


def _one_hash(hashes: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the one digest that makes the id: in order of preference, else the first by name."""
    name = next((one for one in _PREFERRED if one in hashes), min(hashes))
    return {name: hashes[name]}
