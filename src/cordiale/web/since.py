"""How long ago something was: said on the page instead of when, for a day; the exact instant is behind it, and in print.

A page says it as of when it was drawn, and its script goes on counting from there, whatever the browser's clock says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from cordiale.platform.clock import Instant
from cordiale.platform.languages import _, text

AGO: Final = (_("just now"), _("{n} min ago"), _("{n} h ago"))
"""What is said of less than a minute, of minutes, and of hours up to a day."""

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
"""Seconds. From a day on, the date tells more."""


NOBODY_KNOWS: Final = '<span class="quiet">–</span>'


class Drawn(str):
    """Markup of ours: nothing of it is anybody's words."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def words(lang: str) -> tuple[str, ...]:
    """Return the sentences of a language, with `{n}` where the number stands."""
    return tuple(text(lang, one, n="{n}") for one in AGO)


def since(lang: str, now: Instant) -> Callable[[str], tuple[str, int]]:
    """Return what says how long ago an instant was (as STIX writes it), and in whole minutes.

    It says "" of one more than a day ago or yet to come.
    """
    moment, minutes, hours = words(lang)
    seconds_now = now / 1_000_000

    def said(exact: str) -> tuple[str, int]:
        age = seconds_now - datetime.fromisoformat(exact).timestamp()
        if not 0 <= age < DAY:
            return "", 0
        whole = int(age // MINUTE)
        if age < MINUTE:
            return moment, 0
        if age < HOUR:
            return minutes.replace("{n}", str(whole)), whole
        return hours.replace("{n}", str(int(age // HOUR))), whole

    return said


def drawing(lang: str, now: Instant) -> Callable[[Any], Drawn]:
    """Return what draws an instant by its age: `text`, `brief` and `exact` of a value or a mapping, None for none.

    A function instead of a macro, which takes longer: a list has fifty of them. The age is written to the minute, as it is
    said: a page that tells its own second would tell one answer from another that has to be the same.
    """
    said = since(lang, now)

    def drawn(when: Any) -> Drawn:
        if when is None:
            return Drawn(NOBODY_KNOWS)
        if isinstance(when, Mapping):
            exact, full, brief = when["exact"], when["text"], when["brief"]
        else:
            exact, full, brief = when.exact, when.text, when.brief
        age, whole = said(exact)
        if age:
            return Drawn(f'<time datetime="{exact}" title="{full}" data-ago="{whole}">{age}</time>')
        return Drawn(f'<time datetime="{exact}" title="{full}">{brief or full}</time>')

    return drawn
