"""Tell the time as whole microseconds since 1970-01-01T00:00:00Z, from a source that tests replace."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Instant = int
"""Microseconds since the epoch, UTC."""

Clock = Callable[[], Instant]
"""Where the time comes from; an argument everywhere, never a global."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_written = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z").fullmatch


def system_clock() -> Instant:
    """Return the machine's time in microseconds since the epoch."""
    return time.time_ns() // 1000


def format_instant(instant: Instant, digits: int = 3) -> str:
    """Write an instant as RFC 3339 in UTC with 3 or 6 fractional digits, cutting what is finer.

    Raises ValueError for other digits or an instant outside the years 1 to 9999.
    """
    try:
        moment = _EPOCH + timedelta(microseconds=instant)
    except OverflowError as error:
        raise ValueError(f"{instant} µs is outside the years 1 to 9999") from error
    whole = (
        f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
        f"T{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
    )
    if digits == 3:
        return f"{whole}.{moment.microsecond // 1000:03}Z"
    if digits == 6:
        return f"{whole}.{moment.microsecond:06}Z"
    raise ValueError(f"an instant is written with 3 or 6 fractional digits, not {digits}")


def parse_instant(text: str) -> Instant:
    """Read an RFC 3339 timestamp that ends in Z (STIX 2.1 §2.19); what is finer than a microsecond is cut.

    Raises ValueError when the text is anything else, or names a day or a second that does not exist.
    """
    if _written(text) is None:
        raise ValueError(f"not a timestamp such as 2026-01-31T08:30:00.000Z: {text[:60]!r}")
    since = datetime.fromisoformat(text) - _EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
