"""By which rules a log is matched: named and versioned, so that a count can be made again."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Profile(NamedTuple):
    """How values of records meet those of indicators.

    `parts`: a name is met by the names under it, a URL by those below it, an address of e-mail by its domain, a digest
    of ssdeep or TLSH by those of files alike; networks are always met by their addresses. `expired`: an indicator whose `valid_until` lies before a record is met by it as
    well. `rows` are the lines and `samples` the values kept of each indicator: its count is always whole.
    """

    name: str
    version: int
    parts: bool = True
    expired: bool = False
    rows: int = 1000
    samples: int = 20

    def said(self) -> dict[str, Any]:
        """Return the profile as findings carry it."""
        return self._asdict()


MATCH_1: Final = Profile("match", 1)
EXACT_1: Final = Profile("match-exact", 1, parts=False)

PROFILES: Final = {one.name: one for one in (MATCH_1, EXACT_1)}
