"""Values as exports write them: times, lists, languages, words in markup."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from cordiale.domains.information.readers.posts.row import Unreadable
from cordiale.platform.languages import _

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""Older than any network: a zero that was taken for a time."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_X = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:,? (\d{1,2}):(\d\d)(?::(\d\d))?(?: ([AP]M))?)?")
_SECONDS = re.compile(r"\d:\d\d:\d\d")
_MONTHS = dict(zip("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), range(1, 13), strict=True))  # noqa: SIM905
_DIVIDED = re.compile(r"[\s,;|]")
_YES = frozenset({"1", "1.0", "true", "yes", "y", "t", "oui", "retweet"})
_LINK = re.compile(r"https?://[^\s<>\"'”»]+[^\s<>\"'”».,;:!?)\]}]")
_TAG = re.compile(r"(?<![\w&/])[#＃](\w*[^\W\d_]\w*)")
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]{0,4000}>")
_LANGUAGES = {
    "farsi (persian)": "fa",
    **dict(
        pair.split(":")
        for pair in """english:en french:fr français:fr francais:fr russian:ru german:de spanish:es italian:it
        portuguese:pt arabic:ar ukrainian:uk polish:pl dutch:nl turkish:tr chinese:zh japanese:ja korean:ko hebrew:he
        serbian:sr romanian:ro bulgarian:bg greek:el persian:fa""".split()  # noqa: SIM905
    ),
}


def moment(written: Any) -> tuple[datetime, bool] | None:
    """Return an instant in UTC and whether its seconds are unknown; None for an empty value.

    Taken are ISO 8601, seconds, milliseconds and microseconds since 1970, X's own form, and month/day/year; without a zone it is
    UTC. Raises Unreadable for another form.
    """
    return _moment(str(written).strip() if written is not None else "")


@lru_cache(maxsize=4096)
def _moment(text: str) -> tuple[datetime, bool] | None:
    if not text or text.lower() in ("nan", "none", "null", "na"):
        return None
    try:
        if _NUMBER.fullmatch(text):
            return _since(float(text)), False
        if found := _X.fullmatch(text):
            month, day, hour, minute, second, zone, year = found.groups()
            iso = f"{year}-{_MONTHS[month]:02}-{day}T{hour}:{minute}:{second}{zone}"
            return datetime.fromisoformat(iso).astimezone(UTC), False
        if found := _SLASHED.fullmatch(text):
            return _slashed(found)
        when = datetime.fromisoformat(text.removesuffix(" UTC"))
    except (ValueError, OverflowError, OSError, KeyError) as error:
        raise Unreadable(
            "time-unreadable",
            _("“{time}” is no time that can be read: write 2026-03-14T08:30:00Z."),
            time=text[:40],
        ) from error
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return aware.astimezone(UTC), not _SECONDS.search(text)


def _since(number: float) -> datetime:
    size = abs(number)
    divisor = 1e6 if size > 1e14 else 1e3 if size > 1e11 else 1
    return datetime.fromtimestamp(number / divisor, UTC)


def _slashed(found: re.Match[str]) -> tuple[datetime, bool]:
    month, day, year, hour, minute, second, half = found.groups()
    if int(month) > 12:
        month, day = day, month
    clock = int(hour or 0)
    if half:
        clock = clock % 12 + (12 if half == "PM" else 0)
    when = datetime(int(year), int(month), int(day), clock, int(minute or 0), int(second or 0), tzinfo=UTC)
    return when, second is None


def several(value: Any) -> list[str]:
    """Return the members of a list, however it is written: JSON, or divided by spaces, commas, semicolons or bars."""
    if not value:
        return []
    if isinstance(value, list | tuple):
        return [text for one in value if one is not None and (text := str(one).strip())]
    text = str(value).strip()
    if text[:1] == "[" and text[-1:] == "]":
        try:
            return several(json.loads(text))
        except (ValueError, RecursionError):
            text = text[1:-1].replace("'", "").replace('"', "")
    if not text or text.lower() in ("nan", "none", "null", "na"):
        return []
    if not _DIVIDED.search(text):
        return [text]
    divider = r"[\s|]+|[,;]+(?=https?:)" if "://" in text else r"[\s,;|]+"
    return [one for one in re.split(divider, text) if one.strip()]


def hashtags(value: Any) -> list[str]:
    """Return hashtags without their sign, each once."""
    return unique(tag.lstrip("#＃") for tag in several(value))


def links_in(text: str) -> list[str]:
    """Return the addresses a text shows, each once."""
    return unique(_LINK.findall(text)) if "://" in text else []


def tags_in(text: str) -> list[str]:
    """Return the hashtags a text holds, without their sign, each once."""
    return unique(_TAG.findall(text)) if "#" in text or "＃" in text else []


def unique(values: Iterable[str]) -> list[str]:
    """Return values that are not empty, each once, in their order."""
    return [value for value in dict.fromkeys(values) if value]


def language_code(value: Any) -> str | None:
    """Return a language as its code in lower case; None where it is not said."""
    return _language(str(value)) if value is not None else None


@lru_cache(maxsize=1024)
def _language(written: str) -> str | None:
    text = written.strip().lower()
    if not text or text in ("und", "nan", "none", "null", "na"):
        return None
    return _LANGUAGES.get(text, text.split("-")[0].split("_")[0] if len(text) <= 7 else text)


def unmarked_up(written: str) -> str:
    """Return the words of a value that may hold markup, one line a paragraph."""
    if "<" not in written:
        return html.unescape(written)
    lines = _BREAK.sub("\n", written.replace("\n", " "))
    return html.unescape(_MARKUP.sub("", lines)).strip()


def yes(value: Any) -> bool:
    """Tell whether a value says yes."""
    return bool(value) and str(value).strip().lower() in _YES
