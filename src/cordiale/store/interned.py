"""Remember what was interned, so that hot paths ask the database only once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from cordiale.store.types import Marking

REMEMBERED_IDS = 50_000
"""How many id → oid pairs stay in memory (about 10 MB)."""


class Interned:
    """Caches of one store, or of one writing transaction on top of it until it commits.

    Numbers are never given again, so a committed entry stays true for ever and in every process.
    """

    __slots__ = (
        "absent",
        "below",
        "counted",
        "every",
        "facts",
        "ids",
        "joins",
        "markings",
        "mids",
        "names",
        "numbers",
    )

    def __init__(self, below: Interned | None = None) -> None:
        self.below = below
        self.ids: dict[str, int] = {}
        self.absent: dict[str, int] = {}  # keys of ids that a writing transaction found not to be held
        self.markings: dict[int, Marking] = {}
        self.mids: dict[Marking, int] = {}
        self.joins: dict[tuple[int, int], int] = {}
        self.numbers: dict[tuple[int, str], int] = {}
        self.names: dict[int, str] = {}
        self.facts: dict[Hashable, Any] = {}
        self.every: tuple[int, dict[int, Marking]] = (0, {})  # all markings up to a number
        self.counted: dict[
            Hashable, tuple[int, Any]
        ] = {}  # answers, with the state of the counters they are of

    def oid(self, stix_id: str) -> int | None:
        found = self.ids.get(stix_id)
        if found is None and self.below is not None:
            found = self.below.ids.get(stix_id)
        return found

    def mid(self, marking: Marking) -> int | None:
        found = self.mids.get(marking)
        if found is None and self.below is not None:
            found = self.below.mids.get(marking)
        return found

    def marking(self, mid: int) -> Marking | None:
        found = self.markings.get(mid)
        if found is None and self.below is not None:
            found = self.below.markings.get(mid)
        return found

    def joined(self, one: int, other: int) -> int | None:
        found = self.joins.get((one, other))
        if found is None and self.below is not None:
            found = self.below.joins.get((one, other))
        return found

    def number(self, space: int, name: str) -> int | None:
        found = self.numbers.get((space, name))
        if found is None and self.below is not None:
            found = self.below.numbers.get((space, name))
        return found

    def name(self, number: int) -> str | None:
        found = self.names.get(number)
        if found is None and self.below is not None:
            found = self.below.names.get(number)
        return found

    def known(self, fact: Hashable) -> Any:
        found = self.facts.get(fact)
        if found is None and self.below is not None:
            found = self.below.facts.get(fact)
        return found

    def remember_marking(self, mid: int, marking: Marking) -> None:
        self.markings[mid] = marking
        self.mids[marking] = mid

    def remember_names(self, rows: Iterable[tuple[int, int, str]]) -> None:
        for number, space, name in rows:
            self.numbers[(space, name)] = number
            self.names[number] = name

    def keep(self) -> None:
        """Hand what a transaction learnt to its store, after it committed."""
        below = self.below
        if below is None:
            return
        if len(below.ids) + len(self.ids) > REMEMBERED_IDS:
            below.ids = {}
        if len(self.ids) <= REMEMBERED_IDS:
            below.ids.update(self.ids)
        if len(below.joins) > REMEMBERED_IDS:
            below.joins = {}
        if len(below.facts) > REMEMBERED_IDS:
            below.facts = {}
        below.facts.update(self.facts)
        below.markings.update(self.markings)
        below.mids.update(self.mids)
        below.joins.update(self.joins)
        below.numbers.update(self.numbers)
        below.names.update(self.names)
