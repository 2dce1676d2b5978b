"""What of an object lies outside STIX 2.1 and outside what the partnership allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from cordiale.release.partnership import Allow, matches_any
from cordiale.stix import extensions, incident_core, tlp
from cordiale.stix.kinds import TEXT, Anything, Dictionary, Items, Kind, ObjectType, Record
from cordiale.stix.meta import COMMON, OBSERVABLE_COMMON, SMOS
from cordiale.stix.sco import SCOS
from cordiale.stix.sdo import SDOS
from cordiale.stix.sro import SROS

Path = tuple[str | int, ...]
"""Where something is in a JSON value: property names and list positions from the top."""

_ADDED: Final = "+"
"""Stands after the name of a type that an extension validated here adds."""

_Walk = Callable[[Any, Path], Iterator[Path]]


def unusual_paths(value: Mapping[str, Any]) -> list[Path]:
    """Return where an object says something STIX 2.1 does not define, outermost places only.

    Extensions that are known here count by what they say: a property that is none of theirs, one that holds what it cannot,
    and the whole extension on an object of a type it is not for. Events, impacts and tasks of Incident Core are of a known
    type where their definition stands; else their `type` is unusual.
    """
    kind = value.get("type")
    if kind not in incident_core.TYPES:
        return list(_walk_of(f"{kind}")(value, ()))
    if incident_core.described(value) is None:
        return [("type",), *_walk_of(f"{kind}")(value, ())]
    return list(_walk_of(f"{kind}{_ADDED}")(value, ()))


def unusual(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of what STIX 2.1 does not define in an object, sorted, list positions left out."""
    return tuple(sorted({name_of(path) for path in unusual_paths(value)}))


def name_of(path: Path) -> str:
    """Write a path without its list positions."""
    return ".".join(part for part in path if isinstance(part, str))


def outside_of(kind: str, names: tuple[str, ...], allow: Allow) -> tuple[str, ...]:
    """Return which unusual names of an object of a type the partnership does not allow; `type` for a type it does not."""
    if kind not in _types() and (kind not in incident_core.TYPES or "type" in names):
        if not matches_any(allow.types, kind):
            return ("type",)
        return tuple(n for n in names if n.startswith("extensions.") and not _allowed(n, allow))
    return tuple(n for n in names if not _allowed(n, allow))


def _allowed(name: str, allow: Allow) -> bool:
    first, *rest = name.split(".")
    if first == "extensions" and len(rest) == 1:
        return matches_any(allow.extensions, rest[0])
    if first == "extensions" and rest and _listed_whole(rest[0], allow):
        return True
    return matches_any(allow.properties, name) or matches_any(allow.properties, name.rsplit(".", 1)[-1])


def _listed_whole(extension: str, allow: Allow) -> bool:
    """Tell whether an extension may leave whatever it says: what lies in a predefined one is listed as a property."""
    return extension.startswith("extension-definition--") and matches_any(allow.extensions, extension)


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
    name = kind.removesuffix(_ADDED)
    # a fault in what an extension defines is a warning alone: nothing else has looked at what its properties hold
    strict = {} if name == kind else {one: _strict(k) for one, k in found.properties.items()}
    return _record(
        {**known, **found.properties, "type": Kind(), "id": Kind()}, found.extensions, _own(name), strict
    )


def _own(kind: str) -> Mapping[str, _Walk]:
    """Return the extensions known here that an object of a type may carry, each with what is unusual in it."""
    published = {i: _published(name, kind) for name, i in extensions.PUBLISHED.items()}
    own = {i: walk for i, walk in published.items() if walk is not None}
    if kind == "marking-definition":
        own[tlp.EXTENSION] = _described({"extension_type": TEXT, "tlp_2_0": TEXT})
    if kind == "incident":
        own[incident_core.CORE] = _described(incident_core.INCIDENT.properties)
    if kind in incident_core.DEFINITIONS:
        own[incident_core.DEFINITIONS[kind]] = _described({"extension_type": TEXT})
        own |= {
            name: _described(record.properties)
            for name, record in incident_core.IMPACTS.items()
            if kind == "impact"
        }
    return own


def _published(name: str, kind: str) -> _Walk | None:
    """Return what is unusual in an extension of ours by its schema; None where it is not for objects of a type."""
    said = extensions.schema(name)["properties"]
    if kind not in said["type"].get("enum", [said["type"].get("const")]):
        return None
    return _of_schema(said["extensions"]["properties"][extensions.PUBLISHED[name]])


def _of_schema(schema: Mapping[str, Any]) -> _Walk:
    if "properties" in schema:
        return _closed({name: _of_schema(inner) for name, inner in schema["properties"].items()})
    if "items" in schema:
        return _listed(_of_schema(schema["items"]))
    said = schema.get("type", ())
    kinds = frozenset(said if isinstance(said, list | tuple) else (said,))
    if kinds & {"object", "array"} or not schema.keys() - {"description"}:
        return _open
    return _plain


def _described(properties: Mapping[str, Kind]) -> _Walk:
    """Return what is unusual in a record of which nothing but its shape here says what it may hold."""
    return _closed({name: _strict(kind) for name, kind in properties.items()})


def _strict(kind: Kind) -> _Walk:
    if isinstance(kind, Record):
        return _described(kind.properties) if kind.properties else _open
    if isinstance(kind, Items):
        return _listed(_strict(kind.of))
    if isinstance(kind, Dictionary):
        return _keyed(_strict(kind.of))
    return _open if isinstance(kind, Anything) else _plain


def _closed(known: Mapping[str, _Walk]) -> _Walk:
    def walk(value: Any, path: Path) -> Iterator[Path]:
        if not isinstance(value, dict):
            yield path
            return
        for name, item in value.items():
            if name in known:
                yield from known[name](item, (*path, name))
            else:
                yield (*path, name)

    return walk


def _listed(inner: _Walk) -> _Walk:
    items = _items(inner)

    def walk(value: Any, path: Path) -> Iterator[Path]:
        if isinstance(value, list):
            yield from items(value, path)
        else:
            yield path

    return walk


def _keyed(inner: _Walk) -> _Walk:
    entries = _dictionary(inner)

    def walk(value: Any, path: Path) -> Iterator[Path]:
        if isinstance(value, dict):
            yield from entries(value, path)
        else:
            yield path

    return walk


def _plain(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict | list):
        yield path


def _open(_value: Any, _path: Path) -> Iterator[Path]:
    return iter(())


def _record(
    known: Mapping[str, Kind],
    predefined: Mapping[str, Record] | None,
    own: Mapping[str, _Walk] = MappingProxyType({}),
    strict: Mapping[str, _Walk] = MappingProxyType({}),
) -> _Walk:
    nested = {name: inner for name, kind in known.items() if (inner := _nested(kind)) is not None} | dict(
        strict
    )
    if predefined is not None:
        nested["extensions"] = _extensions(predefined, own)
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


def _extensions(predefined: Mapping[str, Record], own: Mapping[str, _Walk]) -> _Walk:
    inner = {name: _record(record.properties, None) for name, record in predefined.items()} | dict(own)

    def walk(value: Any, path: Path) -> Iterator[Path]:
        if isinstance(value, dict):
            for name in value:
                if name not in inner:
                    yield (*path, name)
                else:
                    yield from inner[name](value[name], (*path, name))

    return walk
