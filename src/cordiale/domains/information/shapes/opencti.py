"""OpenCTI's own object types: their ids, their extension, and what each is to a client that does not know them.

Source: OpenCTI's STIX converters and its Python client (types `narrative`, `channel`, `event` as new SDOs, `media-content` as a
new SCO; ids are UUIDv5 of the name in lower case, or of the address, in the namespace of STIX observables).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cordiale.platform.ids import uuid5
from cordiale.stix.canonical import canonical
from cordiale.stix.scos import NAMESPACE, deterministic_id

OBJECT_EXTENSION: Final = "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba"
"""OpenCTI's extension of domain objects."""

OBSERVABLE_EXTENSION: Final = "extension-definition--f93e2c80-4231-4f9a-af8b-95c9bd566a82"
"""OpenCTI's extension of observables."""

KINDS: Final = ("narrative", "channel", "event", "media-content")

TYPES_OF: Final[Mapping[str, str]] = {"narrative": "narrative_types", "channel": "channel_types", "event": "event_types"}  # fmt: skip
"""The property in which each kind says of which types it is."""

INSTEAD: Final = "cordiale-instead-of"
"""The reference by which a fallback says what it stands for."""

_SPACE: Final = "2f1c4a6e-8d0b-5a3f-9c7e-4b6d8f0a2c41"
"""The namespace of ids of fallbacks: the same original has the same one everywhere."""


def identifier(kind: str, named: str) -> str:
    """Return the id that OpenCTI gives to a narrative, channel or event of a name, or to media content at an address."""
    said = {"url": named} if kind == "media-content" else {"name": named.lower().strip()}
    return f"{kind}--{uuid5(NAMESPACE, canonical(said).decode())}"


def shaped(kind: str, created: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object of one of the kinds with its extension; `said` are its properties, empty ones left out."""
    value: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": identifier(kind, str(said["url"] if kind == "media-content" else said["name"])),
    }
    if kind == "media-content":
        extension = {OBSERVABLE_EXTENSION: {"extension_type": "new-sco"}}
    else:
        value |= {"created": created, "modified": created}
        extension = {OBJECT_EXTENSION: {"extension_type": "new-sdo"}}
    return {**value, **{name: one for name, one in said.items() if one not in ("", None, (), [])}, "extensions": extension}  # fmt: skip


def is_shaped(value: Mapping[str, Any]) -> bool:
    """Tell whether an object is one of OpenCTI's four kinds."""
    return value.get("type") in KINDS


def plain(value: Mapping[str, Any], about: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the plain STIX object that says the same to a client without extensions.

    A channel is `infrastructure`, media content a `url`; a narrative and an event are a `note` about `about`. The fallback names
    its original by a reference, so that whoever knows the original shows one of the two.
    """
    kind = str(value["type"])
    if kind == "media-content":
        url = {"type": "url", "value": str(value["url"])}
        return {"spec_version": "2.1", "id": deterministic_id(url), **url}
    words = " – ".join(part for part in (str(value.get("name") or ""), str(value.get("description") or "")) if part)  # fmt: skip
    types = [str(one) for one in value.get(TYPES_OF[kind]) or ()]
    common = {
        "spec_version": "2.1",
        "created": value["created"],
        "modified": value["modified"],
        "external_references": [{"source_name": INSTEAD, "external_id": value["id"]}],
        **({"lang": value["lang"]} if value.get("lang") else {}),
    }
    if kind == "channel":
        named = {"name": str(value.get("name") or ""), "description": str(value.get("description") or "")}
        made = {"type": "infrastructure", "infrastructure_types": ["unknown"], "labels": ["channel", *types], **named}  # fmt: skip
        return {"id": f"infrastructure--{_same(value)}", **common, **{k: v for k, v in made.items() if v}}
    when = [str(value[name]) for name in ("start_time", "stop_time") if value.get(name)]
    content = " ".join([words, *(f"({' – '.join(when)})" for _once in when[:1])])
    return {
        "type": "note",
        "id": f"note--{_same(value)}",
        **common,
        "abstract": f"{kind.capitalize()}: {value.get('name') or ''}"[:250],
        "content": content,
        "labels": [kind, *types],
        "object_refs": list(about),
    }


def original_of(value: Mapping[str, Any]) -> str:
    """Return the id of what a fallback stands for, empty for what is none."""
    references = value.get("external_references")
    for one in references if isinstance(references, list) else []:
        if isinstance(one, Mapping) and one.get("source_name") == INSTEAD:
            return str(one.get("external_id") or "")
    return ""


def _same(value: Mapping[str, Any]) -> str:
    return uuid5(_SPACE, str(value["id"]))
