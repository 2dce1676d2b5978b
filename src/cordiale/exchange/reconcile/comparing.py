"""Compare what is here of a partner's stream with what the partner believes is here, and repair each difference.

Quick: by our records of what came and went. Full: every body is read and hashed again first, and what lies here in
the partner's name without standing in its stream is found.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec
import orjson

from cordiale.exchange import records
from cordiale.exchange.entry import read_numbers
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.asking import Asking, decoded
from cordiale.exchange.link.wire import BASE
from cordiale.exchange.message import JSON, Request, Transport
from cordiale.exchange.recall import answering
from cordiale.exchange.reconcile import concordance
from cordiale.exchange.reconcile.concordance import Segment
from cordiale.exchange.reconcile.repair import Found, Repairs
from cordiale.exchange.records import quarantined, reconciliations
from cordiale.exchange.records.arrivals import ReceivedRow
from cordiale.exchange.records.reconciliations import FULL, QUICK, ReconciliationRow
from cordiale.exchange.stream.segment import LEAF
from cordiale.platform.log import logger
from cordiale.release.marking import marking_hash
from cordiale.release.segment import SALT, leaf
from cordiale.stix.canonical import content_hash
from cordiale.store import backup, markings
from cordiale.store.connection import Store, Transaction

LEAVES = 32
"""Segments of a range that are looked at one by one instead of being halved again."""

log = logger("exchange")

Kind = Literal["missing", "flipped", "recalled", "extra"]
Progress = Callable[[int, int], bool]
"""Told entries done and in all; answers whether to go on."""


class Report(msgspec.Struct, frozen=True):
    """Report one comparison: how much was compared, what differed, and what was done about each.

    `explained` counts entries that are not here for a reason both sides know. `finished` is False when it
    was stopped; a whole one goes on there.
    """

    partner: str
    kind: str
    at: int
    generation: int
    entries: int
    objects: int
    differences: tuple[Found, ...]
    explained: int
    finished: bool


def reconcile(
    store: Store,
    home: Home,
    partner: Partner,
    transport: Transport,
    *,
    full: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Compare a partner's stream, as far as it was received, with what is here; repair what differs.

    Visit the partner first. Raises Unavailable, NotAllowed, ProtocolError or IntegrityError when the partner
    does not answer, or not with its own word; what was repaired until then stays.
    """
    return _Comparison(store, home, partner, transport, full, progress).run()


