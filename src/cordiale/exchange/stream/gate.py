"""Which stored versions one recipient may have right now: asked again at every page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from cordiale.exchange import entry, records
from cordiale.exchange.home import Partnership
from cordiale.exchange.originator.waivers import Given, Waivers
from cordiale.exchange.records.stopped import Stopped
from cordiale.exchange.stream.mandates import Mandates
from cordiale.release import records as rulings
from cordiale.release.definition import borrows, decided_under
from cordiale.release.form import outside_in
from cordiale.release.marking import NOTHING, Marking
from cordiale.release.partnership import listed
from cordiale.release.recipient import addresses
from cordiale.stix.version import view
from cordiale.store import markings, names, versions
from cordiale.store.connection import Transaction

_DEFINITION = b'"marking-definition"'


class Gate:
    """Remember, for one transaction, which marking ids the recipient passes."""

    __slots__ = (
        "_called",
        "_known",
        "_mandates",
        "_narrowed",
        "_now",
        "_partnership",
        "_rows",
        "_stopped",
        "_tx",
        "_waivers",
    )

    def __init__(self, tx: Transaction, partnership: Partnership, now: int) -> None:
        self._tx = tx
        self._partnership = partnership
        self._now = now
        self._called = addresses(partnership.recipient)
        self._mandates = Mandates(tx, partnership, now)
        self._stopped = Stopped(tx)
        self._known: dict[int, bool] = {}
        self._rows: dict[int, records.Served] = {}
        self._waivers = Waivers(tx, partnership, now)
        once = rulings.allowed_once(tx, partnership.partner.node)
        self._narrowed = not once <= listed(partnership.rules.allow)

    def passes(self, mid: int) -> bool:
        """Tell whether the recipient passes a marking id, by the one decision function."""
        verdict = self._known.get(mid)
        if verdict is None:
            marking = markings.atoms(self._tx, mid)
            verdict = self._known[mid] = self._partnership.compiled.decide(marking, self._now).passes
        return verdict

    def open(self, vids: Sequence[int], tear_lines: Sequence[int] = ()) -> dict[int, bytes]:
        """Return the bodies the recipient may have now, of versions that are in its stream.

        Their markings pass, a rule or an act still lets them go, all that they say may leave, and nobody holds them back; of a
        tear-line its parent is asked about. So narrowing stops what was numbered before, in the transaction that records it.
        """
        rows, found = self._marked(vids, tear_lines)
        if not found:
            return found
        parents = self._parents([vid for vid in tear_lines if vid in found])
        rows = [row for row in rows if row[0] in found and row[0] not in parents]
        unnamed = self._mandates.unnamed(rows)
        if parents:
            rows += self._served(sorted(set(parents.values())))
        kept_back = self._mandates.missing(rows) | self._held_back(row[0] for row in rows)
        for vid in unnamed:
            del found[vid]
        if kept_back:
            for vid in list(found):
                if parents.get(vid, vid) in kept_back:
                    del found[vid]
        if self._narrowed:
            for vid in self._outside(found):
                del found[vid]
        return found

    def _outside(self, vids: Iterable[int]) -> list[int]:
        """Return which of these say what may not leave by the rules now; they were numbered under wider ones."""
        tx, allow = self._tx, self._partnership.rules.allow
        rows = self._served(list(vids))
        return [row[0] for row in rows if outside_in(row[4], row[7], names.name(tx, row[5]), allow)]

    def passing(self, vids: Sequence[int], tear_lines: Sequence[int] = ()) -> dict[int, bytes]:
        """Return the bodies of versions in its stream that the recipient may have by their markings.

        A version that is no longer its source's current one passes only while the current one does too, a
        tear-line only while its parent's effective marking does, and whatever names an object only while that does.
        """
        return self._marked(vids, tear_lines)[1]

    def unnamed(self, vids: Sequence[int]) -> set[int]:
        """Return which of these versions name somebody whom no officer names for the recipient any more."""
        return self._mandates.unnamed(self._served(vids)) if vids else set()

    def _marked(
        self, vids: Sequence[int], tear_lines: Sequence[int]
    ) -> tuple[list[records.Served], dict[int, bytes]]:
        if not vids:
            return [], {}
        known, passes = self._known, self.passes
        found: dict[int, bytes] = {}
        older: list[int] = []
        borrowing: list[tuple[int, bytes]] = []
        rows = self._served(vids)
        if self._stopped:
            rows = self._let(rows, tear_lines)
        for vid, _effective, full, current, raw, *_rest in rows:
            # the full marking includes the effective one
            if known.get(full) or passes(full) or self._lifted(full, vid):
                found[vid] = raw
                if not current:
                    older.append(vid)
            elif current and _DEFINITION in raw:
                borrowing.append((vid, raw))
        if borrowing:
            self._lend(found, borrowing)
        if older:
            stopped = {
                v
                for v, one, two in records.current_markings(self._tx, older)
                if not all(passes(mid) or self._lifted(mid, v) for mid in (one, two))
            }
            for vid in stopped:
                del found[vid]
        if tear_lines:
            self._stop_tear_lines(found, [vid for vid in tear_lines if vid in found])
        self._stop_naming(found)
        return rows, found

    def consents(self, vids: Iterable[int]) -> dict[int, Given]:
        """Return the consents by which these versions go, of those that go by one."""
        found: dict[int, Given] = {}
        rows = [row for row in self._served(list(vids)) if self._waivers.may(row[2])]
        for vid, row in versions.by_vid(self._tx, [row[0] for row in rows], None).items():
            used = self._waivers.used(row.id, row.source)
            if used:
                found[vid] = used[0]
        return found

    def hashes(self, vids: Sequence[int]) -> dict[int, bytes]:
        """Return the content hash by version, of versions that are held."""
        return {row[0]: row[7] for row in self._served(vids)}

    def _served(self, vids: Sequence[int]) -> list[records.Served]:
        """Return what is served of these versions, by version; each is read once for all that is asked about it."""
        known = self._rows
        unread = [vid for vid in vids if vid not in known]
        if unread:
            known.update((row[0], row) for row in records.served(self._tx, unread))
        return [known[vid] for vid in sorted(vids) if vid in known]

    def _lifted(self, mid: int, vid: int) -> bool:
        """Tell whether its originators' consent lets a version go whose marking does not pass by itself."""
        if not self._waivers.may(mid):
            return False
        row = versions.by_vid(self._tx, [vid], None).get(vid)
        return row is not None and self._waivers.passes(mid, row.id, row.source)

    def _lifted_of(self, mid: int, oid: int) -> bool:
        """Tell the same of the current statements about an object."""
        if not self._waivers.may(mid):
            return False
        vids = [vid for _oid, vid, *_rest, now in records.versions_of(self._tx, [oid]) if now]
        rows = versions.by_vid(self._tx, vids, None).values()
        return any(row.full_mid == mid and self._waivers.passes(mid, row.id, row.source) for row in rows)

    def _let(self, rows: list[records.Served], tear_lines: Sequence[int]) -> list[records.Served]:
        """Leave out what is being marked anew, and the tear-lines made of it."""
        parents = self._parents(tear_lines)
        gone = self._stopped.among([row[0] for row in rows] + list(parents.values()))
        return [row for row in rows if row[0] not in gone and parents.get(row[0]) not in gone]

    def _lend(self, found: dict[int, bytes], refused: list[tuple[int, bytes]]) -> None:
        """Open marking definitions without a marking of their own, under the marking they were numbered with."""
        views = {vid: view(orjson.loads(raw), raw, b"") for vid, raw in refused}
        wanted = {vid: raw for vid, raw in refused if borrows(views[vid])}
        if not wanted:
            return
        stricter = records.overlays(self._tx, list(wanted))
        pair = records.pair(self._tx, self._partnership.partner.number)
        for segment in records.segments_with_vids(
            self._tx, pair.number, pair.generation, min(wanted), max(wanted)
        ):
            packed = entry.unpack(segment.entries)
            for vid, mid in zip(packed.vids, packed.mids, strict=True):
                if vid in wanted:
                    under = decided_under(
                        views[vid], NOTHING, self._atoms(mid), self._atoms(stricter.get(vid))
                    )
                    if self._partnership.compiled.decide(under, self._now).passes:
                        found[vid] = wanted[vid]

    def _atoms(self, mid: int | None) -> Marking:
        return NOTHING if mid is None else markings.atoms(self._tx, mid)

    def _held_back(self, vids: Iterable[int]) -> set[int]:
        return records.held_back(self._tx, list(vids), self._called, self._now)

    def _stop_naming(self, found: dict[int, bytes]) -> None:
        """Leave out what names an object of which no current statement passes any more."""
        open_: dict[tuple[int, int], bool] = {}
        for vid, target, full in records.named(self._tx, list(found)):
            passes = full > 0 and (self.passes(full) or self._lifted_of(full, target))
            passes = passes and target not in self._stopped
            open_[vid, target] = open_.get((vid, target), False) or passes
        for (vid, _target), passes in open_.items():
            if not passes:
                found.pop(vid, None)

    def _parents(self, tear_lines: Sequence[int]) -> dict[int, int]:
        """Return what these tear-lines were made of."""
        if not tear_lines:
            return {}
        return {vid: row.parent_vid for vid, row in records.tear_line_parents(self._tx, tear_lines).items()}

    def _stop_tear_lines(self, found: dict[int, bytes], vids: list[int]) -> None:
        parents = self._parents(vids)
        wanted = sorted(set(parents.values()))
        allowed = {row[0] for row in self._served(wanted) if self.passes(row[1])}
        for vid, effective, _full in records.current_markings(self._tx, wanted):
            if not self.passes(effective):
                allowed.discard(vid)
        for vid in vids:
            if parents.get(vid) not in allowed:
                del found[vid]
