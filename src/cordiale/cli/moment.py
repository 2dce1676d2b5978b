"""A time as people write it on the command line."""

from __future__ import annotations

from cordiale.platform.clock import DAY, parse_instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _


def instant_of(written: str, *, end: bool = False) -> int:
    """Read a day or a time in microseconds; with `end` a day means its last moment. Raises InputError."""
    day = len(written) == 10
    try:
        found = parse_instant(f"{written}T00:00:00Z" if day else written)
    except ValueError:
        raise InputError(
            "not-a-time",
            _("“{time}” is not a time such as 2027-01-31 or 2027-01-31T08:00:00Z."),
            time=written[:40],
        ) from None
    return found + DAY - 1 if day and end else found
