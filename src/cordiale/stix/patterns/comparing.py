"""All comparisons of one path at once: which hold for a value (STIX 2.1 sections 9.2 and 9.6)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from cordiale.stix.instants import instant_of
from cordiale.stix.patterns import expressions, tree
from cordiale.stix.patterns.expressions import Test

Numbered = tuple[int, tree.Comparison]
"""A comparison and the number of its bit in the answers, from 1 on: 0 is `PRESENT`."""

_KNOWN: Final = 4096
_SHORT: Final = 256
"""Texts up to this length are remembered with what holds for them."""

_TOGETHER: Final = 3
"""From so many expressions on, one that is all of them is tried first: mostly none is found."""


class Held:
    """Comparisons of one path, sorted by how they are looked up, and the answer for a value.

    Equalities are look-ups, whatever their number; the rest is tried one by one. What has NOT before it holds where it
    would not; a value of another kind than the constant is unequal to it.
    """

    __slots__ = (
        "absent", "booleans", "known", "marks", "moments", "negated", "numbers", "octets", "present", "some", "spelled",
        "tests", "texts", "tries",
    )  # fmt: skip

    def __init__(self, comparisons: Iterable[Numbered]) -> None:
        self.texts: dict[str, int] = {}
        self.spelled: dict[bytes, int] = {}
        self.octets: dict[bytes, int] = {}
        self.numbers: dict[float, int] = {}
        self.booleans: dict[bool, int] = {}
        self.moments: dict[int, int] = {}
        self.tests: list[tuple[int, Test]] = []
        self.tries: list[tuple[int, Test]] = []
        self.some: Test | None = None
        self.present = self.absent = self.negated = self.marks = 0
        self.known: dict[str, int] = {}
        written: list[str] = []
        for bit, one in comparisons:
            mark = 1 << bit
            self.marks |= mark
            if one.operator == "EXISTS":
                if one.negated:
                    self.absent |= mark
                else:
                    self.present |= mark
            elif one.operator in ("=", "!=", "IN"):
                if one.negated != (one.operator == "!="):
                    self.negated |= mark
                for value in one.values:
                    self._equal(mark, value)
            else:
                if one.negated:
                    self.negated |= mark
                value = one.values[0]
                if one.operator in ("LIKE", "MATCHES"):
                    assert isinstance(value, str)
                    likened = one.operator == "LIKE"
                    self.tries.append((mark, (expressions.like if likened else expressions.matches)(value)))
                    written.append(("L" if likened else "M") + value)
                else:
                    self.tests.append((mark, _test(one.operator, value)))
        if sum(one[0] == "M" for one in written) >= _TOGETHER:
            self.some = expressions.either(
                [expressions.like_expression(one[1:]) if one[0] == "L" else one[1:] for one in written]
            )

    def _equal(self, mark: int, value: tree.Constant) -> None:
        if isinstance(value, str):
            _add(self.texts, value, mark)
            if max(value, default="a") < "\u0100":
                _add(self.spelled, value.encode("latin-1"), mark)
        elif isinstance(value, bool):
            _add(self.booleans, value, mark)
        elif isinstance(value, (int, float)):
            _add(self.numbers, value, mark)
        elif isinstance(value, tree.Moment):
            _add(self.moments, value.instant, mark)
        else:
            _add(self.octets, value.data, mark)

    def holding(self, value: Any) -> int:
        """Return the bits of the comparisons that hold for a value."""
        return self._for_text(value) if isinstance(value, str) else self._for(value)

    def _for_text(self, value: str) -> int:
        found = self.known.get(value)
        if found is not None:
            return found
        equal = self.texts.get(value, 0)
        if self.octets and value and max(value) < "\u0100":
            equal |= self.octets.get(value.encode("latin-1"), 0)
        elif self.octets and not value:
            equal |= self.octets.get(b"", 0)
        if self.moments:
            instant = instant_of(value)
            if instant is not None:
                equal |= self.moments.get(instant, 0)
        for mark, test in self.tests:
            if test(value):
                equal |= mark
        if self.tries and (self.some is None or self.some(value)):
            for mark, test in self.tries:
                if test(value):
                    equal |= mark
        found = self._answer(equal)
        if len(value) <= _SHORT:
            if len(self.known) >= _KNOWN:
                self.known.clear()
            self.known[value] = found
        return found

    def _for(self, value: Any) -> int:
        kind = type(value)
        if kind is bool:
            equal = self.booleans.get(value, 0)
        elif kind is int or kind is float:
            equal = self.numbers.get(value, 0)
        elif kind is bytes:
            equal = self.octets.get(value, 0) | self.spelled.get(value, 0)
        else:
            equal = 0
        for mark, test in self.tests:
            if test(value):
                equal |= mark
        if kind is bytes:
            for mark, test in self.tries:
                if test(value):
                    equal |= mark
        return self._answer(equal)

    def _answer(self, equal: int) -> int:
        """Turn round what has NOT; `!=` is such an equality."""
        return (equal ^ self.negated) & self.marks & ~self.absent & ~self.present | self.present


def _add(table: dict[Any, int], key: Any, mark: int) -> None:
    table[key] = table.get(key, 0) | mark


def _test(operator: tree.Operator, value: tree.Constant) -> Test:
    if operator == "ISSUBSET":
        outer = network(value) if isinstance(value, str) else None
        return lambda found: isinstance(found, str) and outer is not None and _contains(outer, network(found))
    if operator == "ISSUPERSET":
        inner = network(value) if isinstance(value, str) else None
        return lambda found: isinstance(found, str) and inner is not None and _contains(network(found), inner)
    return _ordered(operator, value)


_Order = Callable[[Any, Any], bool]

_ORDERS: Final[dict[str, _Order]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def _ordered(operator: str, value: tree.Constant) -> Test:
    """Return the test of an order: numbers by size, texts by code point, octets by number, instants by time."""
    order = _ORDERS[operator]
    if isinstance(value, (tree.Hex, tree.Binary)):
        data = value.data

        def octets(found: Any) -> bool:
            if isinstance(found, str):
                try:
                    found = found.encode("latin-1")
                except UnicodeEncodeError:
                    return False
            return isinstance(found, bytes) and order(found, data)

        return octets
    if isinstance(value, tree.Moment):
        instant = value.instant

        def moment(found: Any) -> bool:
            at = instant_of(found) if isinstance(found, str) else None
            return at is not None and order(at, instant)

        return moment
    if isinstance(value, str):
        spelled = value.encode("latin-1") if max(value, default="a") < "\u0100" else None

        def text(found: Any) -> bool:
            if isinstance(found, str):
                return order(found, value)
            return isinstance(found, bytes) and spelled is not None and order(found, spelled)

        return text
    return lambda found: (type(found) is int or type(found) is float) and order(found, value)


_Network = tuple[int, int, int]
"""Bits of the address, address, bits of the network."""


@lru_cache(maxsize=1 << 14)
def network(text: str) -> _Network | None:
    """Read an address or a network in CIDR notation; None for anything else."""
    address, slash, length = text.partition("/")
    family, bits = (socket.AF_INET6, 128) if ":" in address else (socket.AF_INET, 32)
    if len(text) > 64 or (slash and not (length.isdecimal() and length.isascii() and int(length) <= bits)):
        return None
    try:
        number = int.from_bytes(socket.inet_pton(family, address), "big")
    except (OSError, ValueError):
        return None
    return bits, number, int(length) if slash else bits


def _contains(outer: _Network | None, inner: _Network | None) -> bool:
    if outer is None or inner is None or outer[0] != inner[0] or inner[2] < outer[2]:
        return False
    away = outer[0] - outer[2]
    return outer[1] >> away == inner[1] >> away
