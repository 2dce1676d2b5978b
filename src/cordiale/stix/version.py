"""One immutable version of one object: its bytes and the typed view beside them."""

from __future__ import annotations

import msgspec

from cordiale.stix.ingress import DEFAULT_LIMITS, Limits
from cordiale.stix.problem import Problem
from cordiale.stix.view import Granular, MarkingDefinition, Reference, TextField

__all__ = [
    "Granular",
    "MarkingDefinition",
    "Problem",
    "Reference",
    "TextField",
    "Version",
    "read",
]


class Version(msgspec.Struct, frozen=True, gc=False):
    """One version of one object. Instants are microseconds since 1970 UTC."""

    raw: bytes
    hash: bytes
    id: str
    type: str
    created: int | None = None
    modified: int | None = None
    created_by: str | None = None
    revoked: bool = False
    markings: tuple[str, ...] = ()
    granular: tuple[Granular, ...] = ()
    refs: tuple[Reference, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    texts: tuple[TextField, ...] = ()
    name: str = ""
    lang: str | None = None
    definition: MarkingDefinition | None = None


def read(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[Version, list[Problem]]:
    """Decode, validate and view one object.

    Raises InputError when the bytes are not one readable JSON object with an id and a type.
    """
    raise NotImplementedError
