"""What holds at the end of a path: names, list indexes and references are followed from an observable."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any, Final

from cordiale.stix.patterns.tree import EVERY

Objects = Mapping[str, Mapping[str, Any]]
Memory = dict[tuple[int, int, int], int]
"""What was found behind a reference, within one observation: by path, object and step."""

Reach = Callable[[Mapping[str, Any], Objects, Memory, Callable[[Any], int]], int]
"""From an observable, those it may refer to, what is remembered, and the test of a value, to the bits of what holds for one of
the values at the path: 0 where it is not present, and `PRESENT` among them where it is."""

PRESENT: Final = 1
"""The bit that says that there is a value at the path."""

UNREADABLE: Final = object()
"""A value that is not what the name of its property promises (`_hex`, `_bin`): it is there, and equal to nothing."""

_REFERENCES: Final = ("_ref", "_refs")


def reach(steps: tuple[str | int | None, ...]) -> Reach:
    """Return the function that follows the steps of a path.

    Its time is linear in the size of the observation however references lead to one another: what lies behind one is
    found out once.
    """
    if all(map(_is_plain, steps)):
        return _nested([str(step) for step in steps])
    if len(steps) == 2 and str(steps[0]).endswith("_ref") and _is_plain(steps[1]):
        return _referred(str(steps[0]), str(steps[1]))
    count = len(steps)
    hops = [isinstance(step, str) and step.endswith(_REFERENCES) for step in steps]
    again = [any(hops[place:]) for place in range(count + 1)]
    mine: object = object()

    def follow(value: Mapping[str, Any], objects: Objects, memory: Memory, test: Callable[[Any], int]) -> int:
        def look(one: Any, place: int) -> int:
            if place == count:
                return PRESENT | test(one)
            step = steps[place]
            if isinstance(step, str):
                if not isinstance(one, Mapping) or step not in one:
                    return 0
                inner = one[step]
                if step.endswith("_ref"):
                    return behind(inner, place + 1)
                if step.endswith("_refs"):
                    return many(inner, place + 1)
                if step.endswith("_hex"):
                    inner = _octets(inner, bytes.fromhex)
                elif step.endswith("_bin"):
                    inner = _octets(inner, _base64)
                return look(inner, place + 1)
            if not isinstance(one, list):
                return 0
            if step is not EVERY:
                return look(one[step], place + 1) if step < len(one) else 0
            found = 0
            for item in one:
                found |= look(item, place + 1)
            return found

        def behind(reference: Any, place: int) -> int:
            """Look behind one reference; one that leads nowhere has nothing behind it."""
            target = objects.get(reference) if isinstance(reference, str) else None
            if target is None:
                return 0
            if not again[place]:
                return look(target, place)
            key = id(mine), id(target), place
            found = memory.get(key)
            if found is None:
                memory[key] = found = look(target, place)
            return found

        def many(references: Any, place: int) -> int:
            """Look behind the references of a list that the next step names."""
            if not isinstance(references, list):
                return 0
            if place == count:
                return PRESENT | test(references)
            step = steps[place]
            if isinstance(step, str):
                return 0
            if step is not EVERY:
                return behind(references[step], place + 1) if step < len(references) else 0
            found = 0
            for reference in references:
                found |= behind(reference, place + 1)
            return found

        return look(value, 0)

    return follow


def _is_plain(step: str | int | None) -> bool:
    return isinstance(step, str) and not step.endswith((*_REFERENCES, "_hex", "_bin"))


def _nested(names: list[str]) -> Reach:
    """Follow names alone, the most common path of all."""
    first, *others = names

    def one(value: Mapping[str, Any], objects: Objects, memory: Memory, test: Callable[[Any], int]) -> int:
        return PRESENT | test(value[first]) if first in value else 0

    def several(value: Any, objects: Objects, memory: Memory, test: Callable[[Any], int]) -> int:
        for name in names:
            if not isinstance(value, Mapping) or name not in value:
                return 0
            value = value[name]
        return PRESENT | test(value)

    return several if others else one


def _referred(reference: str, name: str) -> Reach:
    """Follow one reference to a name, such as `dst_ref.value`."""

    def follow(value: Mapping[str, Any], objects: Objects, memory: Memory, test: Callable[[Any], int]) -> int:
        target = value.get(reference)
        found = objects.get(target) if isinstance(target, str) else None
        return PRESENT | test(found[name]) if found is not None and name in found else 0

    return follow


def _octets(value: Any, read: Callable[[str], bytes]) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return read(value)
    except ValueError:
        return UNREADABLE


def _base64(value: str) -> bytes:
    return b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
