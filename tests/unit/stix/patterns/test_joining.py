"""Choosing observations for the parts of a pattern, against trying every choice."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.clock import SECOND
from cordiale.stix.patterns import parse, tree
from cordiale.stix.patterns.joining import GaveUp, Timed, join

_Bound = tuple[int, ...]


def every_choice(node: tree.Observation, hits: list[list[int]], spans: list[tuple[int, int]]) -> set[_Bound]:
    """Return every set of observations that satisfies a pattern, straight from the words of the standard."""
    waiting = iter(hits)

    def bound(node: tree.Observation) -> set[_Bound]:
        match node:
            case tree.Observed():
                return {(one,) for one in next(waiting)}
            case tree.Either(operands=operands):
                return {one for operand in operands for one in bound(operand)}
            case tree.Together(operands=operands):
                return joined([bound(one) for one in operands], lambda left, right: True)
            case tree.Sequence(operands=operands):
                return joined([bound(one) for one in operands], follows)
            case tree.Repeats(observation=inner, times=times):
                found = bound(inner)
                return {
                    tuple(sorted(sum(several, ())))
                    for several in combinations(sorted(found), times)
                    if len(set(sum(several, ()))) == sum(map(len, several))
                }
            case tree.Within(observation=inner, seconds=seconds):
                length = int(seconds * SECOND)
                return {
                    one
                    for one in bound(inner)
                    if max(spans[i][0] for i in one) <= min(spans[i][1] for i in one) + length
                }
            case tree.During(observation=inner, start=start, stop=stop):
                inside = {
                    one
                    for one in bound(inner)
                    if all(spans[i][0] < stop.instant and spans[i][1] >= start.instant for i in one)
                }
                return inside if start.instant < stop.instant else set()

    def follows(left: _Bound, right: _Bound) -> bool:
        return max(spans[i][0] for i in left) <= min(spans[i][1] for i in right)

    def joined(found: list[set[_Bound]], fits: Any) -> set[_Bound]:
        made = found[0]
        for other in found[1:]:
            made = {
                tuple(sorted(left + right))
                for left in made
                for right in other
                if not set(left) & set(right) and fits(left, right)
            }
        return made

    return bound(node)


@st.composite
def shapes(draw: st.DrawFn, most: int = 3) -> str:
    if most == 1 or draw(st.integers(0, 3)) == 0:
        said = "[a:b = 1]"
    else:
        left = draw(st.integers(1, most - 1))
        said = f"({draw(shapes(left))} {draw(st.sampled_from(('AND', 'OR', 'FOLLOWEDBY')))} {draw(shapes(most - left))})"
    qualifier = draw(st.sampled_from(("", "", " REPEATS 2 TIMES", " WITHIN 2 SECONDS", " WITHIN 0.5 SECONDS",
                                      " START t'1970-01-01T00:00:01Z' STOP t'1970-01-01T00:00:05Z'")))  # fmt: skip
    return f"({said}{qualifier})" if qualifier else said


_span = st.tuples(st.integers(0, 6), st.integers(0, 2)).map(lambda one: (one[0] * SECOND, sum(one) * SECOND))


@given(shapes(), st.lists(_span, min_size=1, max_size=6), st.data())
def test_what_is_chosen_is_what_trying_every_choice_finds(
    said: str, spans: list[tuple[int, int]], data: st.DataObject
) -> None:
    node = parse(said).observation
    places = st.lists(st.sampled_from(range(len(spans))), unique=True, max_size=5)
    hits = [data.draw(places) for _one in range(said.count("["))]
    timed = Timed(
        dict(enumerate(one for one, _ in spans)),
        dict(enumerate(one for _, one in spans)),
        dict.fromkeys(range(len(spans)), 1),
    )
    every = every_choice(node, hits, spans)
    found = join(node, hits, timed)
    assert (found is not None) is bool(every)
    assert found is None or tuple(found) in every


def points(*seconds: float, number: int = 1) -> Timed:
    """Return observations of a moment each."""
    at = {place: int(one * SECOND) for place, one in enumerate(seconds)}
    return Timed(at, at, dict.fromkeys(at, number))


def test_parts_that_want_the_same_observation_are_given_others() -> None:
    node = parse("[a:b=1] AND [a:b=2] AND [a:b=3]").observation
    assert join(node, [[0, 1, 2], [0, 1], [0]], points(1, 2, 3)) == [0, 1, 2]
    assert join(node, [[0, 1], [0, 1], [0]], points(1, 2, 3)) is None


def test_an_observation_made_several_times_counts_as_several() -> None:
    node = parse("[a:b=1] REPEATS 5 TIMES").observation
    assert join(node, [[0, 1]], points(1, 2, number=3)) == [0, 1]
    assert join(node, [[0, 1]], points(1, 2, number=2)) is None


@pytest.mark.parametrize(
    ("said", "hits"),
    [
        ("[a:b=1] REPEATS 5000 TIMES WITHIN 1 SECONDS", 1),
        ("([a:b=1] FOLLOWEDBY [a:b=2]) WITHIN 1 SECONDS", 2),
        ("([a:b=1] AND [a:b=2] AND [a:b=3]) WITHIN 0.5 SECONDS", 3),
        (" AND ".join(["[a:b=1]"] * 100), 100),
        (" FOLLOWEDBY ".join(["[a:b=1]"] * 12), 12),
        ("([a:b=1] FOLLOWEDBY [a:b=2]) REPEATS 20 TIMES", 2),
    ],
)
def test_many_observations_are_no_explosion(said: str, hits: int) -> None:
    timed = points(*(place * 0.01 for place in range(4000)))
    places = [list(range(number % 3, 4000, 3)) for number in range(hits)]
    found = join(parse(said).observation, places, timed)
    assert (found is None) is ("5000" in said)


def test_a_search_without_end_is_given_up() -> None:
    # Nine pairs, each of one cluster; every cluster has three, so six pairs is all there is: only trying tells
    said = " AND ".join("(([a:b=1] FOLLOWEDBY [a:b=2]) WITHIN 1 SECONDS)" for _pair in range(9))
    timed = points(*(10 * cluster + place / 10 for cluster in range(6) for place in range(3)))
    with pytest.raises(GaveUp):
        join(parse(said).observation, [list(range(18))] * 18, timed, effort=20_000)


def test_the_order_of_permuted_observations_does_not_matter() -> None:
    node = parse("([a:b=1] FOLLOWEDBY [a:b=2]) WITHIN 5 SECONDS").observation
    for order in permutations((1.0, 4.0, 20.0)):
        assert join(node, [[0, 1, 2], [0, 1, 2]], points(*order)) == sorted(
            order.index(one) for one in (1.0, 4.0)
        )
