"""What a served node does by itself: cut, index, expire, collect files, and talk to partners.

One thread cuts and indexes, so that this process has one background writer; one thread per
partner pulls and waits for news, so that a partner that is slow or down delays nobody else.
Whatever goes wrong in a tick is logged and tried again; nothing that a partner does ends one.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cordiale.exchange.serve.wake import Bell
from cordiale.node.heartbeat import Heartbeat
from cordiale.platform.errors import CordialeError
from cordiale.platform.log import logger

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.node.work import Work
    from cordiale.store.notices import Notices

JOIN_S = 5.0
"""Seconds that closing waits for a thread: a step ends well before, a partner's answer may not come at all."""

log = logger("node")


class Ticks:
    """The background work of one opened node; `wake` may be called from any thread.

    `bell` rings after each cut, `heartbeat` tells whether steps end.
    """

    def __init__(self) -> None:
        self.bell = Bell()
        self.heartbeat = Heartbeat()
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._came = threading.Event()
        self._threads: list[threading.Thread] = []
        self._notices: Notices | None = None

    def wake(self) -> None:
        """Ask for a cut at once."""
        self._woken.set()

    def came(self) -> None:
        """Ask for a look at once, of what came from a partner: it is made to be found before anything is cut."""
        self._came.set()
        self._woken.set()

    def has_come(self) -> bool:
        """Tell once whether anything came from a partner."""
        came = self._came.is_set()
        self._came.clear()
        return came

    def heard(self) -> None:
        """Tell who waits that another process committed; the one that leads cuts as well."""
        self.bell.ring()
        if self.leads:
            self.wake()

    @property
    def leads(self) -> bool:
        """Tell whether this process visits partners: of several that serve one node, one does."""
        return self._notices is not None and self._notices.leads

    def start(self, desk: Desk) -> None:
        """Run until `stop`."""
        if self._threads:
            return
        self._stopping.clear()
        self._notices = desk.store.listen(self.heard)
        for name, work in (("work", _work), ("partners", _partners)):
            thread = threading.Thread(target=work, args=(desk, self), name=f"cordiale-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End the work; what was begun is finished first, a waiting partner is not waited for."""
        self._stopping.set()
        self._woken.set()
        for thread in self._threads:
            thread.join(JOIN_S)
        self._threads.clear()
        self.heartbeat.end()
        if self._notices is not None:
            self._notices.close()

    @property
    def stopping(self) -> bool:
        """Tell whether the node is being closed."""
        return self._stopping.is_set()

    def pause(self, seconds: float) -> bool:
        """Wait; tell whether the node is being closed."""
        return self._stopping.wait(seconds)

    def next(self, seconds: float) -> bool:
        """Wait for a wake-up or the time; tell whether it was a wake-up."""
        woken = self._woken.wait(seconds)
        self._woken.clear()
        return woken


def turn(work: Work, ticks: Ticks, woken: bool, period: float) -> float | None:
    """Take one step of the work; return the seconds to rest then, None where it failed, which is logged.

    Only a step that ended well is a heartbeat: work that fails again and again does not go on either.
    """
    ticks.heartbeat.begin()
    begun = work.monotonic()
    try:
        busy = work.step(woken, came=ticks.has_come())
    except Exception as error:  # noqa: BLE001 (a tick that fails is logged and tried again)
        if not ticks.stopping:
            log.error("a tick failed", error=error)
        return None
    # as long again as it took: what comes at a high rate is cut in larger pieces, and others find the store free
    rest = 0.0 if busy else max(work.period(period), work.monotonic() - begun)
    ticks.heartbeat.beat(rest)
    return rest


def _work(desk: Desk, ticks: Ticks) -> None:
    from cordiale.node.work import Work

    work = Work(desk, cut=ticks.bell.ring)
    period = desk.settings.exchange.tick_ms / 1000
    woken = True
    ticks.heartbeat.beat()
    while not ticks.stopping:
        rest = turn(work, ticks, woken, period)
        if rest is None:
            if ticks.stopping or ticks.pause(1.0):
                break
            rest = period
        woken = ticks.next(rest)
    try:
        work.write_measured()
    except CordialeError as error:
        log.warning("measured latencies were not written", code=error.code)


def _partners(desk: Desk, ticks: Ticks) -> None:
    """Keep one thread per confirmed partner."""
    from cordiale.exchange.partners.pairing import partners
    from cordiale.node.link import keep

    running: dict[str, threading.Thread] = {}
    period = max(0.2, desk.settings.exchange.tick_ms / 1000)
    token: object = None
    while not ticks.stopping:
        try:
            changed = (ticks.leads, desk.store.changed())
            if ticks.leads and changed != token:
                token = changed
                with desk.store.read() as tx:
                    found = partners(tx)
                for partner in found:
                    if partner.state != "confirmed" or partner.assurance != "node":
                        continue
                    if partner.kind != "two-way":
                        continue
                    thread = running.get(partner.node)
                    if thread is None or not thread.is_alive():
                        thread = threading.Thread(
                            target=keep,
                            args=(desk, ticks, partner.node),
                            name=f"cordiale-link-{partner.node}",
                            daemon=True,
                        )
                        thread.start()
                        running[partner.node] = thread
        except Exception as error:  # noqa: BLE001 (a tick that fails is logged and tried again)
            if ticks.stopping:
                return
            log.error("looking for partners failed", error=error)
        ticks.pause(period)
