"""What tells that a reader's view changed: of what they may see, and of nothing else."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer
from cordiale.desk.views.reading import in_part, readable
from cordiale.desk.views.search import Question, left_out
from cordiale.desk.visible import visible
from cordiale.store import search as text
from cordiale.store import versions
from cordiale.store.types import Filter

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

NEWEST: Final = 30


class News(Answer, frozen=True, kw_only=True):
    """`mark` differs when the reader's counts or newest objects do; `total` is how many lines their list of objects has."""

    mark: str
    total: int


def news(desk: Desk, actor: Actor) -> News:
    """Return what changes with the reader's view.

    What is read in part counts by its id alone: a hidden change of it is no news. Nothing is written to the log of what
    was read, since nothing was shown.
    """
    authorise(actor, "search")
    with desk.store.read() as tx:
        seen = visible(tx, desk, actor)
        counts = text.counts(tx, seen)
        rows = versions.current(tx, Filter(), None, NEWEST, seen, raw=False).rows
        newest = sorted(
            (row.id, row.source, "" if in_part(row) else row.hash.hex())
            for row in readable(tx, desk, actor, rows, seen)
        )
    digest = sha256(msgspec.json.encode([counts, newest]))
    apart = left_out(Question(), folded=True)
    return News(mark=digest.hexdigest()[:16], total=sum(n for kind, n in counts.items() if kind not in apart))
