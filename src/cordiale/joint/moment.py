"""Instants inside joint objects: written as STIX writes them, read as microseconds."""

from __future__ import annotations

from cordiale.platform.clock import format_instant, parse_instant

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
