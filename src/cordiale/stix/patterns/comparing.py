"""All comparisons of one path at once: which hold for a value (STIX 2.1 sections 9.2 and 9.6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from cordiale.stix.instants import instant_of
from cordiale.stix.patterns import expressions, tree
from cordiale.stix.patterns.expressions import Test
from cordiale.stix.patterns.scales import ORDERS, Networks, Scale

Numbered = tuple[int, tree.Comparison]
"""A comparison and the number of its bit in the answers, from 1 on: 0 is `PRESENT`."""

_KNOWN: Final = 4096
_SHORT: Final = 256
"""Texts up to this length are remembered with what holds for them."""


class Held:
    """Comparisons of one path, sorted by how they are looked up, and the answer for a value.

    Equality, order and networks are look-ups, whatever their number. What has NOT before it holds where it would not; a
    value of another kind than the constant is unequal to it and in no order.
    """

    __slots__ = (
        "absent", "booleans", "known", "moments", "networks", "numbers", "octets", "plain", "present", "spelled",
        "texts", "tries", "turned", "which",
    )  # fmt: skip

    def __init__(self, comparisons: Iterable[Numbered]) -> None:
        self.texts, self.spelled, self.octets = Scale(), Scale(), Scale()
        self.numbers, self.booleans, self.moments = Scale(), Scale(), Scale()
        self.networks = Networks()
        self.tries: list[tuple[int, Test]] = []
        self.present = self.absent = self.turned = self.plain = 0
        self.known: dict[str, int] = {}
        written: list[str] = []
        for bit, one in comparisons:
            mark = 1 << bit
            if one.operator == "EXISTS":
                if one.negated:
                    self.absent |= mark
                else:
                    self.present |= mark
                continue
            if one.negated != (one.operator == "!="):
                self.turned |= mark
            else:
                self.plain |= mark
            for value in one.values:
                self._add(mark, one.operator, value)
                if one.operator in ("LIKE", "MATCHES"):
                    said = str(value)
                    written.append(expressions.like_expression(said) if one.operator == "LIKE" else said)
        for scale in (self.texts, self.spelled, self.octets, self.numbers, self.moments):
            scale.ready()
        self.which = expressions.together(written, [test for _mark, test in self.tries])

    def _add(self, mark: int, operator: tree.Operator, value: tree.Constant) -> None:
        if operator == "LIKE":
            self.tries.append((mark, expressions.like(str(value))))
        elif operator == "MATCHES":
            self.tries.append((mark, expressions.matches(str(value))))
        elif operator == "ISSUBSET":
            self.networks.subset(mark, str(value))
        elif operator == "ISSUPERSET":
            self.networks.superset(mark, str(value))
        elif isinstance(value, str):
            self._on(self.texts, mark, operator, value)
            if max(value, default="a") < "\u0100":  # what octets are compared with
                self._on(self.spelled, mark, operator, value.encode("latin-1"))
        elif isinstance(value, bool):
            self._on(self.booleans, mark, operator, value)
        elif isinstance(value, (int, float)):
            self._on(self.numbers, mark, operator, value)
        elif isinstance(value, tree.Moment):
            self._on(self.moments, mark, operator, value.instant)
        else:
            self._on(self.octets, mark, operator, value.data)

    @staticmethod
    def _on(scale: Scale, mark: int, operator: tree.Operator, key: Any) -> None:
        if operator in ORDERS:
            scale.ordered(mark, operator, key)
        else:
            scale.equal(mark, key)

    def holding(self, value: Any) -> int:
        """Return the bits of the comparisons that hold for a value."""
        kind = type(value)
        if kind is str:
            found = self.known.get(value)
            if found is None:
                found = self._answer(self._text(value))
                if len(value) <= _SHORT:
                    if len(self.known) >= _KNOWN:
                        self.known.clear()
                    self.known[value] = found
            return found
        if kind is int or kind is float:
            return self._answer(self.numbers.at(value))
        if kind is bool:
            return self._answer(self.booleans.at(value))
        if kind is bytes:
            same = self.octets.at(value) | self.spelled.at(value)
            for mark, test in self.tries:
                if test(value):
                    same |= mark
            return self._answer(same)
        return self._answer(0)

    def _text(self, value: str) -> int:
        same = self.texts.at(value)
        if self.networks:
            same |= self.networks.at(value)
        if self.octets and max(value, default="a") < "\u0100":
            same |= self.octets.at(value.encode("latin-1"))
        if self.moments:
            instant = instant_of(value)
            if instant is not None:
                same |= self.moments.at(instant)
        if self.tries:
            for place in self.which(value):
                same |= self.tries[place][0]
        return same

    def _answer(self, same: int) -> int:
        """Turn round what has NOT; `!=` is such an equality."""
        return (same & self.plain) | (self.turned & ~same) | self.present
