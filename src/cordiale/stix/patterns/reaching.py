"""The values that a path leads to in an observation."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cordiale.stix.patterns.tree import EVERY

Objects = Mapping[str, Mapping[str, Any]]
Reach = Callable[[Mapping[str, Any], Objects], Sequence[Any]]
"""From an observable, and those it may refer to, to the values at a path: none where the path is not present."""

MOST: Final = 10_000
"""Values that one path leads to from one observable; what a hostile object has besides is not looked at."""

UNREADABLE: Final = object()
"""A value that is not what the name of its property promises (`_hex`, `_bin`): it is there, and equal to nothing."""

_NOWHERE: Final = object()


def reach(steps: tuple[str | int | None, ...]) -> Reach:
    """Return the function that follows the steps of a path."""
    if (
        len(steps) == 1
        and isinstance(steps[0], str)
        and not steps[0].endswith(("_ref", "_refs", "_hex", "_bin"))
    ):
        name = steps[0]
        return lambda value, objects: (value[name],) if name in value else ()

    def follow(value: Mapping[str, Any], objects: Objects) -> Sequence[Any]:
        current: list[Any] = [value]
        for step in steps:
            if isinstance(step, str):
                current = _named(current, step, objects)
            elif step is EVERY:
                current = _every(current)
            else:
                current = [one[step] for one in current if isinstance(one, list) and step < len(one)]
            current = [one for one in current if one is not _NOWHERE]
            if not current:
                return ()
        return current

    return follow


def _named(current: list[Any], name: str, objects: Objects) -> list[Any]:
    values = [one[name] for one in current if isinstance(one, Mapping) and name in one]
    if name.endswith("_ref"):
        return [_referred(one, objects) for one in values]
    if name.endswith("_refs"):
        # the place in the list stays, also behind a reference that leads nowhere
        return [[_referred(item, objects) for item in one] for one in values if isinstance(one, list)]
    if name.endswith("_hex"):
        return [_octets(one, bytes.fromhex) for one in values]
    if name.endswith("_bin"):
        return [_octets(one, _base64) for one in values]
    return values


def _referred(item: Any, objects: Objects) -> Any:
    return objects.get(item, _NOWHERE) if isinstance(item, str) else _NOWHERE


def _every(current: list[Any]) -> list[Any]:
    found: list[Any] = []
    once: set[int] = set()
    for one in current:
        if not isinstance(one, list):
            continue
        for item in one:
            if isinstance(item, Mapping):
                # References can lead to one object by many ways: it is looked at once
                if id(item) in once:
                    continue
                once.add(id(item))
            found.append(item)
            if len(found) >= MOST:
                return found
    return found


def _octets(value: Any, read: Callable[[str], bytes]) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return read(value)
    except ValueError:
        return UNREADABLE


def _base64(value: str) -> bytes:
    return b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
