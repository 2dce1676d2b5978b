"""What the node works on: imports, what was set aside, jobs."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from cordiale.sdk.wire import Asked, Moment, Told


class SetAside(Told, frozen=True, kw_only=True):
    """Something that could not be taken in, kept with its bytes until it can; `message` says why."""

    number: int
    file: str
    object_id: str | None
    path: str
    code: str
    message: str
    severity: str = "error"
    at: Moment | None = None
    size: int = 0
    others: int = 0


class SetAsidePage(Told, frozen=True, kw_only=True):
    """What is set aside, oldest first; `next` is handed back as `after` to read on."""

    items: tuple[SetAside, ...]
    next: str | None = None


class RetryAsked(Asked, frozen=True, kw_only=True):
    """Try again to take in what was set aside: these numbers, or all of it."""

    numbers: Annotated[tuple[Annotated[int, msgspec.Meta(ge=1, le=2**53)], ...], msgspec.Meta(min_length=1, max_length=1000)] | None = None  # fmt: skip


class Change(Told, frozen=True, kw_only=True):
    """One kind of change made while upgrading STIX 2.0, with how often it was made."""

    message: str
    count: int


class Warned(Told, frozen=True, kw_only=True):
    """Something that is unusual in an object that was taken in all the same."""

    object_id: str
    path: str
    code: str
    message: str


class ImportReport(Told, frozen=True, kw_only=True):
    """What one import did. `markings`: marking given to unmarked input → objects it was given to."""

    job: str
    state: str
    files: int = 0
    read: int = 0
    new: int = 0
    same: int = 0
    set_aside: int = 0
    conflicts: int = 0
    tombstoned: int = 0
    definitions: int = 0
    upgraded: int = 0
    by_type: dict[str, int] = msgspec.field(default_factory=dict)
    markings: dict[str, int] = msgspec.field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    reasons: dict[str, int] = msgspec.field(default_factory=dict)
    first_set_aside: tuple[SetAside, ...] = ()
    warnings: int = 0
    warned_by_code: dict[str, int] = msgspec.field(default_factory=dict)
    warned: tuple[Warned, ...] = ()
    seconds: float = 0.0


class Job(Told, frozen=True, kw_only=True):
    """Long work: what it does, how far it is, how it ended (`state`: running, done, stopped, failed, interrupted)."""

    id: str
    kind: str
    state: str
    by: str
    started: Moment
    updated: Moment
    done: int
    total: int | None
    note: str = ""
    result: dict[str, Any] | None = None


class Jobs(Told, frozen=True, kw_only=True):
    """Jobs, newest first; `next` is handed back as `after` to read on."""

    items: tuple[Job, ...]
    next: str | None = None
