"""Write joint objects: the STIX object around what an extension says, stored, audited and given to who takes part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from cordiale.desk.marking.stating import instants
from cordiale.platform.ids import uuid4
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk

LABEL = "joint-"
"""Begins the label that everything in one case carries, so that it can be let go together."""


def label_of(case: str) -> str:
    """Return the label of everything in a case."""
    return LABEL + case.partition("--")[2]


def object_of(
    desk: Desk,
    name: str,
    said: msgspec.Struct,
    type: str,
    /,
    *,
    id: str | None = None,
    created: str | None = None,
    after: int | None = None,
    refs: Sequence[str] = (),
    case: str = "",
    **properties: Any,
) -> dict[str, Any]:
    """Return the STIX object of a type that says something joint; `after` is the `modified` of the version before.

    `properties` are those that a reader without our extensions understands.
    """
    first, modified = instants(desk, after)
    identifier = id or f"{type}--{uuid4(desk.random)}"
    value: dict[str, Any] = {
        "type": type,
        "spec_version": "2.1",
        "id": identifier,
        "created": created or first,
        "modified": modified,
        **{key: one for key, one in properties.items() if one not in ("", None, ())},
    }
    if refs:
        value["object_refs"] = list(dict.fromkeys(refs))
    if case:
        value["labels"] = [label_of(case)]
    extension = PUBLISHED[name]
    value["extensions"] = {
        extension: {"extension_type": "property-extension", "definition_ref": extension, **_plain(said)}
    }
    return value


def _plain(said: msgspec.Struct) -> Mapping[str, Any]:
    """Return what is said without what is left out or not said."""
    written: dict[str, Any] = msgspec.to_builtins(said)
    return {key: one for key, one in written.items() if one is not None and one != [] and one != {}}
