"""What a search can be narrowed to, and searches that a person keeps and watches."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from cordiale.sdk.objects import Summary
from cordiale.sdk.wire import Asked, Line, Told


class Facet(Told, frozen=True, kw_only=True):
    """One thing a search can be narrowed to, and how many finds have it."""

    key: str
    count: int


class Facets(Told, frozen=True, kw_only=True):
    """What finds can be narrowed to, most first. `whole`: all were counted, else the newest; sources always among the newest."""

    types: tuple[Facet, ...]
    markings: tuple[Facet, ...]
    sources: tuple[Facet, ...]
    total: int
    whole: bool


class Search(Told, frozen=True, kw_only=True):
    """A search that its owner keeps; `address` is where the node's pages show it."""

    id: str
    name: str
    address: str
    watched: bool


class Searches(Told, frozen=True, kw_only=True):
    """The searches somebody keeps, by name."""

    items: tuple[Search, ...]


class Alert(Told, frozen=True, kw_only=True):
    """What a watched search found since its owner last looked; `more`: there are others."""

    search: Search
    items: tuple[Summary, ...]
    more: bool


class Alerts(Told, frozen=True, kw_only=True):
    """What watched searches found."""

    items: tuple[Alert, ...]


class SearchAsked(Asked, frozen=True, kw_only=True):
    """A search to keep under a name. `since` and `until` are days, both included; `q` may be `kind=value` of an observable."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    q: Line = ""
    type: Line = ""
    marking: Line = ""
    source: Line = ""
    since: date | None = None
    until: date | None = None
    watched: bool = False


class WatchAsked(Asked, frozen=True, kw_only=True):
    """Whether a search is watched from now on."""

    watched: bool
