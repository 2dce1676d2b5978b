"""Feeds: searches that are fetched under a name, in a format for a tool."""

from __future__ import annotations

from datetime import datetime

from cordiale.sdk.wire import Told


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
