"""When a marking becomes stricter: sending stops by itself, and what was sent is asked back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import orjson

from cordiale.exchange import entry, records
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home, Partner, Partnership
from cordiale.exchange.recall import sending
from cordiale.exchange.stream.gate import Gate
from cordiale.exchange.stream.withdrawal import vids_in, withdraw_from
from cordiale.release.recipient import recipient_class
from cordiale.store.connection import Store, Transaction

#: Who asks for a recall that follows from a marking and needs no person.
BY_MARKING = "cordiale"
NARROWED = "narrowed"


def held_of(
    tx: Transaction, partnership: Partnership, held: Held, oids: Iterable[int]
) -> tuple[list[int], list[int]]:
    """Return the versions of these objects that the partner holds or may hold: verbatim, and as tear-lines."""
    wanted = sorted(set(oids))
    vids = [vid for _oid, vid, *_rest in records.versions_of(tx, wanted)]
    lines = records.tear_line_vids(tx, recipient_class(partnership.recipient), wanted)
    passed = set(records.passed_among(tx, partnership.partner.number, vids + lines))
    return (
        [vid for vid in vids if vid in held or vid in passed],
        [vid for vid in lines if vid in held or vid in passed],
    )


def narrow(
    tx: Transaction, home: Home, partnership: Partnership, held: Held, oids: Iterable[int], now: int
) -> int:
    """Recall what the partner holds of these objects and no longer passes, by its marking or because it names somebody.

    Returns how many versions.

    Up to the rules' `recall.confirm_above` objects go by themselves; more wait for a named person.
    """
    vids, lines = held_of(tx, partnership, held, oids)
    if not vids and not lines:
        return 0
    gate = Gate(tx, partnership, now)
    gone = set(vids + lines) - gate.passing(vids + lines, lines).keys() | gate.unnamed(vids)
    if not gone:
        return 0
    made = sending.draft(
        tx, home, partnership.partner, vids=sorted(gone), reason=NARROWED, by=BY_MARKING, now=now
    )
    if made is not None and len(set(made.ids)) <= partnership.rules.confirm_above:
        sending.confirm(tx, home, partnership, made.id, BY_MARKING, now, held)
    return len(gone)


def let_go(tx: Transaction, partner: Partner, vids: Iterable[int]) -> None:
    """Withdraw from a stream what its partner may not have before it ever got it, and owe it another look.

    When it may go again it goes under a new number; until then nobody counts it as sent. What went in a generation before
    the partner may hold from there: a recall still names that.
    """
    held = records.held(tx, partner.number)
    mine = held.of(sorted(set(vids)))
    if not mine:
        return
    pair = records.pair(tx, partner.number)
    # what went on a medium before that may be lost stays where it stands, to be named
    alone = set(mine).difference(_on_media(tx, partner, mine))
    before = vids_in(tx, pair, alone, until=pair.generation - 1)
    records.add_passed(tx, partner.number, before)
    withdraw_from(tx, pair, alone.difference(before))
    withdraw_from(tx, pair, before, since=pair.generation)
    held.discard(mine)
    records.save_held(tx, partner.number, held)
    _undraft(tx, partner, set(mine).difference(records.passed_among(tx, partner.number, mine)))
    parents = {vid: row.parent_vid for vid, row in records.tear_line_parents(tx, mine).items()}
    records.owe_versions(tx, partner.number, [parents.get(vid, vid) for vid in mine])


def _on_media(tx: Transaction, partner: Partner, vids: Sequence[int]) -> list[int]:
    return records.passed_among(tx, partner.number, vids) if partner.assurance == "node" else []


def _undraft(tx: Transaction, partner: Partner, vids: set[int]) -> None:
    """Leave out of drafts that follow from a marking or from rules what the partner never got: there is nothing to ask back."""
    for row in records.recalls(tx, number=partner.number, state="draft"):
        drafted = entry.read_numbers(row.vids).tolist()
        left = [vid for vid in drafted if vid not in vids]
        if row.by != BY_MARKING or len(left) == len(drafted):
            continue
        if left:
            ids = sorted({one[0] for one in records.dated(tx, left).values()})
            records.save_recall(tx, row.id, {"ids": orjson.dumps(ids).decode(), "vids": entry.numbers(left)})
        else:
            records.forget_draft(tx, row.id)


def owe_again(tx: Transaction, partner: Partner, vids: Iterable[int]) -> None:
    """Owe another look to what goes on a medium as a bare leaf after it went on one before, which may be lost.

    Once it may go again it goes under a new number as well; a recall names both, as it may have arrived.
    """
    held = records.held(tx, partner.number)
    mine = held.of(sorted(set(vids)))
    if not mine:
        return
    records.add_passed(tx, partner.number, mine)
    held.discard(mine)
    records.save_held(tx, partner.number, held)
    parents = {vid: row.parent_vid for vid, row in records.tear_line_parents(tx, mine).items()}
    records.owe_versions(tx, partner.number, [parents.get(vid, vid) for vid in mine])


def go_past(store: Store, partner: Partner, vids: Sequence[int]) -> None:
    """Let go of versions that were left out of a page which a plain client went past: it never goes back.

    It acknowledges nothing, so it may have read them before: a recall still names them.
    """
    with store.write() as tx:
        records.add_passed(tx, partner.number, records.held(tx, partner.number).of(vids))
        let_go(tx, partner, vids)
