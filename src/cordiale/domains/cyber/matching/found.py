"""A run of matching as it is kept and shown: what was read, what was looked for, and what was seen of each indicator."""

from __future__ import annotations

from typing import Any

import msgspec

from cordiale.desk.answers import Answer
from cordiale.domains.cyber.logs.aside import Aside
from cordiale.domains.cyber.logs.profile import Profile as Mapping
from cordiale.platform.clock import Instant


class Source(Answer, frozen=True, kw_only=True):
    """A log that was read: `sha256` is of its bytes, or the seal of a dataset; `dataset` is the id of one.

    `reasons` counts what was set aside, `aside` lists the first of it.
    """

    name: str
    sha256: str
    dataset: str = ""
    form: str = ""
    records: int = 0
    mapping: Mapping | None = None
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    aside: tuple[Aside, ...] = ()


class Line(Answer, frozen=True, kw_only=True):
    """A record that met an indicator: where it stands, and when it happened."""

    file: str
    line: int
    at: Instant | None


class Seen(Answer, frozen=True, kw_only=True):
    """What was seen of one indicator: how many records met it, `exact` of them as it is; the first records of them.

    `known` are the warning lists that know a value it was met in, each with its category; `sighting` is the object that
    says so where one was stated. `marking` is the indicator's, which governs its name and what it was met in.
    """

    indicator: str
    name: str
    source: str
    ours: bool
    count: int
    exact: int
    first: Instant | None
    last: Instant | None
    fields: tuple[str, ...]
    values: tuple[str, ...]
    lines: tuple[Line, ...]
    known: tuple[tuple[str, str], ...] = ()
    sighting: str = ""
    marking: tuple[str, ...] = ()


class Run(Answer, frozen=True, kw_only=True):
    """One run. `indicators` and `left_out` are counts of what its maker could read: None for anybody else.

    `met` is how many records met something of what is in `seen`, as far as their lines were kept.
    """

    id: str
    at: Instant
    by: str
    profile: dict[str, Any]
    sources: tuple[Source, ...]
    marking: tuple[str, ...]
    records: int
    seen: tuple[Seen, ...] = ()
    indicators: int | None = None
    left_out: dict[str, int] | None = None
    kept: bool = False
    sector: str = ""
    seconds: float = 0.0
