"""Queue stored versions for another look after an approval or a rules change.

The work is found by marking, never by scanning all versions; the sequencer does it in batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cordiale.exchange import records
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home, Partner, Partnership, pair_up
from cordiale.exchange.originator.waivers import waivable
from cordiale.exchange.recall import sending
from cordiale.exchange.recall.narrowing import BY_MARKING
from cordiale.exchange.stream.gate import Gate
from cordiale.release import records as rulings
from cordiale.release.marking import Marking
from cordiale.release.rules import Rules
from cordiale.store import markings, versions
from cordiale.store.connection import Transaction

#: Reason of recalls that a change of the rules drafts; they wait for a named person.
RULES = "rules-changed"


def approve(
    tx: Transaction,
    node: str,
    *,
    vids: Iterable[int] = (),
    mids: Iterable[int] = (),
    ids: Iterable[str] = (),
) -> int:
    """Queue what an officer's act may have released to `node`: versions, objects, or whole markings.

    Returns how many versions and markings were queued. What the act does not cover after all is
    withheld again with its reason when it is looked at.
    """
    number = records.partner(tx, node).number
    wanted = set(vids)
    oids = list(versions.oids(tx, ids).values())
    wanted |= {vid for _oid, vid, *_rest in records.versions_of(tx, oids)}
    return records.owe_versions(tx, number, wanted) + records.owe_markings(tx, number, mids)


def approve_query(tx: Transaction, partnership: Partnership, now: int) -> int:
    """Queue every marking the partner passes, after an act or mandate that covers a query."""
    known = markings.all_markings(tx)
    passing = [mid for mid, marking in known.items() if partnership.compiled.decide(marking, now).passes]
    return records.owe_markings(tx, partnership.partner.number, passing)


def rules_changed(
    tx: Transaction, home: Home, partnership: Partnership, before: Rules | None, now: int
) -> Mapping[str, int]:
    """Queue by marking what new rules may release, and draft recalls of what they no longer let pass.

    Returns counts: markings `queued` and `narrowed`, versions `drafted`. Sending of what is
    narrowed stops by itself, since every page asks the rules of the moment; the drafted recall
    waits for a named person.
    """
    number = partnership.partner.number
    earlier = pair_up(partnership.partner, before, home.node)
    known = markings.all_markings(tx)
    now_passing = {mid for mid, m in known.items() if partnership.compiled.decide(m, now).passes}
    # under these something may have gone: by the marking alone, or because its originator consented
    could = {mid for mid, m in known.items() if earlier is not None and _could(earlier, m, now)}
    passed = {mid for mid in could if earlier is not None and earlier.compiled.decide(known[mid], now).passes}
    waived = {mid for mid in could - now_passing if waivable(known[mid], partnership, now)}
    narrowed = could - now_passing - (waived - passed)
    # mandates and allow-lists may widen under a marking that passed before, so all that pass are queued
    queued = records.owe_markings(tx, number, now_passing)
    drafted = _draft(tx, home, partnership, narrowed, now) if narrowed else 0
    return {"queued": queued, "narrowed": len(narrowed), "drafted": drafted}


def would_recall(
    tx: Transaction, home: Home, partner: Partner, before: Rules | None, after: Rules, now: int
) -> dict[Marking, int]:
    """Count what a partner holds by marking, of the markings that new rules no longer let pass.

    These are what `rules_changed` would draft a recall of, tear-lines included; the cost follows what is narrowed.
    """
    earlier, later = pair_up(partner, before, home.node), pair_up(partner, after, home.node)
    if earlier is None:
        return {}
    held = records.held(tx, partner.number)
    found: dict[Marking, int] = {}
    counted: set[int] = set()  # a version may be under two of them: its effective marking and its full one
    for mid, marking in markings.all_markings(tx).items():
        if not _could(earlier, marking, now):
            continue
        if later is not None and later.compiled.decide(marking, now).passes:
            continue
        asks = later is not None and waivable(marking, later, now)
        if asks and not earlier.compiled.decide(marking, now).passes:
            continue  # what its originator consents to goes on as before
        seen, gone = 0, set[int]()
        while vids := records.under_marking(tx, mid, seen, 10_000):
            seen = vids[-1]
            mine = _had(tx, partner, held, vids)
            if asks and later is not None:
                lines = list(records.tear_line_parents(tx, mine))
                mine = sorted(set(mine) - Gate(tx, later, now).passing(mine, lines).keys())
            gone |= set(mine) - counted
        if gone:
            found[marking] = len(gone)
            counted |= gone
    return found


def _had(tx: Transaction, partner: Partner, held: Held, vids: Sequence[int]) -> list[int]:
    """Return which of these versions a partner holds, or may hold from before they were stopped."""
    return sorted({*held.of(vids), *records.passed_among(tx, partner.number, vids)})


def _could(partnership: Partnership, marking: Marking, now: int) -> bool:
    """Tell whether something may have gone under a marking: it passes, or passes by its originators' consent."""
    return partnership.compiled.decide(marking, now).passes or waivable(marking, partnership, now)


def no_longer_named(tx: Transaction, home: Home, partner: Partner, before: Rules | None, now: int) -> int:
    """Draft a recall of what a partner holds whom new rules name no more; return how many versions."""
    earlier = pair_up(partner, before, home.node)
    if earlier is None:
        return 0
    held = records.held(tx, partner.number)
    gone: set[int] = set()
    for mid, marking in markings.all_markings(tx).items():
        after = 0
        while _could(earlier, marking, now) and (found := records.under_marking(tx, mid, after, 10_000)):
            after = found[-1]
            gone.update(_had(tx, partner, held, found))
    if not gone:
        return 0
    made = sending.draft(tx, home, partner, vids=sorted(gone), reason=RULES, by=BY_MARKING, now=now)
    return len(made.vids) if made is not None else 0


def holds_ended(tx: Transaction, now: int) -> None:
    """Owe every partner another look at what was held until an instant that is past."""
    ids = rulings.end_holds(tx, now) if records.timed_hold(tx, now) else []
    for partner in records.partners(tx) if ids else ():
        approve(tx, partner.node, ids=ids)


def _draft(tx: Transaction, home: Home, partnership: Partnership, mids: set[int], now: int) -> int:
    held = records.held(tx, partnership.partner.number)
    gone: list[int] = []
    for mid in sorted(mids):
        after = 0
        while found := records.under_marking(tx, mid, after, 10_000):
            after = found[-1]
            vids = _had(tx, partnership.partner, held, found)
            lines = list(records.tear_line_parents(tx, vids))
            gone += sorted(set(vids) - Gate(tx, partnership, now).passing(vids, lines).keys())
    made = None
    if gone:
        made = sending.draft(tx, home, partnership.partner, vids=gone, reason=RULES, by=BY_MARKING, now=now)
    return len(made.vids) if made is not None else 0
