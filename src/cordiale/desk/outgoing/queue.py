"""What waits for an officer, and what an approval would let go of it, word by word, before anybody approves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

from cordiale.desk import audit
from cordiale.desk.actor import authorise
from cordiale.desk.answers import Answer, Reason, Summary, TableView, Withheld
from cordiale.desk.outgoing.preview import AWAITING, tables_of
from cordiale.desk.partnerships import partnership as joined
from cordiale.desk.partnerships import partnerships
from cordiale.desk.summary import lines, summary
from cordiale.desk.views.reading import in_part, readable
from cordiale.desk.visible import unknown, visible
from cordiale.desk.why import reason
from cordiale.exchange.cut import trial
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _
from cordiale.store import markings, references, versions
from cordiale.store.types import Filter

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partnership
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Key, Row, Visible

LIMIT: Final = 200
"""Most objects that wait in one answer for one partner."""

TOGETHER: Final = 500
"""Most objects of one dry run."""

_LOOKED_AT: Final = 4000
"""Versions looked at for one answer; what was not looked at follows after `next`."""

_PAGE: Final = 1000

_COMPANION: Final = "marking-definition"


class Judged(Answer, frozen=True, kw_only=True):
    """One object and what a partner would get of it: `form` is verbatim, tear-line or withheld.

    `waits` is why it does not go by itself, `act` an approval that waits for its second officer; `removed` names what is
    not in a tear-line.
    """

    summary: Summary
    form: str
    why: tuple[Reason, ...] = ()
    removed: tuple[str, ...] = ()
    waits: Reason | None = None
    act: str = ""


class Queue(Answer, frozen=True, kw_only=True):
    """What waits for an officer's act for one partner, newest first; `next` is handed back as `after`."""

    partner: str
    items: tuple[Judged, ...]
    next: str | None = None


class DryRun(Answer, frozen=True, kw_only=True):
    """What a partner would get if these objects were approved together; `assurance` says whether recall is assured.

    `beside` are objects that wait as well: what these refer to, so that more would go whole, and their translations.
    """

    partner: str
    items: tuple[Judged, ...]
    verbatim: int
    tear_lines: int
    withheld: tuple[Withheld, ...]
    assurance: str
    tables: tuple[TableView, ...] = ()
    beside: tuple[str, ...] = ()


class Reading(Answer, frozen=True, kw_only=True):
    """One object beside what a partner would read of it; `read` is None where nothing would go.

    `hidden` says that the reader may not read all of the original themselves, so that neither text is given.
    """

    partner: str
    judged: Judged
    original: dict[str, Any]
    read: dict[str, Any] | None
    ours: bool
    hidden: bool = False


def waiting(
    desk: Desk, actor: Actor, *, partner: str | None = None, after: str | None = None, limit: int = 50
) -> list[Queue]:
    """Return what waits for an act, for one partner or each. Raises NotFound, InputError."""
    authorise(actor, "preview")
    limit = lines(limit, LIMIT)
    with desk.store.read() as tx:
        chosen = [joined(tx, partner, desk.node)] if partner else list(partnerships(tx, desk.node).values())
        seen = visible(tx, desk, actor)
        start = _place(tx, after, seen)
        return [_queue(tx, desk, actor, one, seen, start, limit) for one in chosen]


def release_try(desk: Desk, actor: Actor, partner: str, ids: Sequence[str]) -> DryRun:
    """Return what a partner would get if an officer approved these objects now; nothing is changed.

    Raises NotFound for an unknown partner or an object the actor does not see, InputError for none or too many.
    """
    authorise(actor, "preview")
    listed = list(dict.fromkeys(ids))
    if not listed or len(listed) > TOGETHER:
        raise InputError("release-count", _("Choose 1 to {most} objects."), most=TOGETHER)
    with desk.store.read() as tx:
        one = joined(tx, partner, desk.node)
        seen = visible(tx, desk, actor)
        rows = [_stated(tx, desk, stix_id, seen) for stix_id in listed]
        items = tuple(judge(tx, desk, actor, one, rows))
        beside = _beside(tx, desk, one, rows, seen)
        tables = tables_of(one)
    audit.read(desk, actor, "release-try", partner=one.partner.node, ids=listed)
    kept: dict[str, list[Judged]] = {}
    for item in items:
        if item.form == "withheld" and item.why:
            kept.setdefault(item.why[0].code, []).append(item)
    forms = [item.form for item in items]
    return DryRun(
        partner=one.partner.node,
        items=items,
        verbatim=forms.count("verbatim"),
        tear_lines=forms.count("tear-line"),
        withheld=tuple(
            Withheld(
                reason=found[0].why[0], count=len(found), examples=tuple(i.summary.id for i in found[:3])
            )
            for found in kept.values()
        ),
        assurance=one.partner.assurance,
        tables=tables,
        beside=beside,
    )


def would_read(desk: Desk, actor: Actor, stix_id: str, partner: str) -> Reading:
    """Return an object beside what a partner would read of it, were it approved. Raises NotFound."""
    authorise(actor, "preview")
    with desk.store.read() as tx:
        one = joined(tx, partner, desk.node)
        seen = visible(tx, desk, actor)
        found = reading(tx, desk, actor, one, _stated(tx, desk, stix_id, seen), seen)
    audit.read(desk, actor, "would-read", id=stix_id, partner=one.partner.node)
    return found


