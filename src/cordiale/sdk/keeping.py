"""How long things are kept: what is due, what was removed, and taking one object away for good."""

from __future__ import annotations

from typing import Annotated

import msgspec

from cordiale.sdk.wire import Asked, Moment, Told


class Due(Told, frozen=True, kw_only=True):
    """How much of one source and type is due, and what of it is kept by a last day of its own."""

    source: str
    purpose: str
    days: int
    type: str
    objects: int
    kept: int = 0


class Retention(Told, frozen=True, kw_only=True):
    """What the rules of now remove, or removed, of what the reader sees. `rules` stands for them, `approved` says by whom."""

    due: tuple[Due, ...]
    rules: str
    approved: str | None = None
    approved_at: Moment | None = None
    removed: int = 0
    asked_back: int = 0


class RetentionAsked(Asked, frozen=True, kw_only=True):
    """Remove what is due; `standing`: go on by itself while the rules are the same."""

    standing: bool = False


class Removal(Told, frozen=True, kw_only=True):
    """What was removed, under which rule, and by whose approval."""

    at: Moment
    by: str
    source: str
    purpose: str
    days: int
    types: dict[str, int]
    asked_back: dict[str, int]


class Removals(Told, frozen=True, kw_only=True):
    """What was removed, newest first."""

    items: tuple[Removal, ...]


class Holder(Told, frozen=True, kw_only=True):
    """A partner that has an object, in how many versions, and whether it can answer a recall."""

    partner: str
    versions: int
    recallable: bool


class Purge(Told, frozen=True, kw_only=True):
    """What a purge takes away, who has it, and what stays; `done` is when it was done."""

    id: str
    type: str
    name: str
    versions: int
    held_by: tuple[Holder, ...] = ()
    referrers: int = 0
    files: int = 0
    others: tuple[str, ...] = ()
    asked_back: dict[str, int] = msgspec.field(default_factory=dict)
    done: Moment | None = None


class PurgeAsked(Asked, frozen=True, kw_only=True):
    """Take an object away for good: why, and how many versions of it were seen."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    versions: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
