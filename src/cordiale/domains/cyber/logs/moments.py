"""Times as logs write them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cordiale.platform.clock import SECOND, Instant

AT = pa.timestamp("us", tz="UTC")

_LATEST: Final = 4_102_444_800
"""Seconds of the year 2100: a larger number counts parts of a second."""

_FORMS: Final = (
    "%d/%b/%Y:%H:%M:%S %z",  # Apache, nginx
    "%d-%b-%Y %H:%M:%S.%f",  # BIND
    "%d-%b-%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%a, %d %b %Y %H:%M:%S %z",  # RFC 5322
)
_SYSLOG = re.compile(r"([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}:\d{2}:\d{2})$")
_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")
_NUMBER = re.compile(r"\d{1,19}(?:\.\d{1,9})?$")


def moment(value: Any, now: Instant) -> Instant | None:
    """Return a time in microseconds since 1970, None for what is none; without a zone it is UTC.

    Numbers are seconds, or thousandths, millionths or billionths of one by their size. A time without a year (syslog) is
    the last one before `now`.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _of_number(float(value))
    text = str(value).strip()
    if _NUMBER.match(text):
        return _of_number(float(text))
    try:
        return _of(datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text)))
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return _of(datetime.strptime(text, form))  # noqa: DTZ007 - a zone is added where none is written
        except ValueError:
            continue
    return _syslog(text, now)


def moments(values: Sequence[Any] | pa.Array, now: Instant) -> pa.Array:
    """Return a column of times: at once where all are numbers or ISO 8601, one by one otherwise; null for what is none.

    An Arrow array is one of texts or of doubles.
    """
    if isinstance(values, pa.Array):
        found = _of_texts(values) if pa.types.is_string(values.type) else _of_numbers(_numbers(values))
        if found is not None:
            return found
        values = values.to_pylist()
    else:
        kinds = set(map(type, values)) - {type(None)}
        found = None
        if kinds <= {int, float} and kinds:
            found = _of_numbers(np.array([math.nan if one is None else one for one in values], float))
        elif kinds == {str}:
            found = _of_texts(pa.array(values, pa.string()))
        if found is not None:
            return found
    return pa.array([moment(one, now) for one in values], pa.int64()).cast(AT)


def _numbers(values: pa.Array) -> npt.NDArray[np.float64]:
    return values.to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def _of_numbers(numbers: npt.NDArray[np.float64]) -> pa.Array | None:
    known = ~np.isnan(numbers) & (numbers >= 0) & (numbers < _LATEST)
    return pa.array(np.rint(numbers * SECOND).astype(np.int64)).cast(AT) if known.all() else None


def _of_texts(written: pa.Array) -> pa.Array | None:
    try:
        return written.cast(AT)
    except pa.ArrowInvalid:
        return None


def _of_number(value: float) -> Instant | None:
    if not math.isfinite(value) or value < 0:
        return None
    for _step in range(4):
        if value < _LATEST:
            return round(value * SECOND)
        value /= 1000
    return None


def _of(found: datetime) -> Instant:
    whole = found if found.tzinfo else found.replace(tzinfo=UTC)
    since = whole - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def _syslog(text: str, now: Instant) -> Instant | None:
    if not _SYSLOG.match(text):
        return None
    year = datetime.fromtimestamp(now / SECOND, UTC).year
    for tried in (year, year - 1):
        try:
            found = _of(datetime.strptime(f"{tried} {text}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC))
        except ValueError:
            continue
        if found <= now + 86_400 * SECOND:
            return found
    return None
