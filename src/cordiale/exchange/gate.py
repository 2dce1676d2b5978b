"""Which stored versions one recipient passes right now: asked again at every page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cordiale.exchange import records
from cordiale.exchange.home import Partnership
from cordiale.release.recipient import addresses
from cordiale.store import markings
from cordiale.store.connection import Transaction


class Gate:
    """Remember, for one transaction, which marking ids the recipient passes."""

    __slots__ = ("_called", "_known", "_now", "_partnership", "_tx")

    def __init__(self, tx: Transaction, partnership: Partnership, now: int) -> None:
        self._tx = tx
        self._partnership = partnership
        self._now = now
        self._called = addresses(partnership.recipient)
        self._known: dict[int, bool] = {}

    def passes(self, mid: int) -> bool:
        """Tell whether the recipient passes a marking id, by the one decision function."""
        verdict = self._known.get(mid)
        if verdict is None:
            marking = markings.atoms(self._tx, mid)
            verdict = self._known[mid] = self._partnership.compiled.decide(marking, self._now).passes
        return verdict

    def open(self, vids: Sequence[int], tear_lines: Sequence[int] = ()) -> dict[int, bytes]:
        """Return the bodies the recipient may have now, of versions that are in its stream.

        A version that is no longer its source's current one is served only while the current one
        passes too, a tear-line only while its parent's effective marking does, and whatever names
        an object only while that passes; a hold stops at once as well. Raising a marking stops
        what was numbered before, in the transaction that records it.
        """
        if not vids:
            return {}
        known, passes = self._known, self.passes
        found: dict[int, bytes] = {}
        older: list[int] = []
        for vid, _effective, full, current, raw in records.served(self._tx, vids):
            # the full marking includes the effective one
            if known.get(full) or passes(full):
                found[vid] = raw
                if not current:
                    older.append(vid)
        if older:
            stopped = {
                v
                for v, one, two in records.current_markings(self._tx, older)
                if not (passes(one) and passes(two))
            }
            for vid in stopped:
                del found[vid]
        if tear_lines:
            self._stop_tear_lines(found, [vid for vid in tear_lines if vid in found])
        self._stop_naming(found)
        for vid in self._held_back(found):
            del found[vid]
        return found

    def _held_back(self, vids: Iterable[int]) -> set[int]:
        return records.held_back(self._tx, list(vids), self._called, self._now)

    def _stop_naming(self, found: dict[int, bytes]) -> None:
        """Leave out what names an object of which no current statement passes any more."""
        open_: dict[tuple[int, int], bool] = {}
        for vid, target, full in records.named(self._tx, list(found)):
            open_[vid, target] = open_.get((vid, target), False) or (full > 0 and self.passes(full))
        for (vid, _target), passes in open_.items():
            if not passes:
                found.pop(vid, None)

    def _stop_tear_lines(self, found: dict[int, bytes], vids: list[int]) -> None:
        parents = {vid: row.parent_vid for vid, row in records.tear_line_parents(self._tx, vids).items()}
        wanted = sorted(set(parents.values()))
        allowed = {row[0] for row in records.served(self._tx, wanted) if self.passes(row[1])}
        for vid, effective, _full in records.current_markings(self._tx, wanted):
            if not self.passes(effective):
                allowed.discard(vid)
        allowed -= self._held_back(allowed)
        for vid in vids:
            if parents.get(vid) not in allowed:
                del found[vid]
