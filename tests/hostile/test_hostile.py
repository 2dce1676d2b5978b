"""Bad input is set aside with a reason, nothing beside it is lost or disturbed, and what is only odd is taken."""

from __future__ import annotations

import time

import pytest

from tests.hostile import fuzz
from tests.hostile.doors import DOORS
from tests.hostile.objects import POISON, STRANGE, raw, ring

BEFORE, AFTER = raw(1), raw(2)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", POISON)
def test_poison_is_set_aside_with_a_reason(name: str, door: str) -> None:
    taken = DOORS[door]([BEFORE, POISON[name], AFTER])
    assert POISON[name] not in taken.held
    assert len(taken.aside) == 1, taken.aside
    if taken.refused:  # an envelope that is not JSON at all: its sender keeps all of it, and is told why
        assert taken.held == set()
    else:
        assert {BEFORE, AFTER} <= taken.held
    assert taken.faults == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", STRANGE)
def test_what_is_odd_and_whole_is_taken_as_it_is(name: str, door: str) -> None:
    taken = DOORS[door]([BEFORE, STRANGE[name], AFTER])
    assert {BEFORE, STRANGE[name], AFTER} <= taken.held, taken.aside
    assert taken.aside == []
    assert taken.faults == []


@pytest.mark.parametrize("door", DOORS)
def test_a_ring_of_references_ends(door: str) -> None:
    taken = DOORS[door](ring())
    assert set(ring()) <= taken.held
    assert taken.aside == []
    assert taken.faults == []


def test_mutated_bytes_and_segments_are_read_or_refused() -> None:
    assert fuzz.run(iter(range(6000))) == 6000


@pytest.mark.long
def test_mutated_bytes_and_segments_for_a_minute() -> None:
    assert fuzz.run(iter(range(6000, 1_000_000_000)), time.monotonic() + 60) > 1000
