"""Release, refuse, hold: acts of a named officer for one partner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import structs

from cordiale.desk import audit
from cordiale.desk.actor import authorise, named
from cordiale.desk.answers import Acted, Withheld
from cordiale.desk.partnerships import partnership as joined
from cordiale.desk.visible import unknown, visible
from cordiale.desk.why import reason as reason_of
from cordiale.desk.written import marking_of
from cordiale.exchange.cut import backfill
from cordiale.exchange.cut.sequencer import cut
from cordiale.exchange.cut.why import why
from cordiale.platform.clock import parse_instant
from cordiale.platform.errors import InputError, NotAllowed, NotFound
from cordiale.platform.ids import uuid4
from cordiale.platform.languages import _
from cordiale.release import records
from cordiale.release.mandate import Act, Exemption, naming
from cordiale.release.partnership import Query
from cordiale.release.personal import NAMES, names_somebody
from cordiale.store import markings, versions
from cordiale.store.types import Filter

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.exchange.home import Partnership
    from cordiale.store.connection import Transaction
    from cordiale.store.types import Visible

EXAMPLES = 3
JUDGED = 2000
"""Objects whose fate an answer counts one by one; beyond that `preview` counts by marking."""

MOST = 5000
"""Objects that somebody who does not see everything approves by one query: it becomes a list of what they see."""

_PAGE = 5000


def release(
    desk: Desk,
    actor: Actor,
    partner: str,
    *,
    ids: Sequence[str] = (),
    types: Sequence[str] = (),
    marking_within: Sequence[str] = (),
    labels: Sequence[str] = (),
    sources: Sequence[str] = (),
    until: str | None = None,
    reason: str = "",
) -> Acted:
    """Approve objects, by id or by a query of types, marking, and labels of some sources, for a partner.

    The act allows; marking, rules and exceptions still decide, and what they keep back is in the
    answer with its reason. Where the rules ask for four eyes nothing goes until `confirm_act` by
    another officer. Raises NotFound for a partner or an object the actor does not see, InputError
    when nothing is named.
    """
    authorise(actor, "release")
    named(actor, "release")
    if not ids and not types and not marking_within and not labels:
        raise InputError("release-nothing", _("Name what to release: object ids, types or markings."))
    ends = instant_of(until)
    marking_within = sorted(marking_of(marking_within)) if marking_within else []
    query = Query(
        type=tuple(types),
        source=tuple(sources),
        labels=tuple(labels),
        marking_within=tuple(marking_within),
    )
    with desk.store.write() as tx:
        one = joined(tx, partner, desk.node)
        seen = visible(tx, desk, actor)
        _all_seen(tx, ids, seen)
        if not reason.strip() and any(map(names_somebody, ids)):
            raise InputError(
                "release-names",
                _("{id} names somebody: say why the partner has to know who it is (--reason)."),
                id=next(filter(names_somebody, ids)),
            ).at("reason")
        if seen is not None and not ids:  # nobody approves what they do not see, now or later
            if labels:
                raise NotAllowed(
                    "release-labels",
                    _(
                        "Only who sees everything here can approve by label what is yet to come: name the objects."
                    ),
                )
            ids = _seen_of(tx, query, seen)
        act = Act(
            id=uuid4(desk.random)[:8],
            to=(one.partner.node,),
            officer=actor.name,
            at=desk.clock(),
            ids=frozenset(ids),
            where=None if ids else query,
            until=ends,
        )
        records.record_act(tx, act, reason)
        covered = _queue(tx, one, act)
        audit.acted(
            tx,
            desk,
            actor,
            "release",
            act=act.id,
            partner=one.partner.node,
            ids=sorted(ids),
            types=list(types),
            marking_within=list(marking_within),
            labels=list(labels),
            reason=reason,
        )
        # Cut in the same transaction: the answer then says what did go, and why not the rest.
        cut(tx, desk.home, (one,), desk.clock())
        answer = acted(tx, desk, one, act, "release", covered)
    desk.wake()
    return structs.replace(answer, at=desk.clock())


def require_named(tx: Transaction, desk: Desk, nodes: Sequence[str], ids: Sequence[str]) -> None:
    """Raise InputError for what names somebody and no officer named for each of these nodes: no other act says why."""
    asked = sorted(filter(names_somebody, ids))
    if not asked:
        return
    acts, now = records.acts_about(tx, set(asked)), desk.clock()
    for stix_id in asked:
        for node in nodes:
            if node != desk.node and naming(stix_id, frozenset((node,)), acts, now) is None:
                raise InputError(
                    "release-names-first",
                    _(
                        "{id} names somebody: release it to {node} by its id first, with the reason why the partner has to know."
                    ),
                    id=stix_id,
                    node=node,
                )


def confirm_act(desk: Desk, actor: Actor, act: str) -> Acted:
    """Confirm an act as its second officer.

    Raises NotFound, NotAllowed when it is the same officer, Conflict when it is settled.
    """
    authorise(actor, "release")
    named(actor, "release --confirm")
    with desk.store.write() as tx:
        _act_seen(tx, act, visible(tx, desk, actor))
        confirmed = records.confirm_act(tx, act, actor.name, desk.clock())
        one = joined(tx, confirmed.to[0], desk.node)
        covered = _queue(tx, one, confirmed)
        audit.acted(tx, desk, actor, "release-confirm", act=act, partner=one.partner.node)
        cut(tx, desk.home, (one,), desk.clock())
        answer = acted(tx, desk, one, confirmed, "release", covered)
    desk.wake()
    return answer


def withdraw_act(desk: Desk, actor: Actor, act: str) -> Acted:
    """Withdraw an approval: what did not go yet does not go; what went is for a recall."""
    authorise(actor, "release")
    named(actor, "release --withdraw")
    with desk.store.write() as tx:
        _act_seen(tx, act, visible(tx, desk, actor))
        withdrawn = records.withdraw_act(tx, act, actor.name, desk.clock())
        named_there = sorted(filter(names_somebody, withdrawn.ids))
        for node in withdrawn.to if named_there else ():  # what it named goes back, and no further
            backfill.approve(tx, node, vids=_current(tx, named_there))
        audit.acted(tx, desk, actor, "release-withdraw", act=act)
    desk.wake()
    return Acted(act=act, kind="withdraw", partner=withdrawn.to[0], by=actor.name, objects=len(withdrawn.ids))


def refuse(desk: Desk, actor: Actor, partner: str, *, ids: Sequence[str], reason: str = "") -> Acted:
    """Keep objects from a partner whatever the rules allow; what went before is for a recall."""
    return _except(desk, actor, partner, ids, None, reason, "refuse")


def hold(
    desk: Desk, actor: Actor, partner: str, *, ids: Sequence[str], until: str, reason: str = ""
) -> Acted:
    """Keep objects from a partner until an instant."""
    return _except(desk, actor, partner, ids, instant_of(until), reason, "hold")


def lift(desk: Desk, actor: Actor, partner: str, *, ids: Sequence[str]) -> Acted:
    """Lift refusals and holds: marking, rules and acts decide again."""
    authorise(actor, "release")
    named(actor, "refuse --lift")
    with desk.store.write() as tx:
        one = joined(tx, partner, desk.node)
        _all_seen(tx, ids, visible(tx, desk, actor))
        lifted = sum(
            records.lift_exceptions(tx, stix_id, one.partner.node, actor.name, desk.clock())
            for stix_id in ids
        )
        backfill.approve(tx, one.partner.node, vids=_current(tx, ids))
        audit.acted(tx, desk, actor, "lift", partner=one.partner.node, ids=list(ids))
    desk.wake()
    return Acted(act="", kind="lift", partner=one.partner.node, by=actor.name, objects=lifted)


def _except(
    desk: Desk,
    actor: Actor,
    partner: str,
    ids: Sequence[str],
    until: int | None,
    reason: str,
    kind: str,
) -> Acted:
    authorise(actor, "release")
    named(actor, kind)
    with desk.store.write() as tx:
        one = joined(tx, partner, desk.node)
        seen = visible(tx, desk, actor)
        now = desk.clock()
        _all_seen(tx, ids, seen)
        for stix_id in ids:
            records.record_exception(
                tx,
                Exemption(stix_id, one.partner.node, "hold", actor.name, now, until),
            )
        audit.acted(
            tx,
            desk,
            actor,
            kind,
            partner=one.partner.node,
            ids=list(ids),
            until=until,
            reason=reason,
        )
    desk.wake()
    return Acted(act="", kind=kind, partner=one.partner.node, by=actor.name, objects=len(ids))


def _all_seen(tx: Transaction, ids: Sequence[str], seen: Visible) -> None:
    """Raise NotFound, in the words for what is not held, unless the actor sees every object."""
    for stix_id in ids:
        if not versions.get(tx, stix_id, seen):
            raise unknown(stix_id)


def _seen_of(tx: Transaction, query: Query, seen: Visible) -> list[str]:
    """Return the ids that a query finds of what the actor sees; raises InputError for none and for too many."""
    mids = _within(tx, query, seen)
    if mids is not None:
        asked = Filter(types=query.type, markings=mids)
        rows = versions.current(tx, asked, None, MOST + 1, seen, raw=False).rows
        ids = sorted({row.id for row in rows if row.type not in NAMES})
        if rows and not ids:
            raise InputError(
                "release-names-by-query",
                _(
                    "These name somebody: release each by its id, with the reason why the partner has to know."
                ),
            )
        if len(rows) > MOST:
            raise InputError(
                "release-many",
                _("That is more than {most} objects: name fewer types or markings, or the objects."),
                most=MOST,
            )
        if ids:
            return ids
    raise InputError("release-none", _("There is no object of these types and markings that you see."))


def _act_seen(tx: Transaction, act: str, seen: Visible) -> None:
    """Raise NotFound, in the words for no act, unless the actor sees everything that an act is about."""
    if seen is None:
        return
    found = records.read_act(tx, act)
    if not found.ids or not all(versions.get(tx, one, seen, history=True) for one in found.ids):
        raise NotFound("no-act", _("There is no act {act}."), act=act)


def _within(tx: Transaction, query: Query, seen: Visible) -> tuple[int, ...] | None:
    """Return the markings that a query asks for, empty for any, None where nothing is so marked."""
    within = frozenset(query.marking_within)
    if not within:
        return ()
    found = (m for m, marking in markings.all_markings(tx).items() if marking <= within)
    return tuple(m for m in found if seen is None or m in seen) or None


def _queue(tx: Transaction, one: Partnership, act: Act) -> list[str]:
    """Queue for the stream what an act covers; return the ids among it that are judged one by one."""
    node = one.partner.node
    if act.ids:
        backfill.approve(tx, node, vids=_current(tx, sorted(act.ids)))
        return sorted(act.ids)[:JUDGED]
    query = act.where or Query()
    if query.labels:  # for what is yet to come: no index finds labels, and what is here is named by its id
        return []
    mids = _within(tx, query, None)
    if mids is None:
        return []
    covered: list[str] = []
    after = None
    while True:
        asked = Filter(types=query.type, markings=mids)
        page = versions.current(tx, asked, after, _PAGE, None, raw=False)
        backfill.approve(tx, node, vids=[row.vid for row in page.rows])
        covered += [row.id for row in page.rows][: JUDGED - len(covered)]
        after = page.next
        if after is None:
            return covered


def _current(tx: Transaction, ids: Sequence[str]) -> list[int]:
    return [row.vid for stix_id in ids for row in versions.get(tx, stix_id, None)]


def acted(
    tx: Transaction, desk: Desk, one: Partnership, act: Act, kind: str, covered: Sequence[str]
) -> Acted:
    """Return what a partner has or gets now of what an act covers, object by object."""
    forms: dict[str, int] = defaultdict(int)
    withheld: dict[str, list[str]] = defaultdict(list)
    reasons = {}
    waiting = False
    for stix_id in covered:
        answers = why(tx, desk.home, one, stix_id, desk.clock())
        if not answers:
            continue
        first = answers[0]
        forms[first.form] += 1
        if first.form not in ("verbatim", "tear-line") and first.reasons:
            code = first.reasons[0].code
            reasons[code] = reason_of(first.reasons[0])
            withheld[code].append(stix_id)
            waiting = waiting or code == "second-officer-needed"
    return Acted(
        act=act.id,
        kind=kind,
        partner=one.partner.node,
        by=act.second or act.officer,
        objects=len(covered),
        waiting_second=waiting,
        verbatim=forms["verbatim"],
        tear_lines=forms["tear-line"],
        withheld=tuple(
            Withheld(reason=reasons[code], count=len(found), examples=tuple(found[:EXAMPLES]))
            for code, found in withheld.items()
        ),
    )


def instant_of(written: str | None) -> int | None:
    """Read an instant as people write it, None for none; raises InputError."""
    if written is None:
        return None
    try:
        return parse_instant(written)
    except ValueError as error:
        raise InputError(
            "not-an-instant",
            _("“{until}” is not an instant such as 2027-01-31T00:00:00Z."),
            until=written,
        ).at("until") from error