def reading(tx: Transaction, desk: Desk, actor: Actor, one: Partnership, row: Row, seen: Visible) -> Reading:
    """Return one stored version beside what a partner would read of it."""
    (shown,) = readable(tx, desk, actor, [row], seen)
    tried = trial.tried(tx, desk.home, one, [row.vid], actor.name, desk.clock())
    hidden = in_part(shown)
    read = tried[0].read if tried and not hidden else None
    return Reading(
        partner=one.partner.node,
        judged=_judged(tx, shown, tried[0] if tried else None),
        original=orjson.loads(shown.raw) if shown.raw else {},
        read=orjson.loads(read) if read else None,
        ours=row.source == desk.node and row.origin == "local",
        hidden=hidden,
    )


def judge(
    tx: Transaction, desk: Desk, actor: Actor, one: Partnership, rows: Sequence[Row]
) -> Iterator[Judged]:
    """Yield what a partner would get of these versions, were they approved together."""
    tried = {
        found.vid: found
        for found in trial.tried(tx, desk.home, one, [row.vid for row in rows], actor.name, desk.clock())
    }
    for row in readable(tx, desk, actor, rows, visible(tx, desk, actor)):
        yield _judged(tx, row, tried.get(row.vid))


def _beside(
    tx: Transaction, desk: Desk, one: Partnership, rows: Sequence[Row], seen: Visible
) -> tuple[str, ...]:
    """Return the translations of these versions, what they refer to, and what that refers to: what waits for an act too."""
    known = {row.id for row in rows}
    now = desk.clock()
    texts = references.translations_of(tx, known, seen, limit=TOGETHER)
    vids = [row.vid for row in texts if row.id not in known and row.origin != "derived"]
    found = [one_waits.id for one_waits in trial.waiting(tx, desk.home, one, vids, AWAITING, now)]
    following = list(rows)
    while following and len(found) < TOGETHER:
        targets = {t.target for row in following for t in references.targets(tx, row.vid, seen)}
        fresh = {
            row.vid: row
            for stix_id in sorted(targets - known)
            for row in versions.get(tx, stix_id, seen)
            if row.origin != "derived" and row.type != _COMPANION
        }
        known |= targets
        waits = trial.waiting(tx, desk.home, one, list(fresh), AWAITING, now)
        found += [one_waits.id for one_waits in waits]
        following = [fresh[one_waits.vid] for one_waits in waits]
    return tuple(dict.fromkeys(found))[: TOGETHER - len(rows)]


def _judged(tx: Transaction, row: Row, found: trial.Tried | None) -> Judged:
    if found is None:
        return Judged(summary=summary(tx, row), form="withheld")
    return Judged(
        summary=summary(tx, row),
        form=found.form,
        why=tuple(reason(step) for step in found.reasons),
        # names of properties that this reader may not read either
        removed=() if in_part(row) else found.removed,
    )


def _queue(
    tx: Transaction, desk: Desk, actor: Actor, one: Partnership, seen: Visible, start: Key | None, limit: int
) -> Queue:
    now = desk.clock()
    known = markings.all_markings(tx)
    mids = tuple(
        mid
        for mid, marking in known.items()
        if (seen is None or mid in seen) and one.compiled.decide(marking, now).passes
    )
    found: list[tuple[Row, trial.Waiting]] = []
    looked, following = 0, start
    more = bool(mids)
    while more and len(found) < limit and looked < _LOOKED_AT:
        page = versions.current(tx, Filter(markings=mids), following, _PAGE, seen)
        # marking definitions go with what names them: nobody approves them by themselves
        rows = {row.vid: row for row in page.rows if row.origin != "derived" and row.type != _COMPANION}
        waits = trial.waiting(tx, desk.home, one, list(rows), AWAITING, now)
        found += [(rows[one_waits.vid], one_waits) for one_waits in waits]
        looked += len(page.rows)
        following, more = page.next, page.next is not None
        last = page.rows[-1] if page.rows else None
    cut = found[:limit]
    if len(found) > limit:
        last = cut[-1][0]
    judged = list(judge(tx, desk, actor, one, [row for row, _waits in cut]))
    items = tuple(
        Judged(
            summary=item.summary,
            form=item.form,
            why=item.why,
            removed=item.removed,
            waits=reason(waits.reason),
            act=waits.act,
        )
        for item, (_row, waits) in zip(judged, cut, strict=True)
    )
    goes_on = more or len(found) > limit
    return Queue(
        partner=one.partner.node,
        items=items,
        next=f"{last.id} {last.source}" if goes_on and last is not None else None,
    )


def _place(tx: Transaction, written: str | None, seen: Visible) -> Key | None:
    """Return the position after a statement the reader saw; a number of ours would count what is hidden."""
    if not written:
        return None
    stix_id, _space, source = written.partition(" ")
    for row in versions.get(tx, stix_id, seen):
        if row.source == source:
            return (row.received if row.modified is None else row.modified, row.vid)
    raise InputError(
        "bad-position",
        _("“{after}” is not a position in this list: start from its beginning."),
        after=written[:60],
    )


def _stated(tx: Transaction, desk: Desk, stix_id: str, seen: Visible) -> Row:
    """Return the statement that would go: this node's own before those of others. Raises NotFound."""
    rows = [row for row in versions.get(tx, stix_id, seen) if row.origin != "derived"]
    if not rows:
        raise unknown(stix_id)
    return next((row for row in rows if row.source == desk.node), rows[0])
