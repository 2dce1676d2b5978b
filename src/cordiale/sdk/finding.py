"""The part of the client that finds: search, what it can be narrowed to, files of finds, searches that are kept."""

from __future__ import annotations

from datetime import date, datetime

from cordiale.sdk.asks import Asks, written
from cordiale.sdk.feeds import Feed, Feeds
from cordiale.sdk.lists import Lazy
from cordiale.sdk.objects import Counts, ObjectPage, Summary
from cordiale.sdk.searches import Alert, Alerts, Facets, Search, SearchAsked, Searches, WatchAsked


class Finding:
    """What somebody finds at a node; a part of `Client`."""

    _ask: Asks

    def search(
        self,
        words: str = "",
        *,
        type: str | None = None,
        source: str | None = None,
        value: str | None = None,
        marking: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        partners: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Lazy[Summary]:
        """Find objects that hold every word, or list those of a type, source or observable value, newest first."""
        asked = {
            "q": words,
            "type": type,
            "source": source,
            "value": value,
            "marking": marking,
            "since": written(since),
            "until": written(until),
            "partners": partners or None,
            "limit": limit,
        }
        return self._ask.list("objects", asked, ObjectPage, after)

    def counts(self) -> dict[str, int]:
        """Count objects by type."""
        return self._ask.get("objects/counts", Counts).types

    def facets(
        self,
        words: str = "",
        *,
        type: str | None = None,
        source: str | None = None,
        value: str | None = None,
        marking: str | None = None,
    ) -> Facets:
        """Count what finds can be narrowed to: types, markings and sources."""
        asked = {"q": words, "type": type, "source": source, "value": value, "marking": marking}
        return self._ask.get("facets", Facets, asked)

    def export(
        self,
        words: str = "",
        *,
        form: str = "csv",
        type: str | None = None,
        source: str | None = None,
        marking: str | None = None,
    ) -> bytes:
        """Download what a search finds, as a table (`csv`) or a STIX bundle (`stix`), each object with all it is marked by."""
        asked = {"q": words, "form": form, "type": type, "source": source, "marking": marking}
        return self._ask.ask("GET", "export", asked).content

    def feeds(self) -> tuple[Feed, ...]:
        """List the feeds that may be fetched, by name."""
        return self._ask.get("feeds", Feeds).items

    def feed(self, name: str, format: str) -> bytes:
        """Fetch a feed: what it holds for whose token is sent."""
        return self._ask.ask("GET", f"feeds/{name}.{format}", {}).content

    def searches(self) -> tuple[Search, ...]:
        """List the searches that are kept, by name."""
        return self._ask.get("searches", Searches).items

    def keep_search(
        self,
        name: str,
        words: str = "",
        *,
        type: str = "",
        marking: str = "",
        source: str = "",
        since: date | None = None,
        until: date | None = None,
        watched: bool = False,
        key: str | None = None,
    ) -> Search:
        """Keep a search under a name, and watch it where asked."""
        asked = SearchAsked(
            name=name,
            q=words,
            type=type,
            marking=marking,
            source=source,
            since=since,
            until=until,
            watched=watched,
        )
        return self._ask.post("searches", asked, Search, key)

    def watch_search(self, search: str, watched: bool, *, key: str | None = None) -> Search:
        """Watch a search from now on, or no longer."""
        return self._ask.post(f"searches/{search}/watch", WatchAsked(watched=watched), Search, key)

    def search_seen(self, search: str, *, key: str | None = None) -> tuple[Search, ...]:
        """Note that what a search found until now was seen."""
        return self._ask.post(f"searches/{search}/seen", None, Searches, key).items

    def drop_search(self, search: str, *, key: str | None = None) -> tuple[Search, ...]:
        """Keep a search no longer; return those that are left."""
        return self._ask.post(f"searches/{search}/drop", None, Searches, key).items

    def alerts(self) -> tuple[Alert, ...]:
        """Say what watched searches found since one last looked."""
        return self._ask.get("alerts", Alerts).items
