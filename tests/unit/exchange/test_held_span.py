"""What a partner holds among a run of versions, to the version."""

from __future__ import annotations

import pytest

from cordiale.exchange.held import SPAN, Held


@pytest.mark.parametrize("first", [1, 7, 8, 9, SPAN - 3, SPAN, SPAN + 1, 3 * SPAN + 5])
@pytest.mark.parametrize("length", [1, 2, 9, 40, SPAN + 3])
def test_neighbours_of_a_run_do_not_count(first: int, length: int) -> None:
    held = Held(lambda number: None)
    held.add([first - 1, first + length])
    run = [first, first + length - 1]
    assert not held.any_of_span(run)
    held.add([first + length // 2])
    assert held.any_of_span(run)
    assert not held.any_of_span([])


def test_of_a_few_far_apart_each_is_looked_up_by_itself() -> None:
    held = Held(lambda chunk: None)
    held.add([500_000])
    assert not held.any_of([1, 1_000_000])
    assert held.any_of([1, 500_000, 1_000_000])
    assert held.any_of(list(range(499_990, 500_010)))
    assert not held.any_of([])


def test_chunks_that_are_given_are_not_asked_for_and_change_nothing_that_was_read() -> None:
    asked: list[int] = []
    held = Held(lambda chunk: asked.append(chunk))
    held.add([5])
    assert held.lacking([5, 40_000, 70_000]) == {1, 2}
    held.give({0, 1, 2}, {0: bytes(4096), 1: bytes([0xFF]) + bytes(4095)})
    assert held.of([5, 32_768, 40_000, 70_000]) == [5, 32_768]
    assert asked == [0]
