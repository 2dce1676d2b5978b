"""How long a link waits after failures, with randomness that is given."""

from __future__ import annotations

import pytest

from cordiale.node.link import FIRST_S, LONGEST_S, backoff


def least(count: int) -> bytes:
    return bytes(count)


def most(count: int) -> bytes:
    return b"\xff" * count


@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (8, 64.0), (9, 120.0), (10_000, 120.0)]
)
def test_the_wait_doubles_up_to_two_minutes(failures: int, longest: float) -> None:
    assert backoff(failures, least) == longest / 2
    assert longest * 0.99 < backoff(failures, most) < longest


def test_two_nodes_that_fail_together_do_not_come_back_together() -> None:
    assert backoff(5, least) != backoff(5, most)
    assert FIRST_S / 2 <= backoff(1, least) <= backoff(1_000_000, most) <= LONGEST_S
