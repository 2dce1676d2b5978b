"""STIX 2.0 objects made into STIX 2.1 ones, with a report of what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class Change(msgspec.Struct, frozen=True):
    """One thing the upgrade did to one object."""

    object_id: str
    path: str
    code: str
    message_id: str
    params: Mapping[str, str] = {}


class Upgrade(msgspec.Struct, frozen=True):
    """The STIX 2.1 objects that one STIX 2.0 object became (the object first, then its observables)."""

    objects: tuple[dict[str, Any], ...]
    changes: tuple[Change, ...]


def is_20(value: Mapping[str, Any]) -> bool:
    """Tell whether a decoded object is written in STIX 2.0."""
    raise NotImplementedError


def upgrade(value: Mapping[str, Any]) -> Upgrade:
    """Return the STIX 2.1 form of one STIX 2.0 object and what changed."""
    raise NotImplementedError
