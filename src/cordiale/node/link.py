"""Keep one link: pull, wait for news, and step back from a partner that does not answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs

from cordiale.desk.files import attachments
from cordiale.desk.partner import reconcile as reconciling
from cordiale.desk.partner.reconcile import SLICE_S
from cordiale.exchange.partners.pairing import partner as one
from cordiale.exchange.protocol import RECONCILE
from cordiale.exchange.visit.ahead import in_background
from cordiale.exchange.visit.listening import Ear, listen
from cordiale.exchange.visit.sync import visit
from cordiale.platform.errors import CordialeError
from cordiale.platform.log import logger
from cordiale.platform.tracing import span

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner
    from cordiale.exchange.link.wire import News, Welcome
    from cordiale.exchange.message import Transport
    from cordiale.exchange.visit.sync import Pulled
    from cordiale.node.ticks import Ticks
    from cordiale.platform.ids import Randomness

FIRST_S = 0.5
"""Seconds to wait after a first failure: a partner that restarts is back within a few of them."""

LONGEST_S = 120.0
"""Most seconds to wait after failures in a row: one request in two minutes troubles nobody."""

OWED_S = 1.0
"""Seconds after a notice was followed up until the next one is answered by a whole visit: greeting, consents, files."""

AGAIN = 15 * 60 * 1_000_000
"""Microseconds until a comparison that failed is tried again: visits go on meanwhile as if there were none."""

log = logger("node")


def keep(desk: Desk, ticks: Ticks, name: str) -> None:
    """Serve one link until the node closes, another process leads, or the partner is no longer confirmed."""
    failures = 0
    compare_from = 0
    way: _Way | None = None
    while not ticks.stopping and ticks.leads:
        try:
            with desk.store.read() as tx:
                partner = one(tx, name)
            if partner.state != "confirmed" or partner.kind != "two-way":
                break
            if way is None or not way.leads_to(partner):
                if way is not None:
                    way.ear.close()
                way = _Way(desk, partner)
            with span("visit", partner=partner.node) as said:
                pulled = visit(
                    desk.store, desk.home, partner, way.carrier, ticks.came, in_background, way.welcome()
                )
                said.update(state=pulled.link.state, n=pulled.new, way=way.ear.way)
            up = pulled.link.state == "up"
            whole = way.visited(pulled)
            if up:
                failures = 0
                if pulled.new or pulled.withdrawn or pulled.same:
                    ticks.came()
                if whole:
                    attachments.fetch(desk, partner, way.carrier)
                if pulled.more:
                    continue
                goes_on = False
                if whole and RECONCILE in pulled.extensions and desk.clock() >= compare_from:
                    compare_from = desk.clock() + AGAIN
                    goes_on = reconciling.in_turn(desk, partner, way.carrier)
                    compare_from = 0
                if goes_on:
                    listen(desk.store, desk.home, partner, way.carrier, seconds=SLICE_S)
                else:
                    way.wait(float(desk.settings.exchange.poll_s))
                continue
        except CordialeError as error:
            if ticks.stopping:
                break
            log.warning("a link waits", partner=name, code=error.code)
        except Exception as error:  # noqa: BLE001 (a tick that fails is logged and tried again)
            if ticks.stopping:
                break
            log.error("a link failed", error=error, partner=name)
        failures += 1
        if way is not None:  # a new connection next time: keys and addresses are looked up again
            way.ear.close()
            way = None
        if ticks.pause(backoff(failures, desk.random)):
            break
    if way is not None:
        way.ear.close()


class _Way:
    """Keep the connections to a partner, and the stream on which it tells of news, from one visit to the next."""

    def __init__(self, desk: Desk, partner: Partner, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._place = (partner.url, partner.pins)
        self.carrier: Transport = desk.carrier(partner)
        self.ear = Ear(desk.store, desk.home, partner, self.carrier)
        self.news: News | None = None
        self._welcome: Welcome | None = None
        self._lent: Welcome | None = None
        self._owed_at: float | None = None
        self._monotonic = monotonic

    def visited(self, pulled: Pulled) -> bool:
        """Remember how the partner answered a greeting; tell whether this was a whole visit, not the follow-up of a notice."""
        whole = self._lent is None or pulled.welcome is not self._lent
        if whole:
            self._welcome = pulled.welcome if pulled.link.state == "up" else None
            self._owed_at = None
        elif self._owed_at is None:
            self._owed_at = self._monotonic() + OWED_S
        return whole

    def welcome(self) -> Welcome | None:
        """Return the last answer to a greeting with the news of now, where a notice on the open stream is all there is to follow."""
        news, self.news, self._lent = self.news, None, None
        if news is None or self._welcome is None or self._welcome.closed:
            return None
        if self._owed_at is None or self._monotonic() < self._owed_at:
            self._lent = structs.replace(self._welcome, last=news.last, recalls=news.recalls)
        return self._lent

    def wait(self, seconds: float) -> None:
        """Wait for news, for so many seconds, or where a whole visit is owed for the sign of life that follows a notice."""
        self.news = self.ear.wait(seconds, life=self._owed_at is not None)

    def leads_to(self, partner: Partner) -> bool:
        """Tell whether the partner is still where this leads."""
        return self._place == (partner.url, partner.pins)


def backoff(failures: int, random: Randomness) -> float:
    """Return seconds to wait after so many failures in a row: doubling, with jitter of a half."""
    longest = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 20))
    share = int.from_bytes(random(4), "big") / 2**32
    return longest * (0.5 + share / 2)
