"""Attempts to sign in: how long to wait after some that failed, counted for unknown names as for known ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordiale.accounts import records, throttle
from cordiale.accounts.sealing import key_for
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import NotAllowed
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

WAIT = _("There were too many attempts. Wait {seconds} s, then try again, or use a passkey.")

LOOPBACK = ("127.0.0.1", "::1", "")
"""Addresses that stand for nobody in particular: a proxy that was not named, or all who use this machine."""


class Origin(msgspec.Struct, frozen=True):
    """Where a request comes from: its address, and what its browser says it is."""

    address: str = ""
    agent: str = ""


class Attempt(msgspec.Struct, frozen=True):
    """One attempt: what is counted by (digest, limit), and whose place it is known to be."""

    counted: tuple[tuple[bytes, throttle.Limit], ...]
    place: bytes


def attempt(desk: Desk, kind: str, name: str, origin: Origin) -> Attempt:
    """Return what an attempt is counted under; `kind` tells passwords from codes."""
    key, place = key_for(desk.home.secret, "attempts"), throttle.place(origin.address)
    pair = throttle.subject(key, kind, "pair", name, place)
    everywhere = throttle.subject(key, kind, "name", name)
    counted = [(pair, throttle.PAIR), (everywhere, throttle.NAME if kind == "password" else throttle.CODE)]
    if place not in LOOPBACK:
        counted.append((throttle.subject(key, kind, "place", place), throttle.PLACE))
    return Attempt(tuple(counted), throttle.subject(key, "place", place))


def let_try(tx: Transaction, one: Attempt, person: str, now: int) -> None:
    """Raise NotAllowed with the seconds to wait where there were too many; `person` is an id, "" for nobody."""
    known = bool(person) and records.is_known_place(tx, person, one.place, now - throttle.KNOWN)
    longest = 0
    for subject, limit in one.counted:
        if known and limit in (throttle.NAME, throttle.CODE):
            continue
        found = records.failures(tx, subject)
        longest = max(longest, throttle.wait(limit, found.count, found.last, now))
    if longest:
        raise NotAllowed("sign-in-wait", WAIT, seconds=-(-longest // SECOND))


def failed(tx: Transaction, one: Attempt, now: int) -> None:
    """Count a failure."""
    for subject, _limit in one.counted:
        before = records.failures(tx, subject)
        fresh = now - before.last >= throttle.FORGOTTEN
        records.save_failures(tx, subject, records.Failures(1 if fresh else before.count + 1, now))
    records.drop_old(tx, now - throttle.FORGOTTEN, now - throttle.KNOWN, now)


def succeeded(tx: Transaction, one: Attempt, person: str, now: int) -> None:
    """Forget the failures of this name from this place, and know the place as theirs.

    What was tried elsewhere still counts there: it was not they who tried.
    """
    records.clear_failures(tx, one.counted[0][0])
    records.remember_place(tx, person, one.place, now)
    records.drop_old(tx, now - throttle.FORGOTTEN, now - throttle.KNOWN, now)


def forgive(desk: Desk, tx: Transaction, name: str) -> None:
    """Forget the failures of a name wherever it was tried."""
    key = key_for(desk.home.secret, "attempts")
    for kind in ("password", "code"):
        records.clear_failures(tx, throttle.subject(key, kind, "name", name))
