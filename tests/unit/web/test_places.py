"""What a partner wrote as coordinates is a position, or it is nothing."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cordiale.web.places import _degrees, _written


@pytest.mark.parametrize(
    "value", ["47", None, True, [], math.nan, math.inf, -math.inf, 90.0001, -91, 10**400]
)
def test_what_is_no_latitude_is_none(value: Any) -> None:
    assert _degrees(value, 90) is None


@pytest.mark.parametrize("value", [0, -90, 90.0, 47.05])
def test_a_latitude_is_taken_as_it_is(value: float) -> None:
    assert _degrees(value, 90) == value


def test_positions_are_written_as_the_language_does() -> None:
    assert _written(-17.25, -178.5, "en") == "17.25° S, 178.5° W"
    assert _written(47.0, 2.5, "fr") == "47° N, 2,5° E"
