"""Cut the stream: decide for every partner what goes, number it without gaps, have it signed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cordiale.exchange.home import Home, Partnership
from cordiale.store.connection import Transaction


class Cut(msgspec.Struct, frozen=True):
    """Report what one cut did for one partner; `behind` says that more changes wait."""

    partner: str
    first: int = 0
    last: int = 0
    segments: int = 0
    verbatim: int = 0
    tear_lines: int = 0
    withheld: int = 0
    withdrawn: int = 0
    position: int = 0
    behind: bool = False


def cut(
    tx: Transaction,
    home: Home,
    partnerships: Sequence[Partnership],
    now: int,
    *,
    changes: int = 8192,
) -> tuple[Cut, ...]:
    """Cut what changed since each partner's position, in the caller's write transaction."""
    raise NotImplementedError
