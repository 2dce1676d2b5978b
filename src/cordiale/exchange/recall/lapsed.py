"""Ask back what went by an originator's consent that was withdrawn or has ended."""

from __future__ import annotations

from collections.abc import Sequence

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.originator.consent import meant, versions_under
from cordiale.exchange.recall.narrowing import narrow
from cordiale.exchange.records import consents as kept
from cordiale.exchange.records.consents import ASKED
from cordiale.release.recipient import addresses
from cordiale.store.connection import Transaction

#: States of partners that a cut to come decides for.
_TO_COME = ("confirmed", "suspended")


def narrowed(tx: Transaction, home: Home, partnerships: Sequence[Partnership], now: int) -> None:
    """Ask back from recipients what went to them by a consent that was withdrawn or has ended.

    Who is suspended or not in this cut is looked at when it is in one: until then the consent is not done with.
    """
    if not kept.any_asked(tx):
        return
    rows = [
        row
        for row in kept.consents(tx, role=ASKED, states=("granted", "withdrawn"))
        if row.state == "withdrawn" or (row.until is not None and row.until <= now)
    ]
    here = {partnership.partner.number for partnership in partnerships}
    for row in rows:
        concerned = [one for one in partnerships if row.to in addresses(one.recipient)]
        oids = sorted({oid for oid, *_rest in versions_under(tx, row)}) if concerned else []
        for partnership in concerned:
            held = records.held(tx, partnership.partner.number)
            narrow(tx, home, partnership, held, oids, now)
            records.save_held(tx, partnership.partner.number, held)
        if not any(one.state in _TO_COME and one.number not in here for one in meant(tx, row)):
            kept.save_consent(tx, row.id, ASKED, {"state": "ended"})
