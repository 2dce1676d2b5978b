"""The thresholds of synchrony, named and versioned: every finding carries them."""

from __future__ import annotations

from typing import Any, Final

import msgspec

KINDS: Final = ("text", "link", "tag", "image", "reply", "repost")
"""What accounts may share; the place in this list stands for it in tables."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as synchronised.

    Two accounts meet when both share an item within `window_s` seconds. An edge needs `least` occasions, and is kept when
    chance explains it so badly that among all edges of a network at most the part `rate` is expected to be chance's
    (Benjamini and Hochberg 1995, over every pair of accounts that shared at least `least` things). An item with more than
    `most` meetings says nothing about two accounts: it is set aside, and counted.
    """

    name: str
    version: int
    window_s: int = 60
    rate: float = 0.05
    least: int = 2
    most: int = 1_000_000

    def said(self) -> dict[str, Any]:
        """Return the profile as findings carry it."""
        return msgspec.to_builtins(self)  # type: ignore[no-any-return]


MINUTE_1: Final = Profile(name="minute", version=1)
"""Within a minute; where a source knows whole minutes only, within the same or the next one."""
