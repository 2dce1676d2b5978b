"""One step of a node's own work, as a function of what changed since the last one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from cordiale.desk.files import attachments
from cordiale.desk.marking import remark
from cordiale.desk.partner.latency import Measure
from cordiale.desk.partnerships import partnerships
from cordiale.desk.upkeep import dataset_purge, expiry, retention
from cordiale.exchange.cut.sequencer import cut
from cordiale.joint.playbook import running as playbook
from cordiale.platform.log import logger
from cordiale.platform.tracing import span
from cordiale.store import search

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk

FORCED_S = 2.0
"""Seconds after which the sequencer looks even if nothing seems to have changed: markings expire."""

LIVELY_S = 1.0
"""Seconds after a change in which the next one is looked for more often."""

LIVELY_TICK_S = 0.004
"""Seconds between two such looks: a look costs microseconds, and a release would wait for half of the usual time."""

HOUSEKEEPING_S = 60.0
"""Seconds between two looks for expired markings and for files that nothing refers to."""

INDEX = 500
"""Versions indexed between two cuts: a long backlog must not delay a release."""

WRITTEN_S = 10.0
"""Seconds between two times that measured latencies are written down."""

SHARE = 3.0
"""Times what indexing took that passes before the next: a quarter of the worker's time goes into it at most."""

PLAYED_S = 1.0
"""Seconds between two looks of playbooks: what they ask and mark are acts of people, who are not in such a hurry."""

TIDIED_S = 0.25
"""Seconds between two pieces of the text index that are merged, while there is nothing else to index."""

log = logger("node")


class Work:
    """What the worker remembers between steps; nothing that a restart would miss."""

    def __init__(
        self,
        desk: Desk,
        monotonic: Callable[[], float] = time.monotonic,
        cut: Callable[[], None] = lambda: None,
    ) -> None:
        self.desk = desk
        self.tell = cut
        self.monotonic = monotonic
        self.token: object = None
        self.remarking = True
        self.cut_at = 0.0
        self.kept_at = -HOUSEKEEPING_S
        self.changed_at = -LIVELY_S
        self.measure = Measure()
        self.written_at = 0.0
        self.indexing = desk.settings.store.text_index
        self.backlog = self.indexing
        # What comes in small pieces is indexed together: a hundredth of the lag that is allowed passes in between, and
        # a quarter of it at most where indexing is slow.
        lag = desk.settings.store.index_lag_ms / 1000
        self.least, self.most = lag / 100, lag / 4
        self.rest = self.least
        self.indexed_at = -self.most
        self.untidy = self.indexing
        self.tidied_at = -TIDIED_S
        self.played: object = None
        self.played_at = -PLAYED_S

    def period(self, usual: float) -> float:
        """Return the seconds between two looks: less than usual while things change, so that a release waits for no tick."""
        return min(usual, LIVELY_TICK_S) if self.monotonic() - self.changed_at < LIVELY_S else usual

    def step(self, woken: bool, came: bool = False) -> bool:
        """Cut, index and keep house where there is something to do; tell whether more waits.

        What `came` from a partner is indexed before anything is cut: people wait for it, and little of it goes onward.
        """
        desk, now = self.desk, self.monotonic()
        changed = desk.store.changed()
        behind = more = False
        if changed != self.token:
            self.changed_at = now
        if came and self.indexing:
            self.backlog = True
            more = self._index()
        if woken or changed != self.token or now - self.cut_at >= FORCED_S:
            if changed != self.token:
                self.backlog = self.indexing
                self.remarking = True
            with desk.store.read() as tx:
                self.measure.look(tx, desk.clock())
            # Our own commit makes for one more look, in vain; so what others commit meanwhile is not passed over.
            self.token = changed
            behind = self._cut()
            self.cut_at = self.monotonic()
        # versions of what many objects are to be marked with, a batch between two cuts
        self.remarking = self.remarking and remark.carry_on(desk) > 0
        more = self._index() or more or self.remarking
        if not self.backlog:
            self.measure.searchable(desk.clock())
            self._play(now, changed)
            self._tidy(now)
        if self.measure.dirty and now - self.written_at >= WRITTEN_S:
            self.written_at = now
            self.write_measured()
        if now - self.kept_at >= HOUSEKEEPING_S:
            self.kept_at = now
            expiry.expire(desk)
            retention.tick(desk)
            dataset_purge.tick(desk)
            attachments.sweep(desk)
            playbook.sweep(desk)
        return behind or more

    def _index(self) -> bool:
        """Index a piece of what waits, unless it was done just now; tell whether more is left."""
        begun = self.monotonic()
        if not self.backlog or begun - self.indexed_at < self.rest:
            return False
        with span("index") as said, self.desk.store.write() as tx:
            done = said["n"] = search.index_text(tx, INDEX)
        self.untidy = self.untidy or done > 0
        if done == INDEX:
            return True
        self.backlog = False
        self.indexed_at = self.monotonic()
        self.rest = min(self.most, max(self.least, SHARE * (self.indexed_at - begun)))
        return False

    def _play(self, now: float, changed: object) -> None:
        """Let playbooks look at what arrived, once it can be found."""
        if changed == self.played or now - self.played_at < PLAYED_S:
            return
        self.played, self.played_at = changed, now
        playbook.tick(self.desk)

    def _tidy(self, now: float) -> None:
        """Merge a piece of the text index, where indexing left it in many."""
        if not self.untidy or now - self.tidied_at < TIDIED_S:
            return
        self.tidied_at = now
        with self.desk.store.write() as tx:
            self.untidy = search.tidy(tx)

    def write_measured(self) -> None:
        """Write down what was measured and is not written yet."""
        if self.measure.dirty:
            with self.desk.store.write() as tx:
                self.measure.write(tx, self.desk.clock())

    def _cut(self) -> bool:
        desk = self.desk
        with desk.store.read() as tx:
            joined = tuple(partnerships(tx, desk.node).values())
        if not joined:
            return False
        with span("cut") as said, desk.store.write() as tx:
            cuts = cut(tx, desk.home, joined, desk.clock())
            said["n"] = sum(one.last - one.first + 1 for one in cuts if one.segments)
        if any(one.segments for one in cuts):
            self.tell()
        for one in cuts:
            if one.segments:
                log.info("segments cut", partner=one.partner, first=one.first, last=one.last)
        return any(one.behind for one in cuts)
