"""Deterministic ids of observables (STIX 2.1 section 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMESPACE = "00abedb4-aa42-466c-9c01-fed23315a9b7"


def deterministic_id(value: Mapping[str, Any]) -> str | None:
    """Return the UUIDv5 id of an observable, None when no contributing property is there."""
    raise NotImplementedError
