"""STIX timestamps as microseconds since 1970, remembered because the same ones come back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND = 1_000_000
_written = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?Z"
).fullmatch
_known: dict[str, int] = {}
_KNOWN_LIMIT = 1 << 16  # about 10 MB
_KNOWN_LENGTH = 32  # as many decimals as an attacker likes are read, but not remembered

MILLIS_LENGTH = len("2016-01-20T12:31:12.123Z")
"""A timestamp at least this long has milliseconds."""


def instant_of(text: str) -> int | None:
    """Return the instant of a STIX timestamp (2.16), None when it is not one.

    A leap second counts as the second after it; what is finer than a microsecond is cut.
    """
    found = _known.get(text)
    if found is not None:
        return found
    if _written(text) is None:
        return None
    leap = text[17:19] == "60"
    try:
        moment = datetime.fromisoformat(text[:17] + "59" + text[19:] if leap else text)
    except ValueError:
        return None
    made = (moment - _EPOCH) // _MICROSECOND + (_SECOND if leap else 0)
    if len(text) <= _KNOWN_LENGTH:
        if len(_known) >= _KNOWN_LIMIT:
            _known.clear()
        _known[text] = made
    return made
