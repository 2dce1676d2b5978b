"""Recalls, ours and those that partners sent."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from cordiale.sdk.wire import Asked, Ids, Line, Marking, Moment, Text, Told


class RecallAsked(Asked, frozen=True, kw_only=True):
    """Ask one partner, or everyone who holds them, to take objects back.

    `entries` are the first and last entry of one partner's stream instead of objects; `members` takes along what a
    container holds; `scope` object means later versions too; `marking` is what a downgrade puts it under. More than a few
    stay a draft until somebody who saw how many they are confirms.
    """

    ids: Ids = ()
    entries: tuple[Annotated[int, msgspec.Meta(ge=1)], Annotated[int, msgspec.Meta(ge=1)]] | None = None
    partner: Line | None = None
    reason: Text = ""
    action: Literal["purge", "stop-use", "downgrade"] = "purge"
    scope: Literal["version", "object"] = "version"
    marking: Line | None = None
    members: bool = False
    erasure: bool = False


class ConfirmAsked(Asked, frozen=True, kw_only=True):
    """Send a drafted recall as somebody who saw that it concerns so many objects."""

    objects: Annotated[int, msgspec.Meta(ge=0)]


class Recalled(Told, frozen=True, kw_only=True):
    """One recall to one partner; `state` is draft, asked, acknowledged, in-use, refused or unreachable."""

    recall: str
    partner: str
    objects: int
    state: str
    action: str
    reason: str
    by: str
    at: Moment
    ids: tuple[str, ...] = ()
    versions: int = 0
    types: dict[str, int] = msgspec.field(default_factory=dict)
    scope: str = "version"
    marking: Marking = ()
    due: Moment | None = None
    parts: int = 1
    answered: int = 0
    answered_at: Moment | None = None
    outcome: str | None = None
    until: Moment | None = None
    note: str = ""
    onward: str = ""
    products: tuple[str, ...] = ()


class Recalls(Told, frozen=True, kw_only=True):
    """Recalls, newest first; `next` is handed back as `after` to read on."""

    items: tuple[Recalled, ...]
    next: str | None = None


class RecallAnswerAsked(Asked, frozen=True, kw_only=True):
    """Answer a recall that a partner sent, in one's own name; products are named only if given here."""

    outcome: Literal["done", "in-use", "cannot"]
    until: Moment | None = None
    note: Text = ""
    products: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()


class RecallReceived(Told, frozen=True, kw_only=True):
    """One recall that a partner sent, and our answer."""

    recall: str
    partner: str
    action: str
    scope: str
    marking: Marking
    reason: str
    by: str
    at: Moment
    due: Moment | None
    outcome: str
    versions: int
    until: Moment | None
    note: str
    onward: str
    products: tuple[str, ...]
    answered_at: Moment
    answered_by: str | None
    delivered: bool


class RecallsReceived(Told, frozen=True, kw_only=True):
    """Recalls that partners sent, newest first; `next` is handed back as `after` to read on."""

    items: tuple[RecallReceived, ...]
    next: str | None = None
