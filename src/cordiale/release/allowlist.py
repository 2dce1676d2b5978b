"""What of an object lies outside STIX 2.1 and outside what the partnership allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from cordiale.release.partnership import Allow, matches_any
from cordiale.stix import extensions, incident_core, tlp
from cordiale.stix.kinds import Dictionary, Items, Kind, ObjectType, Record
from cordiale.stix.meta import COMMON, OBSERVABLE_COMMON, SMOS
from cordiale.stix.sco import SCOS
from cordiale.stix.sdo import SDOS
from cordiale.stix.sro import SROS

Path = tuple[str | int, ...]
"""Where something is in a JSON value: property names and list positions from the top."""

OWN_EXTENSIONS: Final = frozenset({tlp.EXTENSION, *extensions.PUBLISHED.values(), incident_core.CORE, *incident_core.DEFINITIONS.values()})  # fmt: skip
"""Extensions without which a marking cannot be read, our own, and those that are validated here; they always may leave."""

_ADDED: Final = "+"
"""Stands after the name of a type that an extension validated here adds."""

_Walk = Callable[[Any, Path], Iterator[Path]]


def unusual_paths(value: Mapping[str, Any]) -> list[Path]:
    """Return where an object says something STIX 2.1 does not define, outermost places only."""
    added = _ADDED if incident_core.described(value) is not None else ""
    return list(_walk_of(f"{value.get('type')}{added}")(value, ()))


def unusual(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of what STIX 2.1 does not define in an object, sorted, list positions left out."""
    return tuple(sorted({name_of(path) for path in unusual_paths(value)}))


def name_of(path: Path) -> str:
    """Write a path without its list positions."""
    return ".".join(part for part in path if isinstance(part, str))


def outside_of(kind: str, names: tuple[str, ...], allow: Allow) -> tuple[str, ...]:
    """Return which unusual names of an object of a type the partnership does not allow; `type` for a type it does not."""
    if kind not in _types() and f"extensions.{incident_core.DEFINITIONS.get(kind)}" not in names:
        if not matches_any(allow.types, kind):
            return ("type",)
        return tuple(n for n in names if n.startswith("extensions.") and not _allowed(n, allow))
    return tuple(n for n in names if not _allowed(n, allow))


def _allowed(name: str, allow: Allow) -> bool:
    first, *rest = name.split(".")
    if first == "extensions" and len(rest) == 1:
        return rest[0] in OWN_EXTENSIONS or matches_any(allow.extensions, rest[0])
    return matches_any(allow.properties, name) or matches_any(allow.properties, name.rsplit(".", 1)[-1])


@cache
def _types() -> Mapping[str, ObjectType]:
    added = {f"{name}{_ADDED}": found for name, found in incident_core.TYPES.items()}
    return {**SDOS, **SROS, **SCOS, **SMOS, **added}


@cache
def _walk_of(kind: str) -> _Walk:
    found = _types().get(kind)
    if found is None:
        return _record({**COMMON, "type": Kind(), "id": Kind()}, {})
    common = OBSERVABLE_COMMON if found.family == "sco" else COMMON
    known = {name: k for name, k in common.items() if name not in found.without}
    return _record({**known, **found.properties, "type": Kind(), "id": Kind()}, found.extensions)


def _record(known: Mapping[str, Kind], extensions: Mapping[str, Record] | None) -> _Walk:
    nested = {name: inner for name, kind in known.items() if (inner := _nested(kind)) is not None}
    if extensions is not None:
        nested["extensions"] = _extensions(extensions)
    names = frozenset(known) | frozenset(nested)

    def walk(value: Any, path: Path) -> Iterator[Path]:
        if isinstance(value, dict):
            for name in value:
                if name not in names:
                    yield (*path, name)
                elif name in nested:
                    yield from nested[name](value[name], (*path, name))

    return walk


def _nested(kind: Kind) -> _Walk | None:
    if isinstance(kind, Record):
        return _record(kind.properties, None) if kind.properties else None
    if isinstance(kind, Items):
        inner = _nested(kind.of)
        return None if inner is None else _items(inner)
    if isinstance(kind, Dictionary):
        inner = _nested(kind.of)
        return None if inner is None else _dictionary(inner)
    return None


def _items(inner: _Walk) -> _Walk:
    def walk(value: Any, path: Path) -> Iterator[Path]:
        if isinstance(value, list):
            for position, item in enumerate(value):
                yield from inner(item, (*path, position))

    return walk


def _dictionary(inner: _Walk) -> _Walk:
    def walk(value: Any, path: Path) -> Iterator[Path]:
        if isinstance(value, dict):
            for name, item in value.items():
                yield from inner(item, (*path, name))

    return walk


def _extensions(predefined: Mapping[str, Record]) -> _Walk:
    inner = {name: _record(record.properties, None) for name, record in predefined.items()}

    def walk(value: Any, path: Path) -> Iterator[Path]:
        if isinstance(value, dict):
            for name in value:
                if name not in inner:
                    yield (*path, name)
                else:
                    yield from inner[name](value[name], (*path, name))

    return walk