class _Comparison:
    """Hold what one comparison knows while it runs."""

    def __init__(
        self,
        store: Store,
        home: Home,
        partner: Partner,
        transport: Transport,
        full: bool,
        progress: Progress | None,
    ) -> None:
        self.store, self.home, self.partner = store, home, partner
        self.full, self.progress = full, progress
        self.ask = Asking(home, partner, transport)
        with store.read() as tx:
            link = records.link(tx, partner.number)
            before = reconciliations.reconciliation(tx, partner.number, FULL) if full else None
        self.generation, self.until = link.generation, link.received
        resumed = before is not None and before.position > 0 and before.generation == link.generation
        self.start = before.position if before is not None and resumed else 0
        self.repairs = Repairs(store, home, partner, link.generation, link.recalls, self.ask)
        self.objects = self.explained = self.position = self.logged = 0
        self.markings: dict[int, bytes] = {}

    def run(self) -> Report:
        """Compare; what was repaired is logged and scrubbed also when the partner stops answering half-way."""
        try:
            finished = self._compare()
        finally:
            self._log()
            if self.repairs.purged:
                backup.scrub(self.store)
        return self._done(finished)

    def _compare(self) -> bool:
        """Find and repair what differs; return whether the end was reached."""
        with self.store.read() as tx:
            ours = concordance.received(tx, self.partner.number, self.generation, 0, self.until)
        finished = True
        if self.full:
            finished, ours = self._rehash(ours)
        differing = list(self._differing([one for one in ours if one.last > self.start or not self.full]))
        damaged = self.repairs.damaged
        for one in ours:
            if one in differing or any(one.first <= sequence <= one.last for sequence in damaged):
                self._settle(one)
                self._log()
        if self.full and finished:
            self._apart()
        self._freed(ours)
        return finished

    # Full: every body again ------------------------------------------------------------------

    def _rehash(self, ours: list[Segment]) -> tuple[bool, list[Segment]]:
        """Read and hash every body; return whether the end was reached, and the state as it really is."""
        found = []
        for one in ours:
            if one.last <= self.start:
                found.append(one)
                continue
            with self.store.read() as tx:
                found.append(self._look(tx, one))
            if self.progress is not None and not self.progress(one.last, self.until):
                self.position = one.last
                return False, found
        return True, found

    def _look(self, tx: Transaction, one: Segment) -> Segment:
        row = records.received_with(tx, self.partner.number, self.generation, one.first)
        if row is None:
            return one
        vids = read_numbers(row.vids)
        wanted = [vid for vid, live in zip(vids, one.live, strict=True) if live]
        hashes: dict[int, bytes] = {}
        present: set[int] = set()
        for vid, stored, raw in reconciliations.bodies_of(tx, wanted):
            if raw is not None:
                present.add(vid)
                if _hash(raw) == stored:
                    hashes[vid] = bytes(stored)
        live = bytearray(one.live)
        for place, vid in enumerate(vids):
            if live[place] and not (vid in hashes and self._as_signed(tx, row, place, hashes[vid])):
                live[place] = 0
                self.repairs.damaged[one.first + place] = "flipped" if vid in present else "missing"
        self.objects += sum(live)
        if bytes(live) == one.live:
            return one
        return Segment(one.first, one.last, bytes(live), concordance.digest(row.hash, bytes(live)))

    def _as_signed(self, tx: Transaction, row: ReceivedRow, place: int, content: bytes) -> bool:
        """Tell whether a content hash is the one in the leaf its sender signed, where its salt is still kept."""
        if row.salts is None or row.mids is None:
            return True
        salt = row.salts[place * SALT : place * SALT + SALT]
        mid = int.from_bytes(row.mids[4 * place : 4 * place + 4], "little")
        if not mid or salt == bytes(SALT):
            return True
        marking = self.markings.get(mid)
        if marking is None:
            marking = self.markings[mid] = marking_hash(markings.atoms(tx, mid))
        return leaf(salt, content, marking) == row.leaves[place * LEAF : place * LEAF + LEAF]

    # Both: find by halves --------------------------------------------------------------------

    def _differing(self, ours: list[Segment]) -> Iterator[Segment]:
        if not ours or self._same(ours):
            return
        if len(ours) <= LEAVES:
            yield from [one for one in ours if len(ours) == 1 or not self._same([one])]
            return
        middle = len(ours) // 2
        yield from self._differing(ours[:middle])
        yield from self._differing(ours[middle:])

    def _same(self, ours: list[Segment]) -> bool:
        query = f"generation={self.generation}&after={ours[0].first - 1}&until={ours[-1].last}"
        body = self.ask(Request("GET", BASE + "reconcile/root", query)).body
        answer: dict[str, Any] = decoded(body, dict[str, Any], self.partner)
        return bool(answer.get("root") == concordance.root(ours))

    def _settle(self, one: Segment) -> None:
        """Ask what the partner believes of one segment, entry by entry, and repair or explain what differs."""
        nonce = base64.urlsafe_b64encode(self.home.random(18)).decode()
        query = f"generation={self.generation}&first={one.first}"
        request = Request("GET", BASE + "reconcile/states", query, {"cordiale-nonce": nonce})
        states = concordance.read_states(
            self.ask(request).body, self.home, self.partner, self.generation, one.first, nonce, len(one.live)
        )
        entries = self.repairs.segment(one, states)
        self.explained += len(entries)
        body = concordance.explain(self.home, self.partner, self.generation, one, entries)
        self.ask(Request("POST", BASE + "reconcile/explained", "", JSON, body))

    # Full: what stands in no stream ----------------------------------------------------------

    def _apart(self) -> None:
        """Find what lies here in the partner's name and is in no stream we receive.

        And what it gave before it was put back and somebody else gives as well: that stays, unless it asked it back. Of what
        others alone gave nothing is said to it.
        """
        with self.store.read() as tx:
            known, before = _delivered(tx), _given_before(tx, self.partner, self.generation)
            after, apart, shared = 0, list[int](), set[int]()
            while vids := reconciliations.stated_by(tx, self.partner.node, after, 100_000):
                after = vids[-1]
                for vid in vids:
                    if not _has(known, vid):
                        apart.append(vid)
                    elif vid in before:
                        apart.append(vid)
                        shared.add(vid)
        for start in range(0, len(apart), concordance.MOST_EXTRA):
            self.repairs.apart(apart[start : start + concordance.MOST_EXTRA], shared)
        if self.repairs.settled:
            with self.store.write() as tx:
                now = self.home.clock()
                answering.found_after_all(tx, self.home, self.partner, self.repairs.recalled, now)

    def _freed(self, ours: list[Segment]) -> None:
        """Take in what was kept aside beside another content that is not here any more: its sender was told why, and is content."""
        with self.store.read() as tx:
            freed = quarantined.freed(tx, self.partner.number, self.generation)
        for one in ours:
            if any(one.first <= sequence <= one.last for sequence in freed):
                self._settle(one)

    def _log(self) -> None:
        """Keep the differences that were not kept yet, and tell of each."""
        number, now, found = self.partner.number, self.home.clock(), self.repairs.found[self.logged :]
        if found:
            with self.store.write() as tx:
                reconciliations.add_differences(
                    tx,
                    [
                        (number, now, self.generation, one.sequence, one.object_id, one.kind, one.repair, "")
                        for one in found
                    ],
                )
            self.logged += len(found)
        for one in found:
            log.warning(
                "a difference was repaired", partner=self.partner.node, kind=one.kind, repair=one.repair
            )

    def _done(self, finished: bool) -> Report:
        row = self._keep()
        found = tuple(self.repairs.found)
        return Report(
            self.partner.node,
            row.kind,
            row.at,
            self.generation,
            self.until,
            row.objects,
            found,
            self.explained,
            finished,
        )

    def _keep(self) -> ReconciliationRow:
        kind = FULL if self.full else QUICK
        number, found = self.partner.number, self.repairs.found
        row = ReconciliationRow(
            number,
            kind,
            self.home.clock(),
            self.generation,
            self.until,
            self.objects,
            len(found),
            self.position,
        )
        with self.store.write() as tx:
            reconciliations.save_reconciliation(tx, row)
        return row


