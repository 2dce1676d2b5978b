"""What is searched, looked up and followed in an object: its texts, values and references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from cordiale.stix.forms import is_identifier
from cordiale.stix.kinds import ObjectType
from cordiale.stix.limits import FEW
from cordiale.stix.patterns import folded, literals
from cordiale.stix.view import Reference, TextField

_CUSTOM_TEXTS = ("name", "description", "aliases")
_UNFOLLOWED = frozenset(
    ("object_marking_refs", "granular_markings", "external_references", "kill_chain_phases")
)
_ONLY_TEXTS = {str}
_PLAIN = frozenset((str, bool, int, float))


def texts_of(value: Mapping[str, Any], described: ObjectType | None) -> tuple[TextField, ...]:
    """Return the searchable texts, the most telling first, with the paths that granular markings select."""
    if value["type"] == "language-content":
        return tuple(_translated(value.get("contents"), "contents"))
    found = []
    for name in described.texts if described is not None else _CUSTOM_TEXTS:
        text = value.get(name)
        if type(text) is str:
            if text:
                found.append(TextField(name, text))
        elif type(text) is list:
            found.extend(
                TextField(f"{name}.[{index}]", item)
                for index, item in enumerate(text)
                if type(item) is str and item
            )
    return tuple(found)


def _translated(node: Any, path: str) -> Iterator[TextField]:
    if type(node) is str:
        if node:
            yield TextField(path, node)
    elif type(node) is dict:
        for name, child in node.items():
            yield from _translated(child, f"{path}.{name}")
    elif type(node) is list:
        for index, child in enumerate(node):
            yield from _translated(child, f"{path}.[{index}]")


def values_of(value: Mapping[str, Any], described: ObjectType | None) -> tuple[tuple[str, str], ...]:
    """Return the (kind, value) of observables, and of the literals in an indicator's STIX pattern."""
    if value["type"] == "indicator":
        pattern = value.get("pattern")
        return (
            tuple(literals(pattern)) if value.get("pattern_type") == "stix" and type(pattern) is str else ()
        )
    if described is None or not described.values:
        return ()
    found: dict[tuple[str, str], None] = {}
    for kind, name in described.values:
        item = value.get(name)
        if type(item) is str or type(item) is int:
            found[kind, folded(kind, str(item))] = None
        elif type(item) is dict:  # hashes
            for digest in item.values():
                if type(digest) is str:
                    found[kind, folded(kind, digest)] = None
    return tuple(found)


def references_of(value: Mapping[str, Any], described: ObjectType | None) -> tuple[Reference, ...]:
    """Return every reference to another object, in extensions and custom properties too.

    Marking references are none: they are `markings` and `granular`.
    """
    inherent = described.inherent if described is not None else ()
    names = tuple(value)
    usual = len(names) <= FEW and sum(map(len, names)) <= FEW * FEW
    single, many, other = _where(names) if usual else _where.__wrapped__(names)
    found: list[Reference] = []
    for name in single:
        target = _identifier(value[name])
        if target is not None:
            found.append(Reference(name, target, name in inherent))
    for name in many:
        found.extend(_listed(value[name], name))
    for name in other:
        item = value[name]
        kind = type(item)
        if kind is dict or (kind is list and set(map(type, item)) != _ONLY_TEXTS):
            found.extend(_nested(item, name))
    return tuple(found)


@lru_cache(maxsize=4096)
def _where(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Sort property names into references, lists of references, and what may hold some within."""
    single = tuple(name for name in names if name.endswith("_ref"))
    many = tuple(name for name in names if name.endswith("_refs") and name not in _UNFOLLOWED)
    apart = {*single, *many, *_UNFOLLOWED}
    return single, many, tuple(name for name in names if name not in apart)


def _listed(item: Any, path: str) -> Iterator[Reference]:
    if type(item) is list:
        for index, one in enumerate(item):
            target = _identifier(one)
            if target is not None:
                yield Reference(f"{path}.[{index}]", target)


_known: dict[str, str] = {}
_KNOWN_LIMIT = 1 << 16
"""Identifiers remembered: what comes in cannot make it grow further."""


def _identifier(item: Any) -> str | None:
    """Return an identifier as one shared text, None for anything else."""
    if type(item) is not str:
        return None
    known = _known.get(item)
    if known is None:
        if is_identifier(item) is None:
            return None
        if len(_known) >= _KNOWN_LIMIT:
            _known.clear()
        _known[item] = known = item
    return known


def _nested(node: Any, path: str) -> Iterator[Reference]:
    if type(node) is dict:
        for name, child in node.items():
            at = f"{path}.{name}"
            if type(child) is str:
                target = _identifier(child) if name.endswith("_ref") else None
                if target is not None:
                    yield Reference(at, target)
            elif type(child) is list and name.endswith("_refs"):
                yield from _listed(child, at)
            elif type(child) not in _PLAIN:
                yield from _nested(child, at)
    elif type(node) is list:
        for index, child in enumerate(node):
            if type(child) not in _PLAIN:
                yield from _nested(child, f"{path}.[{index}]")
