"""Withdraw what was received until a day that has come, as if it had been recalled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cordiale.desk.files import attachments
from cordiale.exchange.partners.pairing import partners
from cordiale.exchange.recall import expired
from cordiale.exchange.records.arrivals import forget_salts
from cordiale.exchange.stream.withdrawal import withdraw_everywhere
from cordiale.platform.clock import parse_instant
from cordiale.platform.log import logger
from cordiale.release.marking import Marking, parse_atom
from cordiale.store import backup, markings, versions
from cordiale.store.types import Filter

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

_ENDS = ("not-after", "retain-until")
_PAGE = 500

log = logger("desk")


def ended(marking: Marking, now: int) -> bool:
    """Tell whether a marking names a last day that is past."""
    for atom in marking:
        parsed = parse_atom(atom)
        if parsed.axis in _ENDS and parse_instant(parsed.value) <= now:
            return True
    return False


def expire(desk: Desk) -> int:
    """Purge received versions whose time has come; return how many.

    Our own stay (they are ours to keep); the sequencer withdraws them from partners.
    """
    now = desk.clock()
    with desk.store.read() as tx:
        known = markings.all_markings(tx)
    mids = tuple(mid for mid, marking in known.items() if ended(marking, now))
    total = _expire_current(desk, mids, now) + _expire_older(desk, mids, now) if mids else 0
    if total:
        attachments.collect(desk)
    backup.scrub_owed(desk.store)  # also what another purge left, after which the power went out
    if total:
        log.info("expired versions purged", count=total)
    return total


def _expire_current(desk: Desk, mids: tuple[int, ...], now: int) -> int:
    """Purge what is current and has ended, with its older versions."""
    total = 0
    after = None
    while True:
        with desk.store.write() as tx:
            page = versions.current(tx, Filter(markings=mids), after, _PAGE, None, raw=False)
            gone: dict[str, list[int]] = defaultdict(list)
            for row in page.rows:
                if row.origin != "received":
                    continue
                gone[row.source] += [
                    version.vid
                    for version in versions.get(tx, row.id, None, history=True)
                    if version.source == row.source
                ]
            total += _withdraw(tx, desk, gone, now)
        after = page.next
        if after is None:
            return total


def _expire_older(desk: Desk, mids: tuple[int, ...], now: int) -> int:
    """Purge what has ended below a current version that has not."""
    total = 0
    after = 0
    while True:
        with desk.store.write() as tx:
            found = versions.received_under(tx, mids, after, _PAGE)
            gone: dict[str, list[int]] = defaultdict(list)
            for vid, row in versions.by_vid(tx, found, None).items():
                gone[row.source].append(vid)
            _withdraw(tx, desk, gone, now)
        total += len(found)
        if len(found) < _PAGE:
            return total
        after = found[-1]


def _withdraw(tx: Transaction, desk: Desk, gone: Mapping[str, list[int]], now: int) -> int:
    """Purge versions by source, and issue the receipt to whoever sent them: who stated one may not have."""
    every = [vid for vids in gone.values() for vid in vids]
    if not every:
        return 0
    for partner in partners(tx):
        if partner.keys:
            expired.issue(tx, desk.home, partner, every, now)
    forget_salts(tx, every)
    for vids in gone.values():
        withdraw_everywhere(tx, vids)
        for vid in vids:
            versions.purge(tx, vid, "expired", now, desk.random(16))
    return len(every)
