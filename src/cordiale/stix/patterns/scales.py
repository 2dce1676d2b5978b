"""Constants of one kind that values are compared with: equal ones by look-up, order by one search, networks by prefix."""

from __future__ import annotations

import socket
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

Order = str
"""One of <, <=, >, >=."""

_SEARCHED: Final = 1_000
"""Constants with an order up to which the answers between them are kept: they grow with the square of it."""

ORDERS: Final[dict[Order, Callable[[Any, Any], bool]]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


class Scale:
    """The marks of comparisons that hold for a value of one kind."""

    __slots__ = ("_between", "_equal", "_keys", "_on", "_ordered")

    def __init__(self) -> None:
        self._equal: dict[Any, int] = {}
        self._ordered: list[tuple[int, Order, Any]] = []
        self._keys: list[Any] = []
        self._on: list[int] = []
        self._between: list[int] = []

    def __bool__(self) -> bool:
        return bool(self._equal or self._ordered)

    def equal(self, mark: int, key: Any) -> None:
        """Add a comparison that holds for values equal to a constant."""
        self._equal[key] = self._equal.get(key, 0) | mark

    def ordered(self, mark: int, order: Order, key: Any) -> None:
        """Add a comparison that holds for values in an order to a constant."""
        self._ordered.append((mark, order, key))

    def ready(self) -> None:
        """Lay out the constants with an order, so that one search finds all that hold."""
        if not self._ordered or len(self._ordered) > _SEARCHED:
            return
        keys = sorted({key for _mark, _order, key in self._ordered})
        place = {key: number for number, key in enumerate(keys)}
        count = len(keys)
        sums = {order: [0] * (count + 1) for order in ORDERS}
        for mark, order, key in self._ordered:
            sums[order][place[key] + (order in (">", ">="))] |= mark
        for number in range(count):
            for order in (">", ">="):  # holds above a constant: for all that comes later
                sums[order][number + 1] |= sums[order][number]
            for order in ("<", "<="):
                sums[order][count - 1 - number] |= sums[order][count - number]
        below, upto, above, since = (sums[order] for order in ("<", "<=", ">", ">="))
        self._between = [below[n] | upto[n] | above[n] | since[n] for n in range(count + 1)]
        self._on = [below[n + 1] | upto[n] | above[n] | since[n + 1] for n in range(count)]
        self._keys = keys
        self._ordered = self._ordered[:1]

    def at(self, key: Any) -> int:
        """Return the marks of what holds for a value."""
        found = self._equal.get(key, 0)
        if self._keys:
            place = bisect_left(self._keys, key)
            on = place < len(self._keys) and self._keys[place] == key
            return found | (self._on[place] if on else self._between[place])
        for mark, order, constant in self._ordered:
            if ORDERS[order](key, constant):
                found |= mark
        return found


Network = tuple[int, int, int]
"""Bits of the address, address, bits of the network."""


@lru_cache(maxsize=1 << 14)
def network(text: str) -> Network | None:
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


class Networks:
    """The marks of ISSUBSET and ISSUPERSET that hold for an address or a network."""

    __slots__ = ("_holding", "_outer")

    def __init__(self) -> None:
        self._outer: dict[tuple[int, int], dict[int, int]] = {}
        self._holding: list[tuple[int, Network]] = []

    def __bool__(self) -> bool:
        return bool(self._outer or self._holding)

    def subset(self, mark: int, constant: str) -> None:
        """Add a comparison that holds for what lies in a network; a constant that is none never does."""
        read = network(constant)
        if read is not None:
            bits, address, length = read
            table = self._outer.setdefault((bits, length), {})
            key = address >> (bits - length)
            table[key] = table.get(key, 0) | mark

    def superset(self, mark: int, constant: str) -> None:
        """Add a comparison that holds for networks in which another lies."""
        read = network(constant)
        if read is not None:
            self._holding.append((mark, read))

    def at(self, text: str) -> int:
        """Return the marks of what holds for a text; none for what is no address."""
        read = network(text)
        if read is None:
            return 0
        bits, address, length = read
        found = 0
        for (of, outer), table in self._outer.items():
            if of == bits and outer <= length:
                found |= table.get(address >> (bits - outer), 0)
        for mark, (of, inner, inner_length) in self._holding:
            if (
                of == bits
                and length <= inner_length
                and inner >> (bits - length) == address >> (bits - length)
            ):
                found |= mark
        return found
