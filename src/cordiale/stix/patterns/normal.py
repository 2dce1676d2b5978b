"""One form for patterns that say the same: what two indicators are compared by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cordiale.platform.clock import format_instant
from cordiale.stix.patterns import tree
from cordiale.stix.patterns.writing import constant, expression, observation


def normal(pattern: tree.Pattern) -> tree.Pattern:
    """Return the pattern that says the same in one form.

    Operands of AND and OR are sorted, nested ones of one kind joined, equal alternatives once; a list of one value is
    `=`, `NOT !=` is `=`; octets are in hexadecimal and instants to the microsecond. What follows another, and AND
    between observations (which asks for as many of them), keep their number.
    """
    return tree.Pattern(_observation(pattern.observation))


def _observation(node: tree.Observation) -> tree.Observation:
    match node:
        case tree.Observed(expression=inner):
            return tree.Observed(_expression(inner))
        case tree.Together(operands=operands):
            joined = _joined((_observation(one) for one in operands), tree.Together)
            return tree.Together(tuple(sorted(joined, key=observation)))
        case tree.Either(operands=operands):
            joined = _joined((_observation(one) for one in operands), tree.Either)
            either: tree.Observation = _least(joined, observation, tree.Either)
            return either
        case tree.Sequence(operands=operands):
            # a FOLLOWEDBY (b FOLLOWEDBY c) asks for no order of a and b beyond what the chain asks; left ones are a chain
            first, *rest = (_observation(one) for one in operands)
            head = first.operands if isinstance(first, tree.Sequence) else (first,)
            return tree.Sequence((*head, *rest))
        case tree.Repeats(observation=inner, times=times):
            return _observation(inner) if times == 1 else tree.Repeats(_observation(inner), times)
        case tree.Within(observation=inner, seconds=seconds):
            return tree.Within(_observation(inner), _number(seconds))
        case tree.During(observation=inner, start=start, stop=stop):
            return tree.During(_observation(inner), _moment(start), _moment(stop))


def _expression(node: tree.Expression) -> tree.Expression:
    if isinstance(node, tree.Comparison):
        return _comparison(node)
    kind = tree.All if isinstance(node, tree.All) else tree.Any
    joined = _joined((_expression(one) for one in node.operands), kind)
    found: tree.Expression = _least(joined, expression, kind)
    return found


def _comparison(node: tree.Comparison) -> tree.Comparison:
    values = tuple(_constant(value) for value in node.values)
    operator, negated = node.operator, node.negated
    if operator == "IN":
        values = tuple({constant(value): value for value in sorted(values, key=constant)}.values())
        if len(values) == 1:
            operator = "="
    if operator == "!=":
        operator, negated = "=", not negated
    if operator == "=" and negated:
        operator, negated = "!=", False
    return tree.Comparison(node.path, operator, values, negated)


def _constant(value: tree.Constant) -> tree.Constant:
    match value:
        case tree.Binary(data=data):
            return tree.Hex(data)
        case tree.Moment():
            return _moment(value)
        case float():
            return _number(value)
        case _:
            return value


def _number(value: int | float) -> int | float:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53 else value


def _moment(value: tree.Moment) -> tree.Moment:
    return tree.Moment(format_instant(value.instant, 6), value.instant)


def _joined(operands: Iterable[Any], kind: type[Any]) -> list[Any]:
    found: list[Any] = []
    for one in operands:
        found.extend(one.operands if isinstance(one, kind) else (one,))
    return found


def _least(operands: list[Any], key: Callable[[Any], str], kind: type[Any]) -> Any:
    once = {key(one): one for one in operands}
    if len(once) == 1:
        return next(iter(once.values()))
    return kind(tuple(once[name] for name in sorted(once)))
