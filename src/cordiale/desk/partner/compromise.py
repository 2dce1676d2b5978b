"""A partner's key was in other hands: close the link, mark what came meanwhile as doubtful, change nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.exchange import records
from cordiale.exchange.entry import read_numbers
from cordiale.exchange.partners import pairing as exchange
from cordiale.platform.errors import Conflict, InputError
from cordiale.platform.languages import _
from cordiale.store import versions

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.store.connection import Transaction

COMPROMISED = "compromised"


class DoubtfulSegment(msgspec.Struct, frozen=True):
    """One segment that came in a doubtful interval; `received_at` in microseconds."""

    generation: int
    first: int
    last: int
    received_at: int


class Doubtful(msgspec.Struct, frozen=True):
    """What came from a partner in an interval in which its key may have been in other hands (µs)."""

    partner: str
    since: int
    until: int
    by: str
    reason: str
    segments: tuple[DoubtfulSegment, ...] = ()
    objects: tuple[str, ...] = ()


def partner_compromised(
    desk: Desk, actor: Actor, name: str, *, since: int, until: int, reason: str = ""
) -> Doubtful:
    """Close the link to a partner whose key was in other hands between two instants, and mark what came then.

    Nothing is removed and nothing is signed again: people judge what is doubtful. The link opens again
    with an invitation by new keys, whose words are compared. Raises NotFound, InputError for an empty interval,
    and Conflict for a client without keys.
    """
    authorise(actor, "partner-suspend")
    named(actor, "partner compromised")
    if since > until:
        raise InputError("doubt-interval", _("The interval ends before it begins."))
    with desk.store.write() as tx:
        known = exchange.partner(tx, name)
        if not known.keys:
            raise Conflict(
                "partner-keyless",
                _("{name} has no keys: give it a new token with cordiale partner token {name}."),
                name=known.node,
            )
        now = desk.clock()
        if known.state != COMPROMISED:
            records.suspend_partner(tx, known.number, COMPROMISED)
            for key in known.keys:
                records.add_key(tx, known.number, "signing", key, COMPROMISED, 0, until_at=now)
        records.add_doubt(
            tx, pair=known.number, from_at=since, until_at=until, at=now, by=actor.name, reason=reason
        )
        audit.acted(
            tx,
            desk,
            actor,
            "partner-compromised",
            partner=known.node,
            since=since,
            until=until,
            reason=reason,
        )
        found = _doubtful(tx, records.doubts(tx, known.number)[-1], known.node)
    desk.wake()
    return found


def partner_doubtful(desk: Desk, actor: Actor, name: str | None = None) -> list[Doubtful]:
    """Return each doubtful interval of a partner, or of all, with the segments and objects that came in it."""
    authorise(actor, "why")
    with desk.store.read() as tx:
        names = {one.number: one.node for one in exchange.partners(tx)}
        number = exchange.partner(tx, name).number if name is not None else None
        return [_doubtful(tx, one, names[one.pair]) for one in records.doubts(tx, number)]


def doubtful_sources(tx: Transaction, vids: list[int]) -> dict[int, tuple[str, ...]]:
    """Return the partners from whom versions came in a doubtful interval, by version; empty when none did."""
    found: dict[int, set[str]] = {}
    if not vids:
        return {}
    wanted = set(vids)
    intervals = records.doubts(tx)
    names = {one.number: one.node for one in exchange.partners(tx)} if intervals else {}
    for one in intervals:
        for *_place, packed in records.received_between(tx, one.pair, one.from_at, one.until_at):
            for vid in wanted.intersection(read_numbers(packed)):
                found.setdefault(vid, set()).add(names[one.pair])
    return {vid: tuple(sorted(partners)) for vid, partners in found.items()}


def _doubtful(tx: Transaction, doubt: records.Doubt, name: str) -> Doubtful:
    segments, vids = [], []
    for generation, first, last, at, packed in records.received_between(
        tx, doubt.pair, doubt.from_at, doubt.until_at
    ):
        segments.append(DoubtfulSegment(generation, first, last, at))
        vids += [vid for vid in read_numbers(packed) if vid]
    rows = versions.by_vid(tx, vids, None)
    return Doubtful(
        partner=name,
        since=doubt.from_at,
        until=doubt.until_at,
        by=doubt.by,
        reason=doubt.reason,
        segments=tuple(segments),
        objects=tuple(sorted({row.id for row in rows.values()})),
    )
