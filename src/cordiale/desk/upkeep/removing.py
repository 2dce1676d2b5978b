"""Take statements away for good: ask partners for theirs, leave a tombstone, and nothing of the content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cordiale.desk.incoming import profiles
from cordiale.exchange.partners.pairing import partners
from cordiale.exchange.recall import expired, sending
from cordiale.exchange.records import tear_line_vids
from cordiale.exchange.records.arrivals import forget_salts
from cordiale.exchange.stream.withdrawal import withdraw_everywhere
from cordiale.store import aged, versions

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partner
    from cordiale.store.connection import Transaction


def concerned(
    tx: Transaction, desk: Desk, source: str, oids: Sequence[int]
) -> tuple[list[int], list[tuple[Partner, list[int]]]]:
    """Return every version of what a source stated of these objects, and what each partner holds of it, if anything."""
    vids = aged.versions_of(tx, source, list(oids))
    holding = []
    for partner in partners(tx):
        lines = tear_line_vids(tx, partner.node, oids) if source == desk.node else []
        held = sending.held_there(tx, partner, [*vids, *lines], ())
        if held:
            holding.append((partner, held))
    return vids, holding


def take_away(
    tx: Transaction, desk: Desk, source: str, oids: Sequence[int], reason: str, by: str, now: int
) -> dict[str, int]:
    """Purge statements, tell who sent them, and ask back what partners hold of them; return how much of whom.

    Each content is refused from now on, the object's id is not: what is stated of it later is a statement like any
    other. What follows a commit is the caller's: `attachments.collect` and `backup.scrub_owed`.
    """
    vids, holding = concerned(tx, desk, source, oids)
    every = set(vids)
    for partner in partners(tx):
        if source == desk.node:
            every.update(tear_line_vids(tx, partner.node, oids))
        if partner.keys:
            expired.issue(tx, desk.home, partner, vids, now)
    back: dict[str, int] = {}
    for partner, held in holding:
        drafted = sending.draft(tx, desk.home, partner, vids=held, reason=reason, by=by, now=now)
        if drafted is not None:
            sending.confirm_to(tx, desk.home, partner, drafted.id, by, now)
            back[partner.node] = len(drafted.vids)
    ordered = sorted(every)
    forget_salts(tx, ordered)
    withdraw_everywhere(tx, ordered)
    versions.purge_all(tx, ordered, reason, now, lambda _vid: desk.random(16))
    if source == desk.node:
        profiles.forget_profiles(tx, oids)
    return back
