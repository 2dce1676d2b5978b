"""Instants inside joint objects: written as STIX writes them, read as microseconds."""

from __future__ import annotations

from datetime import UTC, datetime

from cordiale.platform.clock import format_instant, parse_instant
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

MINUTE = 60_000_000
"""Microseconds."""


def at(written: str | None) -> int | None:
    """Return an instant of a joint object in microseconds; None for none, and for what is no instant."""
    if not written:
        return None
    try:
        return parse_instant(written)
    except ValueError:
        return None


def stamp(instant: int) -> str:
    """Write an instant to the millisecond."""
    return format_instant(instant // 1000 * 1000)


def typed(written: str, field: str = "") -> int | None:
    """Return the instant that somebody typed into a field, in UTC where no zone is written; None for nothing.

    Raises InputError for what is none.
    """
    if not written.strip():
        return None
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        raise InputError(
            "typed-instant",
            _("{words} is no day and time: write 2026-12-01 16:00 (UTC)."),
            words=written[:40],
        ).at(field) from None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1_000_000)
