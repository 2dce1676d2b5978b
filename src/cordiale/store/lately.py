"""Keep answers about small tables while nothing is written to them, so that one transaction asks each once.

In memory nobody else writes, and what was asked stays good from one transaction to the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

Kept = dict[str, dict[Hashable, Any]]
"""Answers by table and question."""

_WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)')
_ABSENT = object()


class Lately:
    """What one transaction asked; `kept` is what the transactions before it asked, where only this process writes."""

    __slots__ = ("_kept", "_own", "_written")

    def __init__(self, kept: Kept | None) -> None:
        self._kept = kept
        self._own: Kept = {}
        self._written: set[str] = set()

    def answer(self, table: str, question: Hashable, ask: Callable[[], Any]) -> Any:
        """Return what was answered before, else ask; None counts as an answer."""
        shared = self._kept is not None and table not in self._written
        kept = self._kept if shared and self._kept is not None else self._own
        known = kept.get(table)
        if known is None:
            known = kept[table] = {}
        found = known.get(question, _ABSENT)
        if found is _ABSENT:
            found = known[question] = ask()
        return found

    def wrote(self, table: str) -> None:
        """Let go of all that was asked of a table; what is asked of it from now on may yet be rolled back."""
        self._own.pop(table, None)
        if self._kept is not None:
            self._kept.pop(table, None)
            self._written.add(table)

    def wrote_anything(self) -> None:
        """Let go of everything, and keep nothing for later transactions."""
        self._own.clear()
        if self._kept is not None:
            self._kept.clear()
            self._kept = None


@lru_cache(maxsize=4096)
def written_by(sql: str) -> str | None:
    """Return the table that a statement writes to, None for one that reads."""
    found = _WRITE.match(sql)
    return None if found is None else found[1]
