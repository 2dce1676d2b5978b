"""What a list is asked for, as its address says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from cordiale.desk.views.search import Question
from cordiale.platform.clock import Instant
from cordiale.web.fields import ID

MOST: Final = 400
"""Longest search, type or place in a list that is read from an address."""

SORTS: Final = ("name", "type", "source", "marking")
"""Columns a list can be sorted by; without one the newest come first."""

_VALUE: Final = re.compile(r"[a-z0-9:_.-]+=\S.*")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A search as it stands in an address; empty members narrow nothing. `since` and `until` are days, both included."""

    q: str = ""
    type: str = ""
    marking: str = ""
    source: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""

    def address(self, **other: str) -> str:
        """Return the address of this search, changed where `other` says so; it begins at the first page."""
        given = {**msgspec.structs.asdict(self), **other}
        chosen = {name: value for name, value in given.items() if value}
        return "/objects" + (f"?{urlencode(chosen)}" if chosen else "")

    @property
    def narrowed(self) -> bool:
        """Tell whether anything is looked for at all."""
        return any((self.q, self.type, self.marking, self.source, self.since, self.until))

    @property
    def stix_id(self) -> str:
        """Return the id that the words are, empty where they are words."""
        return self.q if ID.fullmatch(self.q) else ""

    def question(self) -> Question:
        """Return what the desk is asked; `kind=value` in place of words is an observable value."""
        value = bool(_VALUE.fullmatch(self.q))
        return Question(
            words="" if value else self.q,
            value=self.q if value else None,
            type=self.type or None,
            marking=self.marking or None,
            source=self.source or None,
            since=_day(self.since),
            until=_day(self.until, after=1),
        )


def asked_in(given: Mapping[str, Any]) -> Asked:
    """Read a search from the parameters of an address; what is no search is left out."""
    read = {name: str(given.get(name) or "").strip()[:MOST] for name in Asked.__struct_fields__}
    if read["sort"].lstrip("-") not in SORTS:
        read["sort"] = ""
    for name in ("since", "until"):
        if _day(read[name]) is None:
            read[name] = ""
    return Asked(**read)


def _day(written: str, after: int = 0) -> Instant | None:
    """Return the first instant of a day, or of so many days after it; None for what is no day."""
    try:
        day = date.fromisoformat(written) + timedelta(days=after)
    except (ValueError, OverflowError):
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000