def _hash(raw: bytes) -> bytes | None:
    """Return the content hash of stored bytes, None when they are no JSON any more."""
    try:
        return content_hash(orjson.loads(raw))
    except (orjson.JSONDecodeError, ValueError, TypeError):
        return None


def _has(bits: bytearray, vid: int) -> bool:
    return vid >> 3 < len(bits) and bool(bits[vid >> 3] >> (vid & 7) & 1)


def _given_before(tx: Transaction, partner: Partner, generation: int) -> set[int]:
    """Return what a partner gave in generations before this one and does not in it."""
    found: set[int] = set()
    for number in range(1, generation):
        for _first, blob in records.received_vids(tx, partner.number, number):
            found.update(read_numbers(blob))
    if found:
        for _first, blob in records.received_vids(tx, partner.number, generation):
            found.difference_update(read_numbers(blob))
    return found


def _delivered(tx: Transaction) -> bytearray:
    """Return one bit for each version that stands in the present generation of any stream we receive."""
    bits = bytearray()
    for partner in records.partners(tx):
        link = records.link(tx, partner.number)
        for _first, blob in records.received_vids(tx, partner.number, link.generation):
            vids = read_numbers(blob)
            need = (max(vids, default=0) >> 3) + 1
            if len(bits) < need:
                bits.extend(bytes(need - len(bits)))
            for vid in vids:
                bits[vid >> 3] |= 1 << (vid & 7)
    return bits
