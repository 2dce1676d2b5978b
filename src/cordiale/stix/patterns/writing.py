"""Write a pattern from its tree: what `parse` reads back as the same tree."""

from __future__ import annotations

import re
from base64 import b64encode
from decimal import Decimal

from cordiale.stix.patterns import tree
from cordiale.stix.patterns.parser import QUALIFIERS

_bare = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch


def written(pattern: tree.Pattern) -> str:
    """Return a pattern as text, spaced in one way, with the parentheses that its tree needs and no others."""
    return observation(pattern.observation)


def observation(node: tree.Observation) -> str:
    """Return an observation, or several with what joins them, as text."""
    match node:
        case tree.Observed(expression=inner):
            return f"[{expression(inner)}]"
        case tree.Together(operands=operands):
            return " AND ".join(_inside(one, (tree.Together, tree.Either, tree.Sequence)) for one in operands)
        case tree.Either(operands=operands):
            return " OR ".join(_inside(one, (tree.Either, tree.Sequence)) for one in operands)
        case tree.Sequence(operands=operands):
            return " FOLLOWEDBY ".join(_inside(one, (tree.Sequence,)) for one in operands)
        case tree.Repeats(observation=inner, times=times):
            return f"{_qualified(inner)} REPEATS {times} TIMES"
        case tree.Within(observation=inner, seconds=seconds):
            return f"{_qualified(inner)} WITHIN {constant(seconds)} SECONDS"
        case tree.During(observation=inner, start=start, stop=stop):
            return f"{_qualified(inner)} START {constant(start)} STOP {constant(stop)}"


def _inside(node: tree.Observation, looser: tuple[type, ...]) -> str:
    said = observation(node)
    return f"({said})" if isinstance(node, looser) else said


def _qualified(inner: tree.Observation) -> str:
    several = isinstance(inner, (tree.Together, tree.Either, tree.Sequence))
    if not several:
        row: tree.Observation = inner
        count = 1
        while isinstance(row, (tree.Repeats, tree.Within, tree.During)):
            row = row.observation
            count += 1
        # As many qualifiers in a row as are read; what stands before them is in parentheses
        several = (
            isinstance(inner, (tree.Repeats, tree.Within, tree.During)) and (count - 1) % QUALIFIERS == 0
        )
    return f"({observation(inner)})" if several else observation(inner)


def expression(node: tree.Expression) -> str:
    """Return comparisons and what joins them as text."""
    if isinstance(node, tree.Comparison):
        return comparison(node)
    if isinstance(node, tree.All):
        return " AND ".join(
            comparison(one) if isinstance(one, tree.Comparison) else f"({expression(one)})"
            for one in node.operands
        )
    return " OR ".join(
        f"({expression(one)})" if isinstance(one, tree.Any) else expression(one) for one in node.operands
    )


def comparison(node: tree.Comparison) -> str:
    """Return one comparison as text."""
    negated = "NOT " if node.negated else ""
    if node.operator == "EXISTS":
        return f"{negated}EXISTS {path(node.path)}"
    values = ", ".join(constant(value) for value in node.values)
    if node.operator == "IN":
        values = f"({values})"
    return f"{path(node.path)} {negated}{node.operator} {values}"


def path(found: tree.Path) -> str:
    """Return a path as text: names in apostrophes where they need them."""
    parts = [found.observable, ":"]
    for number, step in enumerate(found.steps):
        if isinstance(step, str):
            parts.append("." if number else "")
            parts.append(step if _bare(step) else quoted(step))
        else:
            parts.append("[*]" if step is tree.EVERY else f"[{step}]")
    return "".join(parts)


def constant(value: tree.Constant) -> str:
    """Return a constant as text."""
    match value:
        case str():
            return quoted(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            said = format(Decimal(repr(value)), "f")
            return said if "." in said else said + ".0"
        case tree.Hex(data=data):
            return f"h'{data.hex()}'"
        case tree.Binary(data=data):
            return f"b'{b64encode(data).decode()}'"
        case tree.Moment(written=said):
            return f"t'{said}'"


def quoted(text: str) -> str:
    """Return a text in apostrophes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
