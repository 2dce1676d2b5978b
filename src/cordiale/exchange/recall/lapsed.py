"""Ask back what went by an originator's consent that was withdrawn or has ended."""

from __future__ import annotations

from collections.abc import Sequence

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner, Partnership
from cordiale.exchange.originator.consent import meant, versions_under
from cordiale.exchange.recall import sending
from cordiale.exchange.recall.narrowing import BY_MARKING, NARROWED, narrow
from cordiale.exchange.records import consents as kept
from cordiale.exchange.records.consents import ASKED, ConsentRow
from cordiale.release import records as rulings
from cordiale.release.partnership import CONFIRM_ABOVE
from cordiale.release.recipient import addresses
from cordiale.release.rules import parse, rules_for
from cordiale.store.connection import Transaction

#: States of partners that a cut to come decides for.
_TO_COME = ("confirmed", "suspended")


def narrowed(tx: Transaction, home: Home, partnerships: Sequence[Partnership], now: int) -> None:
    """Ask back from recipients what went to them by a consent that was withdrawn or has ended.

    Who is suspended or not in this cut is looked at when it is in one: until then the consent is not done with. A
    partner that no rules in force name comes into no cut: what it holds is asked back whatever it was let go by.
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
        absent = [one for one in meant(tx, row) if one.state in _TO_COME and one.number not in here]
        unruled = _unruled(tx, absent)
        for partner in unruled:
            _ask_back(tx, home, partner, row, now)
        if len(absent) == len(unruled):
            kept.save_consent(tx, row.id, ASKED, {"state": "ended"})


def _unruled(tx: Transaction, absent: Sequence[Partner]) -> list[Partner]:
    """Return which of these no rules in force name; a node without any rules is still being set up."""
    known = [parse(written, name) for name, written in rulings.current_texts(tx)] if absent else []
    return [
        one for one in absent if known and one.state == "confirmed" and rules_for(one.node, known) is None
    ]


def _ask_back(tx: Transaction, home: Home, partner: Partner, row: ConsentRow, now: int) -> None:
    """Ask for what a partner without rules holds of what a consent was about; many wait for a named person."""
    about = versions_under(tx, row)
    lines = records.tear_line_vids(tx, partner.node, sorted({oid for oid, _vid in about}))
    vids = sorted({*(vid for _oid, vid in about), *lines})
    made = sending.draft(tx, home, partner, vids=vids, reason=NARROWED, by=BY_MARKING, now=now)
    if made is not None and len(made.ids) <= CONFIRM_ABOVE:
        sending.confirm_to(tx, home, partner, made.id, BY_MARKING, now)
