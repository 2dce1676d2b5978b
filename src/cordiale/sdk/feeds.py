"""Feeds: searches that are fetched under a name, in a format for a tool."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from cordiale.sdk.wire import Asked, Line, Told


class Fetch(Told, frozen=True, kw_only=True):
    """One reader's last fetch; `entries` and `left` are of the reader's own fetches alone."""

    called: str
    at: datetime
    entries: int | None = None
    left: dict[str, int] | None = None


class Feed(Told, frozen=True, kw_only=True):
    """One feed: `address` is where it is fetched, below the node's own; `by` made it."""

    name: str
    format: str
    by: str
    shared: bool
    mine: bool
    confidence: int
    at: datetime
    address: str
    fetches: tuple[Fetch, ...]


class Feeds(Told, frozen=True, kw_only=True):
    """The feeds that somebody may fetch, by name."""

    items: tuple[Feed, ...]


class FeedAsked(Asked, frozen=True, kw_only=True):
    """A search to be fetched under a name, in a format; `shared` lets everybody of the node fetch it, each what they may read."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    format: Annotated[str, msgspec.Meta(min_length=1, max_length=30)]
    q: Line = ""
    confidence: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0
    shared: bool = False
