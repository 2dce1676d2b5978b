"""Repair what differs between what a partner believes is here and what is: fetch again, purge, or set aside."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any

import msgspec

from cordiale.exchange import records
from cordiale.exchange.entry import numbers, read_numbers
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link.wire import BASE
from cordiale.exchange.message import JSON, Request, Response
from cordiale.exchange.recall import sending
from cordiale.exchange.receive import apply as applying
from cordiale.exchange.receive.quarantine import row as aside_row
from cordiale.exchange.receive.verifying import Checked, check
from cordiale.exchange.reconcile import concordance
from cordiale.exchange.reconcile.concordance import LIVE, STOPPED, Asked, Segment
from cordiale.exchange.records import arrivals, quarantined, reconciliations
from cordiale.exchange.stream.withdrawal import withdraw_everywhere
from cordiale.platform.errors import IntegrityError
from cordiale.platform.languages import _
from cordiale.release.segment import SALT, header_hash
from cordiale.stix.version import Version
from cordiale.store import purge, versions
from cordiale.store.connection import Store, Transaction

EXTRA = _("{node} does not count {id} among what it sent here; it is kept aside.")

ASIDE = "set aside"
"""Why the ledger names an object that was taken out: what refers to it does not go as if nobody knew of it."""

OWN = "own"
"""Why an entry is not held: it is a statement of ours that came back."""

REASONS = {
    "missing": _("its content was lost here"),
    "flipped": _("its stored content was not what was received"),
    "recalled": _("it was asked back and still held"),
    "extra": _("its sender does not count it among what it sent"),
}
REPAIRS = {
    "refetched": _("fetched again and verified"),
    "purged": _("purged"),
    "set-aside": _("set aside with its content"),
    "gone": _("not served any more"),
}


class Found(msgspec.Struct, frozen=True):
    """Name one difference: `kind` is missing, flipped, recalled or extra; `repair` refetched, purged, set-aside or gone."""

    kind: str
    repair: str
    object_id: str
    sequence: int


class Repairs:
    """Repair one partner's stream, segment by segment, and remember what was done.

    `damaged` names entries whose stored content was found lost or altered, `freed` those kept aside beside another content of
    theirs that is gone, `recalled` counts by recall what was taken that
    stands in no stream, and `settled` says that the partner knew of everything asked.
    """

    def __init__(
        self,
        store: Store,
        home: Home,
        partner: Partner,
        generation: int,
        recalls: int,
        ask: Callable[[Request], Response],
    ) -> None:
        self.store, self.home, self.partner = store, home, partner
        self.generation, self.recalls, self.ask = generation, recalls, ask
        self.damaged: dict[int, str] = {}
        self.freed: set[int] = set()
        self.found: list[Found] = []
        self.purged = False
        self.settled = True
        self.recalled: Counter[int] = Counter()

    def segment(self, one: Segment, states: Sequence[str | Asked]) -> list[tuple[int, bool, str]]:
        """Repair one segment; return what is held or not, other than its sender believes, with the reason."""
        with self.store.read() as tx:
            row = records.received_with(tx, self.partner.number, self.generation, one.first)
            codes = reconciliations.set_aside_codes(
                tx, self.partner.number, self.generation, one.first, one.last
            )
            self.freed = quarantined.freed(tx, self.partner.number, self.generation)
            gone = reconciliations.purged(tx)
            outcomes = reconciliations.outcomes(tx, self.partner.number)
        vids = read_numbers(row.vids) if row is not None else []
        told: list[tuple[int, bool, str]] = []
        fetch: list[int] = []
        for place, state in enumerate(states):
            sequence, live = one.first + place, bool(one.live[place])
            if state == LIVE:
                if live:
                    continue
                if sequence in codes and sequence not in self.freed:
                    told.append((sequence, False, codes[sequence]))
                elif vids[place] in gone:
                    told.append((sequence, False, "purged"))
                else:
                    fetch.append(place)
            elif not live:
                continue
            elif not isinstance(state, Asked):
                self._set_aside([(vids[place], sequence)])
            elif state.number > self.recalls:
                continue  # on its way: the next visit carries it out
            elif state.action == "purge" and outcomes.get(state.number, "done") == "done":
                self._purge(vids[place], sequence, state.number)
            else:
                told.append((sequence, True, outcomes.get(state.number, state.action)))
        return [*told, *(self._fetch(one, vids, fetch) if fetch else ())]

    # Fetch again -----------------------------------------------------------------------------

    def _fetch(self, one: Segment, vids: Sequence[int], places: Sequence[int]) -> list[tuple[int, bool, str]]:
        """Fetch a segment once more and take from it what is missing or damaged here."""
        query = f"after={one.first - 1}&origins=1"
        answer = self.ask(Request("GET", BASE + "segments", query))
        if answer.status == 204:
            return []
        checked = check(self.store, self.home, self.partner, answer.body)
        told: list[tuple[int, bool, str]] = []
        with self.store.write() as tx:
            row = records.received_with(tx, self.partner.number, self.generation, one.first)
            if row is None or header_hash(checked.header) != row.hash:
                raise IntegrityError(
                    "exchange.segment.fork",
                    _("{node} signed two different histories of its stream at entry {number}."),
                    node=self.partner.node,
                    number=one.first,
                )
            stored = {found.vid: found for found in reconciliations.stored(tx, [vids[p] for p in places])}
            again: list[int] = []
            for place in places:
                version = checked.read[place]
                held = stored.get(vids[place])
                if not isinstance(version, Version):
                    if vids[place]:
                        self._note(one.first + place, held.id if held else "", "gone")
                    else:  # it came as a bare leaf, and does so again
                        told.append((one.first + place, False, STOPPED))
                elif held is not None and held.hash == version.hash:
                    versions.mend(tx, held.vid, checked.resource.slots[place].raw)
                    self._note(one.first + place, held.id, "refetched")
                else:
                    if held is not None:
                        versions.take_out(tx, held.vid)
                    again.append(place)
            if again:
                told += self._take(tx, checked, row, again)
        return told

    def _take(
        self, tx: Transaction, checked: Checked, row: arrivals.ReceivedRow, places: Sequence[int]
    ) -> list[tuple[int, bool, str]]:
        wanted = set(places)
        read = tuple(found if place in wanted else None for place, found in enumerate(checked.read))
        only = msgspec.structs.replace(checked, read=read)
        now, first = self.home.clock(), checked.header.first
        taken = applying.take(tx, self.home, self.partner, only, now)
        vids = read_numbers(row.vids)
        salts = bytearray(row.salts or bytes(SALT * len(vids)))
        told = []
        codes = {one.sequence: one.code for one in taken.aside}
        for place in places:
            version = checked.read[place]
            if taken.vids[place]:
                known = vids[place] != 0
                vids[place] = taken.vids[place]
                salts[place * SALT : place * SALT + SALT] = checked.resource.slots[place].salt
                if known or first + place in self.damaged or first + place in self.freed:
                    self._note(first + place, version.id if isinstance(version, Version) else "", "refetched")
            else:
                told.append((first + place, False, codes.get(first + place, OWN)))
        reconciliations.replace_entries(
            tx, self.partner.number, self.generation, first, numbers(vids), bytes(salts)
        )
        entered = [first + place for place in places if taken.vids[place]]
        quarantined.leave(tx, self.partner.number, self.generation, entered)
        aside = [one for one in taken.aside if one.sequence not in self.freed]
        records.add_set_aside(tx, [aside_row(self.partner, checked.header, one, now) for one in aside])
        return told

    def _note(self, sequence: int, object_id: str, repair: str) -> None:
        self.found.append(Found(self.damaged.get(sequence, "missing"), repair, object_id, sequence))

    # Purge, or set aside ---------------------------------------------------------------------

    def _purge(self, vid: int, sequence: int, number: int) -> None:
        """Purge what a recall names and is here all the same, and ask it back from those who had it from us."""
        now = self.home.clock()
        with self.store.write() as tx:
            held = reconciliations.stated(tx, vid)
            if held is None:
                return
            stix_id, content, source = held
            if sequence:
                records.forget_sequence(tx, self.partner.number, self.generation, sequence)
            if source != self.partner.node and arrivals.delivered_by_others(tx, self.partner.number, [vid]):
                arrivals.forget_delivery(tx, self.partner.number, self.generation, sequence)
                return
            self._onward(tx, vid, now, send=True)
            withdraw_everywhere(tx, [vid])
            reason = f"recall {number} of {self.partner.node}"
            versions.bury(tx, stix_id, source, content, reason, now, self.home.random(16))
            arrivals.forget_salts(tx, [vid])
            quarantined.let_go(tx, {stix_id})
        self.purged = True
        self.found.append(Found("recalled", "purged", stix_id, sequence))

    def _set_aside(self, entries: Sequence[tuple[int, int]]) -> None:
        """Take versions out and keep their bytes aside; a later recall of their entries finds them there."""
        now = self.home.clock()
        with self.store.write() as tx:
            stored = {one.vid: one for one in reconciliations.stored(tx, [vid for vid, _s in entries])}
            shared = arrivals.delivered_by_others(tx, self.partner.number, list(stored))
            given = arrivals.entries_of(tx, self.partner.number, self.generation, set(stored))
            earlier = reconciliations.delivered_as(tx, self.partner.number, list(stored))
            for vid, sequence in entries:
                held = stored.get(vid)
                if held is None:
                    continue
                if sequence and (vid in shared or held.local or given[vid] > 1):
                    # what is ours, or somebody else's gift as well, or went again under another number, stays: this entry alone
                    # is not counted
                    arrivals.forget_delivery(tx, self.partner.number, self.generation, sequence)
                    continue
                generation, place = (
                    (self.generation, sequence) if sequence else earlier.get(vid, (self.generation, 0))
                )
                records.add_set_aside(tx, [self._aside(held, generation, place, now)])
                self._onward(tx, vid, now, send=False)
                withdraw_everywhere(tx, [vid])
                versions.take_out(tx, vid)
                purge.remember(tx, held.id, ASIDE, now, self.home.random(16))
                arrivals.forget_salts(tx, [vid])
                if sequence:
                    arrivals.forget_delivery(tx, self.partner.number, self.generation, sequence)
                self.found.append(Found("extra", "set-aside", held.id, sequence))

    def _aside(
        self, held: reconciliations.Stored, generation: int, sequence: int, now: int
    ) -> Mapping[str, Any]:
        params = {"node": self.partner.node, "id": held.id, "source": held.source}
        return {
            "pair": self.partner.number,
            "generation": generation,
            "sequence": sequence,
            "object_id": held.id,
            "code": "exchange.reconcile.extra",
            "message_id": EXTRA,
            "params": msgspec.json.encode(params).decode(),
            "at": now,
            "raw": held.raw,
        }

    def _onward(self, tx: Transaction, vid: int, now: int, *, send: bool) -> None:
        """Ask back from others what we released onward: at once for a recall, else for a person to decide."""
        for other in records.partners(tx):
            if other.number == self.partner.number or other.state == "invited":
                continue
            made = sending.draft(
                tx, self.home, other, vids=[vid], reason="reconciled", by=self.partner.node, now=now
            )
            if made is not None and send:
                sending.confirm_to(tx, self.home, other, made.id, self.partner.node, now)

    def apart(self, vids: Sequence[int], shared: Container[int]) -> None:
        """Settle versions that stand in no stream: purge what was asked back, set aside what nobody counts.

        `shared` are those that somebody else gave as well: they are only purged.
        """
        with self.store.read() as tx:
            stored = reconciliations.stored(tx, vids)
            posted = reconciliations.posted_ids(tx, self.partner.number, [one.id for one in stored])
        stored = [one for one in stored if one.id not in posted]
        if not stored:
            return
        nonce = base64.urlsafe_b64encode(self.home.random(18)).decode()
        asked = concordance.Ask(nonce, [(one.id, one.hash.hex()) for one in stored])
        answer = self.ask(Request("POST", BASE + "reconcile/extra", "", JSON, msgspec.json.encode(asked)))
        found = concordance.read_extra(answer.body, self.home, self.partner, nonce, len(stored))
        if not found.settled:
            self.settled = False
            return  # the partner still sends what may go: what is not counted yet may come
        for one, state in zip(stored, found.states, strict=True):
            if state is None:
                if one.vid not in shared:
                    self._set_aside([(one.vid, 0)])
            elif state.action == "purge" and state.number <= self.recalls:
                self._purge(one.vid, 0, state.number)
                self.recalled[state.number] += 1
