"""Indicators taken out of a text: what would be taken and why, what is left, and what was taken in."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from cordiale.sdk.wire import Asked, Line, Told
from cordiale.sdk.work import ImportReport

Whole = Annotated[str, msgspec.Meta(min_length=1, max_length=400_000, description="The text of a report, a mail, a list or a table.")]  # fmt: skip
Domains = Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)]
Plain = Literal["leave", "take"]
Confidence = Annotated[int, msgspec.Meta(ge=0, le=100)]


class FoundValue(Told, frozen=True, kw_only=True):
    """A value that would be taken: where it stands, how sure it is (0 to 100), and why in sentences."""

    kind: str
    value: str
    line: int
    confidence: int
    context: str
    reasons: tuple[str, ...]


class LeftValue(Told, frozen=True, kw_only=True):
    """A value that would not be taken, and why."""

    kind: str
    value: str
    line: int
    context: str
    reason: str


class Read(Told, frozen=True, kw_only=True):
    """What a text holds; nothing was taken in."""

    title: str
    found: tuple[FoundValue, ...]
    left: tuple[LeftValue, ...]


class ReadAsked(Asked, frozen=True, kw_only=True):
    """Look at what a text holds. `own` are domains of who wrote it; `plain` says what is done with values that a text writes plainly while it makes others harmless."""

    text: Whole
    own: Domains = ()
    plain: Plain = "leave"
    confidence: Confidence = 0


class TakeAsked(Asked, frozen=True, kw_only=True):
    """Take in what a text holds, or `only` these values of it, under a marking."""

    text: Whole
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)] = "pasted"
    marking: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    own: Domains = ()
    plain: Plain = "leave"
    confidence: Confidence = 0
    only: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=4000)], ...], msgspec.Meta(max_length=10_000)] | None = None  # fmt: skip


class TakenIn(Told, frozen=True, kw_only=True):
    """What was taken out of a text, and the report of its import."""

    read: Read
    report: ImportReport
