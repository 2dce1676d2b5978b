"""How long a link waits after failures, with randomness that is given, and what a failed comparison does to it."""

from __future__ import annotations

import pytest

from cordiale.exchange.link import wire
from cordiale.exchange.message import Request, Response
from cordiale.exchange.serve import wake
from cordiale.node.link import FIRST_S, LONGEST_S, backoff, keep
from cordiale.node.ticks import Ticks
from tests.unit.desk.conftest import indicator
from tests.unit.node.conftest import Pair


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


class Leading(Ticks):
    """Lead without threads, and note the pauses instead of making them."""

    leads = True  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.paused = 0

    def pause(self, seconds: float) -> bool:
        self.paused += seconds > 0
        return self.stopping


def test_a_comparison_that_fails_is_not_tried_again_with_each_visit(pair: Pair) -> None:
    pair.take(indicator(1))
    pair.exchange()
    ticks = Leading()
    asked: list[str] = []

    def failing(request: Request) -> Response:
        asked.append(request.path)
        if asked.count(wire.BASE + "hello") > 5:
            ticks.stop()
        if request.path.startswith(wire.BASE + "reconcile/"):
            return Response(503)
        if request.path == wake.PATH:  # there is always something new: nobody waits
            return Response(200, {}, b'{"last":9,"recalls":0}')
        return pair.canada.respond(request)

    pair.broken = failing
    keep(pair.france.desk, ticks, "canada")
    assert asked.count(wire.BASE + "hello") > 5
    assert sum(path.startswith(wire.BASE + "reconcile/") for path in asked) == 1
    assert ticks.paused == 1
