"""When a page says it was published, and how it is known: its metadata, its print, its address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from cordiale.domains.information.dates import instant, printed
from cordiale.domains.information.document import Basis

Exact = Literal["minute", "day", "month", "year"]

KEYS = (
    *("article:published_time", "datepublished", "og:published_time", "date", "pubdate", "publishdate"),
    *("publish-date", "publication_date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.created"),
    *(
        "dc.date.created",
        "parsely-pub-date",
        "sailthru.date",
        "article.published",
        "cxenseparse:recs:publishtime",
    ),
)
"""Names of metadata that say when a page was published, the surest first; those of changes are not among them."""

_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:[/_.-]|$)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Said(msgspec.Struct):
    """What a page says of itself outside its text."""

    title: str = ""
    address: str = ""
    lang: str = ""
    meta: dict[str, str] = msgspec.field(default_factory=dict)


def published(said: Said, lines: Iterable[str], address: str) -> tuple[datetime | None, Basis, Exact]:
    """Return when a page was published, how that is known and how exactly; (None, "none", "day") when it is not."""
    for key in KEYS:
        found = moment(said.meta.get(key, ""))
        if found:
            return found[0], "metadata", found[1]
    when, basis = instant(printed(lines))
    if when:
        return when, basis, "day"
    when = of_address(address)
    return (when, "url", "day") if when else (None, "none", "day")


def moment(written: str) -> tuple[datetime, Exact] | None:
    """Return an ISO 8601 date or instant in UTC; without a zone only its day is known."""
    text = written.strip()
    try:
        if _DAY.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC), "day"
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            return found.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC), "day"
        return found.astimezone(UTC), "minute"
    except (ValueError, OverflowError):
        return None


def of_address(address: str) -> datetime | None:
    """Return the day that stands in an address ("/2026/03/14/"); None without one."""
    found = _IN_ADDRESS.search(urlsplit(address).path) if address else None
    if not found:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    except ValueError:
        return None
