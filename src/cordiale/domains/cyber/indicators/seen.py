"""When and by whom an indicator was seen: its sightings, counted by day, week or month."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from cordiale.desk.views.history import Remark, remarks
from cordiale.domains.cyber.decay import Seen
from cordiale.domains.cyber.indicators.held import instant_in
from cordiale.platform.clock import Instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

DAYS: Final = 45
"""Days up to which sightings are drawn by day."""

WEEKS: Final = 365
"""Days up to which they are drawn by week, beyond by month."""

MOST: Final = 60
"""Bars of a drawing: of a longer time the last."""

Step = Literal["day", "week", "month"]


class Sighting(msgspec.Struct, frozen=True):
    """One sighting as its reader reads it; a `count` of 0 says that it was looked for and not seen."""

    id: str
    source: str
    first: Instant
    last: Instant
    count: int
    words: str
    marking: tuple[str, ...]


class Bar(msgspec.Struct, frozen=True):
    """How often something was seen in one day, week or month: the date that it begins with, and by how many sources."""

    date: str
    count: int
    sources: int


def sightings(desk: Desk, actor: Actor, stix_id: str) -> tuple[Sighting, ...]:
    """Return what the actor reads of who saw an indicator, the last first; raises NotFound as `show`."""
    return of_remarks(remarks(desk, actor, stix_id))


def of_remarks(said: Iterable[Remark]) -> tuple[Sighting, ...]:
    """Return the sightings among what is said of an object, the last first; one without a time is of when it was written."""
    found = []
    for one in said:
        if one.summary.type != "sighting" or one.summary.revoked:
            continue
        value = one.value
        written = one.summary.modified or one.summary.received
        first, last = instant_in(value.get("first_seen")), instant_in(value.get("last_seen"))
        count = value.get("count", 1)
        found.append(
            Sighting(
                id=one.summary.id,
                source=one.summary.source,
                first=first or last or written,
                last=last or first or written,
                count=count if isinstance(count, int) else 1,
                words=str(value.get("description") or ""),
                marking=one.marking,
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.last, one.id)))


def seen(found: Iterable[Sighting]) -> tuple[Seen, ...]:
    """Return sightings as the decay of an indicator reckons with them."""
    return tuple(Seen(one.last, one.source, one.count) for one in found)


def bars(found: Iterable[Sighting]) -> tuple[Step, tuple[Bar, ...]]:
    """Return how often something was seen over time, without gaps, the first date first."""
    held = [one for one in found if one.count > 0]
    if not held:
        return "day", ()
    days = [_date(one.last) for one in held]
    span = (max(days) - min(days)).days
    step: Step = "day" if span <= DAYS else "week" if span <= WEEKS else "month"
    counts: dict[datetime.date, int] = {}
    sources: dict[datetime.date, set[str]] = {}
    for one, day in zip(held, days, strict=True):
        begins = _begins(day, step)
        counts[begins] = counts.get(begins, 0) + one.count
        sources.setdefault(begins, set()).add(one.source)
    at, drawn = min(counts), []
    while at <= max(counts):
        drawn.append(Bar(at.isoformat(), counts.get(at, 0), len(sources.get(at, ()))))
        at = _begins(at + datetime.timedelta(days={"day": 1, "week": 7, "month": 32}[step]), step)
    return step, tuple(drawn[-MOST:])


def _begins(day: datetime.date, step: Step) -> datetime.date:
    if step == "month":
        return day.replace(day=1)
    return day - datetime.timedelta(days=day.weekday()) if step == "week" else day


def _date(instant: Instant) -> datetime.date:
    return datetime.datetime.fromtimestamp(instant / 1e6, datetime.UTC).date()
