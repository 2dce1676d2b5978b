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
