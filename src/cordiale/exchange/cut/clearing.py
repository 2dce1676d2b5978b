"""Which marking definitions may be named to one partner in a cut."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from cordiale.exchange import records
from cordiale.exchange.cut.subjects import Subjects
from cordiale.exchange.home import Partnership
from cordiale.exchange.stream.definitions import Definition
from cordiale.release.recipient import addresses


class Clearing:
    """Answer for one partner; `passes` tells whether it passes a marking id."""

    def __init__(
        self, subjects: Subjects, passes: Callable[[int], bool], partnership: Partnership, now: int
    ) -> None:
        self._subjects = subjects
        self._passes = passes
        self._partnership = partnership
        self._now = now
        self._clear: dict[str, bool] = {}

    def clear(self, identifier: str) -> bool:
        """Tell whether a marking definition is with the partner, or may go before what names it.

        What is not held here at all is judged by the atom it stands for. What it names, its subjects ask for.
        """
        known = self._clear.get(identifier)
        if known is None:
            self._clear[identifier] = True  # definitions that name each other by a circle
            found = self._subjects.stated.get(identifier, ())
            # what its originator lets go is named by the atom in the signed marking; the definition stays
            lifted = self._subjects.atoms.get(identifier, "").startswith(("orcon:", "rel:"))
            known = self._clear[identifier] = not found or lifted or self.named(identifier) is not None
        return known

    def named(self, identifier: str) -> Definition | None:
        """Return the statement of a marking definition that may be named to the partner."""
        for one in self._subjects.stated.get(identifier, ()):
            if one.borrows:  # the marking of the entry passes, or there is no entry
                passes = one.overlay is None or self._passes(one.overlay)
            else:
                passes = self._passes(one.row.effective_mid) and self._passes(one.row.full_mid)
            if passes and one.row.vid not in self._held_back:
                return one if all(self.clear(other) for other in one.definitions) else None
        return None

    @cached_property
    def _held_back(self) -> set[int]:
        vids = [one.row.vid for stated in self._subjects.stated.values() for one in stated]
        called = addresses(self._partnership.recipient)
        return records.held_back(self._subjects.tx, vids, called, self._now)
