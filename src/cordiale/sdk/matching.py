"""Runs of matching: logs that were looked through for indicators, what was seen of each, and the sightings stated of it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from cordiale.sdk.wire import Asked, Ids, Line, Marking, Moment, Told


class LogAside(Told, frozen=True, kw_only=True):
    """One line of a log that could not be read, and why."""

    line: int
    code: str
    message: str


class LogSource(Told, frozen=True, kw_only=True):
    """A log that was read: `sha256` is of its bytes, or the seal of the dataset it is. `reasons` counts what was set aside."""

    name: str
    sha256: str
    dataset: str
    form: str
    records: int
    reasons: dict[str, int]
    aside: tuple[LogAside, ...]


class LogLine(Told, frozen=True, kw_only=True):
    """A record that met an indicator: where it stands, and when it happened."""

    file: str
    line: int
    at: Moment | None


class Seen(Told, frozen=True, kw_only=True):
    """What was seen of one indicator: how many records met it, `exact` of them as it is, and the first of them.

    `known` are the warning lists that know a value of it, each with its category. `sighting` is what was stated of it.
    """

    indicator: str
    name: str
    source: str
    ours: bool
    count: int
    exact: int
    first: Moment | None
    last: Moment | None
    fields: tuple[str, ...]
    values: tuple[str, ...]
    lines: tuple[LogLine, ...]
    known: tuple[tuple[str, str], ...]
    sighting: str


class MatchRun(Told, frozen=True, kw_only=True):
    """One run. How many indicators there were (`indicators`) and were left out is told to who made it."""

    id: str
    at: Moment
    by: str
    profile: dict[str, Any]
    sources: tuple[LogSource, ...]
    marking: Marking
    records: int
    seen: tuple[Seen, ...]
    indicators: int | None = None
    left_out: dict[str, int] | None = None


class MatchRuns(Told, frozen=True, kw_only=True):
    """Runs, newest first, without what was seen; `next` is handed back as `after` to read on."""

    items: tuple[MatchRun, ...]
    next: str | None = None


class DatasetMatchAsked(Asked, frozen=True, kw_only=True):
    """Look through a dataset of records; without a marking, what is found is marked as the dataset is."""

    dataset: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    marking: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    exact: bool = False


class SightingsAsked(Asked, frozen=True, kw_only=True):
    """State sightings of what a run saw: of these indicators, or of all that no warning list calls a false alarm."""

    indicators: Ids | None = None
    marking: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    sector: Line = ""


class SightingsStated(Told, frozen=True, kw_only=True):
    """The sighting of each indicator, and how many of them say something new; empty where it was counted before."""

    sightings: dict[str, str]
    new: int
    changed: int


class RunsKept(Told, frozen=True, kw_only=True):
    """How many runs the reader may see are kept now."""

    runs: int
