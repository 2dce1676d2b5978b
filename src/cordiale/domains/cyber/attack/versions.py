"""Compare two versions of ATT&CK: what was added, changed, revoked (and by what), deprecated, taken out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from cordiale.desk.analysis.streaming import objects
from cordiale.desk.incoming.sources import of_file, unpacked
from cordiale.domains.cyber.attack.objects import KNOWLEDGE, code, ended
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.stix.ingress import Limits

Objects = Mapping[str, Mapping[str, Any]]
"""Objects by id."""

LARGEST: Final = 512 << 20
EXPANSION: Final = 100
"""Bytes of a bundle, and how many times its compressed size."""

_APART: Final = frozenset(
    ("modified", "x_mitre_version", "x_mitre_attack_spec_version", "x_mitre_modified_by_ref", "spec_version", "x_mitre_contributors")
)  # fmt: skip
"""Properties whose change alone is none to whoever uses the object."""


class Change(msgspec.Struct, frozen=True):
    """One object that differs: its versions before and after, which properties changed, and what replaces it."""

    id: str
    type: str
    code: str
    name: str
    before: str = ""
    after: str = ""
    properties: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    """Codes and names of what a revoked object was replaced by."""


class Comparison(msgspec.Struct, frozen=True):
    """What differs between two versions; `relationships` counts those added, changed and taken out."""

    old: str
    new: str
    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    revoked: tuple[Change, ...]
    deprecated: tuple[Change, ...]
    removed: tuple[Change, ...]
    relationships: dict[str, int]
    same: int


def bundle(path: Path) -> dict[str, dict[str, Any]]:
    """Return the objects of a bundle in a file, gzip or not, by id; raises InputError for a file that is none of ATT&CK's."""
    limits = Limits(total_bytes=LARGEST)
    found: dict[str, dict[str, Any]] = {}
    for raw in objects(unpacked(of_file(path).open(), EXPANSION, LARGEST), limits):
        if isinstance(raw, bytes):
            value = orjson.loads(raw)
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                found[value["id"]] = value
    if not any(value.get("type") == "attack-pattern" and code(value) for value in found.values()):
        raise InputError("no-attack", _("{path} holds no technique of ATT&CK."), path=str(path))
    return found


def version(held: Iterable[Mapping[str, Any]]) -> str:
    """Return what a bundle calls itself: "Mobile ATT&CK 17.1", "" where it does not say."""
    for value in held:
        if value.get("type") == "x-mitre-collection":
            return f"{value.get('name') or 'ATT&CK'} {value.get('x_mitre_version') or ''}".strip()
    return ""


def compare(old: Objects, new: Objects) -> Comparison:
    """Compare two versions object by object, by id; lists are in order of type and code."""
    replaced = _replaced(new)
    lists: dict[str, list[Change]] = {
        kind: [] for kind in ("added", "changed", "revoked", "deprecated", "removed")
    }
    same = 0
    for identifier, value in new.items():
        if value.get("type") not in KNOWLEDGE:
            continue
        before = old.get(identifier)
        if before is None:
            # what is new and gone already was never anybody's
            lists["deprecated" if ended(value) else "added"].append(_change(value, None, replaced, new))
            continue
        properties = _differing(before, value)
        if value.get("revoked") and not before.get("revoked"):
            lists["revoked"].append(_change(value, before, replaced, new, properties))
        elif value.get("x_mitre_deprecated") and not before.get("x_mitre_deprecated"):
            lists["deprecated"].append(_change(value, before, replaced, new, properties))
        elif properties:
            lists["changed"].append(_change(value, before, replaced, new, properties))
        else:
            same += 1
    lists["removed"] = [
        _change(value, None, replaced, new, gone=True)
        for identifier, value in old.items()
        if value.get("type") in KNOWLEDGE and identifier not in new
    ]
    in_order = {
        kind: tuple(sorted(found, key=lambda one: (KNOWLEDGE.index(one.type), one.code, one.name)))
        for kind, found in lists.items()
    }
    return Comparison(
        version(old.values()),
        version(new.values()),
        **in_order,
        relationships=_relations(old, new),
        same=same,
    )


def _replaced(held: Objects) -> dict[str, list[str]]:
    """Return by the id of what was revoked the ids of what replaces it."""
    found: dict[str, list[str]] = {}
    for value in held.values():
        if value.get("type") == "relationship" and value.get("relationship_type") == "revoked-by":
            found.setdefault(str(value.get("source_ref")), []).append(str(value.get("target_ref")))
    return found


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    names = {*before, *after} - _APART
    # a property that is absent says the same as one that is false or empty
    return tuple(sorted(name for name in names if (before.get(name) or None) != (after.get(name) or None)))


def _change(
    value: Mapping[str, Any],
    before: Mapping[str, Any] | None,
    replaced: Mapping[str, list[str]],
    new: Objects,
    properties: tuple[str, ...] = (),
    *,
    gone: bool = False,
) -> Change:
    instead = [new.get(one, {}) for one in replaced.get(str(value.get("id")), ())]
    own = str(value.get("x_mitre_version") or "")
    return Change(
        id=str(value.get("id")),
        type=str(value.get("type")),
        code=code(value),
        name=str(value.get("name") or ""),
        before=own if gone else str((before or {}).get("x_mitre_version") or ""),
        after="" if gone else own,
        properties=properties,
        replaced_by=tuple(
            dict.fromkeys(f"{code(one)} {one.get('name') or ''}".strip() for one in instead if one)
        ),
    )


def _relations(old: Objects, new: Objects) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for identifier, value in new.items():
        if value.get("type") == "relationship":
            before = old.get(identifier)
            counts["added" if before is None else "changed" if _differing(before, value) else "same"] += 1
    counts["removed"] = sum(
        value.get("type") == "relationship" and identifier not in new for identifier, value in old.items()
    )
    return dict(counts)
