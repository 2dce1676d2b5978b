"""What a pattern that reads well still says in vain, or against the standard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from cordiale.platform.languages import _
from cordiale.stix.forms import HASH_FORMS
from cordiale.stix.patterns import tree
from cordiale.stix.patterns.brackets import parts
from cordiale.stix.patterns.observations import begins
from cordiale.stix.patterns.scales import network
from cordiale.stix.patterns.writing import path


class Remark(NamedTuple):
    """Something worth saying about a pattern: its code, and the words with what fills them."""

    code: str
    message_id: str
    params: Mapping[str, Any] = {}


_FORMS = {name.upper().replace("-", ""): (name, form) for name, form in HASH_FORMS.items()}
_LONGEST = 80
MOST: Final = 20
"""Remarks on one pattern."""

NO_ADDRESS: Final = _("{found} is no IP address and no network such as 198.51.100.0/24: nothing can match.")
_ADDRESSES = frozenset(("ipv4-addr", "ipv6-addr"))
_LOOKED_AT = frozenset(("=", "IN", "ISSUBSET", "ISSUPERSET"))


def remarks(pattern: tree.Pattern) -> list[Remark]:
    """Return what is worth saying about a pattern, each thing once, the first `MOST` of it."""
    root = pattern.observation
    if isinstance(root, tree.Observed):
        found = list(islice(_bracket(root.expression), MOST))
    else:
        inside = (remark for one in parts(root) for remark in _bracket(one.expression))
        found = list(islice(chain(_qualifiers(root), inside), MOST))
    if len(found) < 2:
        return found
    return list({(one.code, str(one.params)): one for one in found}.values())


def _qualifiers(node: tree.Observation, row: tuple[type, ...] = ()) -> Iterator[Remark]:
    match node:
        case tree.Repeats() | tree.Within() | tree.During():
            if type(node) in row:
                yield Remark(
                    "pattern-qualifier",
                    _("One observation has two qualifiers of one kind; the standard allows one. Put the inner one in parentheses with what it is about."),
                )  # fmt: skip
            if isinstance(node, tree.During) and node.start.instant >= node.stop.instant:
                yield Remark(
                    "pattern-never", _("START {start} is not before STOP {stop}: nothing can match."),
                    {"start": node.start.written, "stop": node.stop.written},
                )  # fmt: skip
            yield from _qualifiers(node.observation, (*row, type(node)))
        case (
            tree.Together(operands=operands)
            | tree.Either(operands=operands)
            | tree.Sequence(operands=operands)
        ):
            for one in operands:
                yield from _qualifiers(one)


def _bracket(node: tree.Expression) -> Iterator[Remark]:
    every = list(comparisons(node))
    kinds = {one.path.observable for one in every}
    if len(kinds) > 1 and not possible(node):
        yield Remark(
            "pattern-never",
            _("Comparisons joined by AND begin at different types of objects, and one object has one type: nothing can match. Join them by OR, or give each its own square brackets."),
        )  # fmt: skip
    for kind in kinds:
        if not begins(kind):
            yield Remark(
                "pattern-never", _("{kind} is no type of observable: nothing can match."), {"kind": kind}
            )
    for one in every:
        if one.operator in _LOOKED_AT:
            yield from _comparison(one)


def _comparison(one: tree.Comparison) -> Iterator[Remark]:
    if one.operator in ("ISSUBSET", "ISSUPERSET"):
        if network(str(one.values[0])) is None:
            yield Remark("pattern-never", NO_ADDRESS, {"found": str(one.values[0])[:_LONGEST]})
    elif one.path.observable in _ADDRESSES and one.path.steps == ("value",):
        for value in one.values:
            if network(str(value)) is None:
                yield Remark("pattern-never", NO_ADDRESS, {"found": str(value)[:_LONGEST]})
    elif (
        one.operator in ("=", "IN")
        and len(one.path.steps) > 1
        and one.path.steps[-2] in ("hashes", "file_header_hashes")
    ):
        name, form = _FORMS.get(str(one.path.steps[-1]).upper().replace("-", ""), ("", None))
        for value in one.values:
            if form is not None and (not isinstance(value, str) or form(value) is None):
                yield Remark(
                    "pattern-hash", _("{found} is not the form of a hash by {name}."),
                    {"found": str(value)[:_LONGEST], "name": name},
                )  # fmt: skip
    elif one.operator == "IN" and not one.values:
        yield Remark(
            "pattern-never", _("The list of {path} is empty: nothing is in it."), {"path": path(one.path)}
        )


def possible(node: tree.Expression) -> set[str]:
    """Return the types of objects of which one can meet all that a bracket asks."""
    if isinstance(node, tree.Comparison):
        return {node.path.observable}
    kinds = [possible(one) for one in node.operands]
    return set.intersection(*kinds) if isinstance(node, tree.All) else set.union(*kinds)


def comparisons(node: tree.Expression) -> Iterator[tree.Comparison]:
    """Return the comparisons of a bracket from left to right."""
    if isinstance(node, tree.Comparison):
        yield node
    else:
        for one in node.operands:
            yield from comparisons(one)
