"""Patterns that are nothing but a list of values: what an index holds and a block list can say."""

from __future__ import annotations

from typing import NamedTuple

from cordiale.stix.patterns import tree
from cordiale.stix.patterns.literals import folded, kind_of
from cordiale.stix.patterns.writing import path

_DIGESTS = {
    "md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
    "sha512": "sha512",
    "ssdeep": "ssdeep",
    "tlsh": "tlsh",
}
_ADDRESSES = ("ipv4-addr", "ipv6-addr")


class Alternative(NamedTuple):
    """One value that a pattern alone looks for, and where: `network` with `ISSUBSET`."""

    kind: str
    value: str
    path: tree.Path
    network: bool


def equalities(pattern: tree.Pattern) -> list[tuple[str, str]] | None:
    """Return the (kind, value) of a pattern that is nothing but alternatives of one value each; None for any other.

    Kinds are those of `literals`, with the algorithm of a digest where it is named (`sha256`). An address may be a
    network, compared by `=` or ISSUBSET. What else a comparison says of where the value stands (`dst_ref`) is in `alternatives`.
    """
    found = alternatives(pattern)
    return None if found is None else list(dict.fromkeys((one.kind, one.value) for one in found))


def alternatives(pattern: tree.Pattern) -> list[Alternative] | None:
    """Return each alternative of such a pattern; None where it asks for anything more, or for something without a kind."""
    found: list[Alternative] = []
    node = pattern.observation
    observed = node.operands if isinstance(node, tree.Either) else (node,)
    for one in observed:
        if not isinstance(one, tree.Observed) or not _gather(one.expression, found):
            return None
    return found


def _gather(node: tree.Expression, found: list[Alternative]) -> bool:
    if isinstance(node, tree.Any):
        return all(_gather(one, found) for one in node.operands)
    if isinstance(node, tree.All):
        left = _without_types(node)
        return left is not None and _gather(left, found)
    if node.negated or node.operator not in ("=", "IN", "ISSUBSET"):
        return False
    where = path(node.path)
    observable, _colon, steps = where.partition(":")
    network = node.operator == "ISSUBSET"
    for value in node.values:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return False
        said = str(value)
        kind = kind_of(observable, steps, said)
        if not kind or not said or (network and kind not in _ADDRESSES):
            return False
        if kind == "hash":
            kind = _DIGESTS.get(str(node.path.steps[-1]).lower().replace("-", ""), "hash")
        said = said if kind in ("ssdeep", "tlsh") else folded("hash" if kind in _DIGESTS else kind, said)
        found.append(Alternative(kind, said, node.path, network))
    return bool(node.values)


def _without_types(node: tree.All) -> tree.Expression | None:
    """Return what remains of `dst_ref.type = 'ipv4-addr' AND dst_ref.value = '…'` when the type goes without saying."""
    values = [one for one in node.operands if not _is_type(one)]
    if len(values) != 1 or not isinstance(values[0], tree.Comparison):
        return None
    value = values[0]
    for one in node.operands:
        if one is not value:
            assert isinstance(one, tree.Comparison)
            if one.path != tree.Path(value.path.observable, (*value.path.steps[:-1], "type")):
                return None
            said = str(value.values[0]) if len(value.values) == 1 else ""
            if kind_of(value.path.observable, path(value.path).partition(":")[2], said) != one.values[0]:
                return None
    return value


def _is_type(node: tree.Expression) -> bool:
    return (
        isinstance(node, tree.Comparison)
        and node.operator == "="
        and not node.negated
        and len(node.path.steps) > 1
        and node.path.steps[-1] == "type"
    )
