"""Instants are whole microseconds, read and written without loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.platform.clock import DAY, format_instant, parse_instant, system_clock

ANY = st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999)


@given(ANY)
def test_six_digits_lose_nothing(instant: int) -> None:
    assert parse_instant(format_instant(instant, 6)) == instant


@given(ANY)
def test_three_digits_cut_and_never_round_up(instant: int) -> None:
    assert 0 <= instant - parse_instant(format_instant(instant)) < 1000


@given(ANY, ANY)
def test_six_digits_sort_as_time_does(one: int, other: int) -> None:
    assert (one < other) == (format_instant(one, 6) < format_instant(other, 6))


def test_the_epoch_and_what_is_finer_than_a_microsecond() -> None:
    assert parse_instant("1970-01-02T00:00:00Z") == DAY
    assert parse_instant("1970-01-01T00:00:00.0000019999Z") == 1
    assert format_instant(-1, 6) == "1969-12-31T23:59:59.999999Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T08:30:00",
        "2026-01-31T08:30:00+00:00",
        "2026-01-31t08:30:00z",
        "2026-02-30T08:30:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T08:30:60Z",
        "2026-01-31T08:30:00.Z",
        "2026-01-31T08:30:00Z\n",
        "٢٠٢٦-01-31T08:30:00Z",
        "0000-01-01T00:00:00Z",
        "20260131T083000Z",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


def test_an_instant_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="years"):
        format_instant(10**18)
    with pytest.raises(ValueError, match="digits"):
        format_instant(0, 4)


def test_the_system_clock_runs_forward_in_microseconds() -> None:
    assert 1_700_000_000_000_000 < system_clock() <= system_clock()
