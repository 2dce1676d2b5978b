"""The brackets of a pattern, from left to right, and patterns with fewer of them that match the same."""

from __future__ import annotations

from collections.abc import Iterator

from cordiale.stix.patterns import tree


def parts(node: tree.Observation) -> Iterator[tree.Observed]:
    """Return the brackets of a pattern from left to right."""
    match node:
        case tree.Observed():
            yield node
        case (
            tree.Together(operands=operands)
            | tree.Either(operands=operands)
            | tree.Sequence(operands=operands)
        ):
            for one in operands:
                yield from parts(one)
        case (
            tree.Repeats(observation=inner) | tree.Within(observation=inner) | tree.During(observation=inner)
        ):
            yield from parts(inner)


def simplified(node: tree.Observation) -> tree.Observation:
    """Return a pattern in which brackets that are alternatives of one another are one bracket: `[a] OR [b]` is `[a OR b]`."""
    match node:
        case tree.Observed():
            return node
        case tree.Either(operands=operands):
            made = [simplified(one) for one in operands]
            alone = [one.expression for one in made if isinstance(one, tree.Observed)]
            others: list[tree.Observation] = [one for one in made if not isinstance(one, tree.Observed)]
            if len(alone) > 1:
                others.append(tree.Observed(tree.Any(tuple(alone))))
                return others[0] if len(others) == 1 else tree.Either(tuple(others))
            return tree.Either(tuple(made))
        case tree.Together(operands=operands):
            return tree.Together(tuple(simplified(one) for one in operands))
        case tree.Sequence(operands=operands):
            return tree.Sequence(tuple(simplified(one) for one in operands))
        case tree.Repeats(observation=inner, times=times):
            return tree.Repeats(simplified(inner), times)
        case tree.Within(observation=inner, seconds=seconds):
            return tree.Within(simplified(inner), seconds)
        case tree.During(observation=inner, start=start, stop=stop):
            return tree.During(simplified(inner), start, stop)
