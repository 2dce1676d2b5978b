"""Queue stored versions for another look after an approval or a rules change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cordiale.exchange.home import Home, Partnership
from cordiale.release.rules import Rules
from cordiale.store.connection import Transaction


def approve(tx: Transaction, node: str, *, vids: Iterable[int] = (), mids: Iterable[int] = ()) -> int:
    """Queue versions (by id, or by marking) that an officer's act may have released to `node`."""
    raise NotImplementedError


def rules_changed(
    tx: Transaction, home: Home, partnership: Partnership, before: Rules | None, now: int
) -> Mapping[str, int]:
    """Queue by marking what new rules widen or narrow; returns counts of markings by direction."""
    raise NotImplementedError
