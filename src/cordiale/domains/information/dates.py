"""Read the dates that a page prints of itself; a clock is not a date of publication."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from cordiale.domains.information.document import Basis
from cordiale.domains.information.folding import bare

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv",
            "february feb fevrier fevr fev",
            "march mar mars",
            "april apr avril avr",
            "may mai",
            "june jun juin",
            "july jul juillet juil",
            "august aug aout",
            "september sept sep septembre",
            "october oct octobre",
            "november nov novembre",
            "december dec decembre",
        ),
        start=1,
    )
    for name in names.split()
}
DAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "monday lundi",
            "tuesday mardi",
            "wednesday mercredi",
            "thursday jeudi",
            "friday vendredi",
            "saturday samedi",
            "sunday dimanche",
        )
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_FIRST = re.compile(
    rf"(?<!et )\b(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?(?: of)? (?P<m>{_MONTH})\b\.?(?:,? (?P<y>(?:19|20)\d\d)\b)?"
)
_MONTH_FIRST = re.compile(
    rf"\b(?P<m>{_MONTH})\b\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:\d|[.,]\d|h\b)(?:,? (?P<y>(?:19|20)\d\d)\b)?"
)
_NUMBERS = re.compile(
    r"\b(?:(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d\d)[/.](?P<m2>\d\d)[/.](?P<y2>(?:19|20)\d\d))\b"
)
_MONTH_ONLY = re.compile(rf"^\W*(?P<m>{_MONTH}) (?P<y>(?:19|20)\d\d)\W*$")
_CLOCK = re.compile(
    r"\bil est\b|\bit is now\b|\btoday\b|\baujourd'hui\b|\bnous sommes\b|\bago\b|\bil y a\b|\bupdated\b|\bmis a jour\b"
    r"|\bdownloaded\b|\bretrieved\b|\baccessed\b|\bconsulte\b|\bcopyright\b|©|^\W*(?:mon|tue|wed|thu|fri|sat|sun)\. \w{3} \d+(?:st|nd|rd|th)"
)
_VERSION = re.compile(r"(?:version|translation|traduction|edition)\b(?=.*\d)")
_LONGEST: Final = 170
"""A longer line says something else than when it was published."""


class Printed(msgspec.Struct, frozen=True):
    """A date as a page prints it; what it does not print is None. `words` is the line it stands in."""

    month: int
    day: int | None
    year: int | None
    words: str

    @property
    def whole(self) -> bool:
        """Tell whether day, month and year are printed."""
        return self.year is not None and self.day is not None


def printed(lines: Iterable[str]) -> Printed | None:
    """Return the date of publication among the lines around an article: the first whole one, else the first."""
    partial = None
    for line in lines:
        if len(line) > _LONGEST:
            continue
        found = in_line(line)
        if found is not None and found.whole:
            return found
        partial = partial or found
    return partial


def in_line(line: str) -> Printed | None:
    """Return the first date of a line that is not a clock's."""
    flat = re.split(r"[-–·|(] ?(?:mis a jour|updated)", bare(line))[0]
    if _CLOCK.search(flat):
        return None
    version = _VERSION.search(flat)
    if version and re.search(_MONTH, flat[version.end() :]):
        flat = flat[version.end() :]  # what a version is of has a date of its own
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        if found := pattern.search(flat):
            day = int(found["d"])
            if 1 <= day <= 31:
                return Printed(MONTHS[found["m"]], day, int(found["y"]) if found["y"] else None, line.strip())
    if found := _NUMBERS.search(flat):
        year, month, day = (int(found[name] or found[name + "2"]) for name in "ymd")
        if 1 <= month <= 12 and 1 <= day <= 31:
            return Printed(month, day, year, line.strip())
    if found := _MONTH_ONLY.match(flat):
        return Printed(MONTHS[found["m"]], None, int(found["y"]), line.strip())
    return None


def only_a_date(line: str) -> bool:
    """Tell whether a line says when and little else: a date, a weekday, an hour, an edition."""
    flat = bare(line)
    rest = _DAY_FIRST.sub(" ", _MONTH_FIRST.sub(" ", _NUMBERS.sub(" ", _MONTH_ONLY.sub(" ", flat))))
    changed = rest != flat
    left = [word for word in re.findall(r"[a-z]+", rest) if word not in DAYS]
    return (changed and len(left) <= 3) or (
        bool(re.search(r"\d", flat)) and bool(_CLOCK.search(flat)) and len(left) < 8
    )


def instant(found: Printed | None) -> tuple[datetime | None, Basis]:
    """Return a printed date as an instant, where day, month and year are there and exist."""
    if found is None or found.year is None or found.day is None:
        return None, "none"
    try:
        return datetime(found.year, found.month, found.day, tzinfo=UTC), "stated"
    except ValueError:
        return None, "none"
