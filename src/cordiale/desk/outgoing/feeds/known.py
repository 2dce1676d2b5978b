"""What a reader was given of a feed last, by digest: a program that has it still is told so without its being made anew.

No content is kept, so nothing that was purged, recalled or narrowed can be answered from here. A process knows what it made
itself. What is remembered holds for as long as what the reader sees is in the state it was made of, and until time alone could
change it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.platform.clock import HOUR

if TYPE_CHECKING:
    from pathlib import Path

    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.outgoing.feeds.records import Kept
    from cordiale.platform.clock import Instant

LASTS: Final = HOUR
"""How long it is believed at most: what decays does so within days."""

_MOST: Final = 4096


class Given(msgspec.Struct, frozen=True):
    """What was given: its digest, since when it is the same, how much is in it and why the rest is not."""

    state: bytes
    digest: bytes
    changed: Instant
    entries: int
    left: dict[str, int]
    until: Instant


_given: dict[tuple[Path, int, str], Given] = {}


def given(desk: Desk, actor: Actor, feed: Kept, state: bytes | None) -> Given | None:
    """Return what the reader was given last where it would be the same now."""
    found = _given.get(_key(desk, actor, feed))
    if state is None or found is None or found.state != state or desk.clock() >= found.until:
        return None
    return found


def remember(
    desk: Desk,
    actor: Actor,
    feed: Kept,
    state: bytes,
    data: bytes,
    changed: Instant,
    entries: int,
    left: dict[str, int],
    until: Instant | None,
) -> None:
    """Keep the digest of what a reader is given, made of a state that was looked at before."""
    last = desk.clock() + LASTS
    key = _key(desk, actor, feed)
    _given.pop(key, None)
    while len(_given) >= _MOST:
        _given.pop(next(iter(_given)))
    _given[key] = Given(
        state, sha256(data).digest(), changed, entries, left, last if until is None else min(last, until)
    )


def _key(desk: Desk, actor: Actor, feed: Kept) -> tuple[Path, int, str]:
    """Name a reader of a feed by all that decides what they read; a feed made anew under its name is another.

    A store that is opened again may have been put back to what it was.
    """
    return desk.folder, id(desk.store), repr((feed.name, feed.at, feed.owner, actor.recipient, actor.within))
