"""Cut the stream: decide for every partner what goes, number it without gaps, have it signed."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import msgspec

from cordiale.exchange import records
from cordiale.exchange.cut import backfill, numbering, superseding
from cordiale.exchange.cut import owed as owed_versions
from cordiale.exchange.cut.numbering import Batch, Outgoing
from cordiale.exchange.cut.planning import Planner, Profile, Redacted, Settled
from cordiale.exchange.cut.subjects import Subjects
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.originator.waivers import waivable
from cordiale.exchange.recall import lapsed, narrowing
from cordiale.exchange.records import TearLineRow
from cordiale.exchange.restore import rejoin
from cordiale.platform.collector import held_back
from cordiale.release import records as rulings
from cordiale.release.definition import decided_under
from cordiale.release.form import Verbatim
from cordiale.release.marking import NOTHING, text_of
from cordiale.release.personal import NAMES
from cordiale.release.records import Verdict
from cordiale.store import changes as log
from cordiale.store import markings, versions
from cordiale.store.connection import Transaction
from cordiale.store.types import Put


class Cut(msgspec.Struct, frozen=True):
    """Report what one cut did for one partner; `behind` says that more changes wait."""

    partner: str
    first: int = 0
    last: int = 0
    segments: int = 0
    verbatim: int = 0
    tear_lines: int = 0
    withheld: int = 0
    withdrawn: int = 0
    position: int = 0
    behind: bool = False


def cut(
    tx: Transaction,
    home: Home,
    partnerships: Sequence[Partnership],
    now: int,
    *,
    changes: int = 8192,
) -> tuple[Cut, ...]:
    """Cut what changed since each partner's position, in the caller's write transaction.

    Partners at the same position are decided together, so that a version is read once for all.
    Call again while any answer is `behind`.
    """
    backfill.holds_ended(tx, now)
    lapsed.narrowed(tx, home, partnerships, now)
    pairs, closed, owing = records.pairs(tx), rejoin.all_closed(tx), records.owing(tx)
    groups: dict[int, list[tuple[Partnership, records.Pair]]] = {}
    done: dict[str, Cut] = {}
    for partnership in partnerships:
        pair = pairs[partnership.partner.number]
        if pair.number in closed:  # two histories of one stream must never be signed
            done[partnership.partner.node] = Cut(partnership.partner.node, position=pair.position)
            continue
        groups.setdefault(pair.position, []).append((partnership, pair))
    with held_back():
        for position, members in sorted(groups.items()):
            for one in _cut_group(tx, home, position, members, owing, now, changes):
                done[one.partner] = one
    return tuple(done[partnership.partner.node] for partnership in partnerships)


def _cut_group(
    tx: Transaction,
    home: Home,
    position: int,
    members: Sequence[tuple[Partnership, records.Pair]],
    owing: Container[int],
    now: int,
    limit: int,
) -> list[Cut]:
    found = log.after(tx, position, limit)
    end = found[-1].seq if found else position
    behind = len(found) == limit
    touched = {change.vid for change in found if change.kind != "purge"}
    owed: dict[int, tuple[set[int], bool]] = {}
    for _partnership, pair in members:
        owed[pair.number] = (
            owed_versions.take_owed(tx, pair.number, limit) if pair.number in owing else (set(), False)
        )
    wanted = touched.union(*(vids for vids, _more in owed.values()))
    if not found and not wanted:
        return [Cut(p.partner.node, position=position) for p, _pair in members]
    if len(members) == 1:  # for several they are looked at once, and kept from their author alone
        wanted = owed_versions.undecided(tx, *members[0], wanted, limit)
    subjects = Subjects(
        tx,
        home.node,
        wanted,
        lambda marking: any(
            p.compiled.decide(marking, now).passes or waivable(marking, p, now) for p, _pair in members
        ),
    )
    if not subjects.all:  # purged since, or made by the cut before: nothing to decide, and to look at again
        return [_passed_over(tx, p, pair, end, behind or owed[pair.number][1]) for p, pair in members]
    planners = [
        Planner(subjects, home, partnership, records.held(tx, pair.number), now)
        for partnership, pair in members
    ]
    subjects.complete(lambda stix_id, outside: any(p.may.could_go(stix_id, outside) for p in planners))
    types = records.number_types(tx, {subject.row.type for subject in subjects.all})
    suspects = _suspects(subjects, {change.vid for change in found if change.kind == "remark"})
    # what comes later in the log will be looked at by itself
    horizon = max(touched, default=None) if behind else None
    shared = Shared(subjects, types, now, horizon)
    done = []
    for planner, (partnership, pair) in zip(planners, members, strict=True):
        withdrawn = (
            narrowing.narrow(tx, home, partnership, planner.may.held, suspects, now) if suspects else 0
        )
        state = records.pair(tx, pair.number) if withdrawn else pair
        state = msgspec.structs.replace(state, position=end)
        changed = touched | owed[pair.number][0]
        one = _cut_one(tx, home, planner, state, shared, changed)
        more = behind or owed[pair.number][1]
        done.append(msgspec.structs.replace(one, position=end, withdrawn=withdrawn, behind=more))
    return done


def _passed_over(
    tx: Transaction, partnership: Partnership, pair: records.Pair, end: int, behind: bool
) -> Cut:
    if end != pair.position:
        records.save_pair(tx, msgspec.structs.replace(pair, position=end))
    return Cut(partnership.partner.node, position=end, behind=behind)


def _suspects(subjects: Subjects, remarked: set[int]) -> set[int]:
    """Return objects that may have been narrowed: marked anew, naming somebody, or with a new version beside older ones."""
    found = {s.row.oid for s in subjects.all if s.row.vid in remarked or s.row.type in NAMES}
    return found | subjects.siblings


class Shared:
    """Keep what partners under the same verdicts share in one cut: the choice, and the batches made of it."""

    def __init__(self, subjects: Subjects, types: Mapping[str, int], now: int, horizon: int | None) -> None:
        self.subjects = subjects
        self.types = types
        self.now = now
        self.horizon = horizon
        self.settled: dict[Profile, Settled] = {}
        self.batches: dict[Profile, list[Batch]] = {}
        self.waiting: dict[Profile, list[int]] = {}


def _cut_one(
    tx: Transaction,
    home: Home,
    planner: Planner,
    pair: records.Pair,
    shared: Shared,
    changed: Container[int],
) -> Cut:
    subjects, held, now = planner.subjects, planner.may.held, shared.now
    profile = planner.settle(shared.settled)
    held_before = held.of(subjects.vids) if profile is None else []
    whole = planner.whole
    if held_before:
        known = {subjects.place[vid] for vid in held_before}
        whole = [place for place in whole if place not in known]
    also, lines = _others(tx, home, planner, now)
    if also:
        whole = sorted([*whole, *also])
    under: dict[int, int] = {}
    if superseding.any_of(tx, planner.class_):
        whole_rows = (subjects.all[place].row for place in whole)
        under = {row.oid: row.effective_mid for row in whole_rows if row.current}
    links = superseding.links(tx, home, planner.class_, held, planner.may.back, under, now)
    if profile is not None and not lines and not links and profile in shared.batches:
        batches = shared.batches[profile]
    else:
        outgoing = [_verbatim(planner, place) for place in whole]
        first = _definitions(planner, [*outgoing, *lines]) if outgoing or lines else []
        batches = numbering.prepare(tx, home, [*first, *outgoing, *lines, *links], shared.types, subjects)
        if profile is not None and not lines and not links and not first:
            shared.batches[profile] = batches
    numbered = numbering.number(
        tx, home, planner.partnership, pair, held, batches, shared.types, now, subjects
    )
    records.save_pair(tx, numbered.pair)
    records.save_held(tx, pair.number, held)
    _log(tx, planner, now)
    _look_again(tx, planner, pair.number, whole, lines, profile, shared, changed)
    return Cut(
        planner.partnership.partner.node,
        first=pair.last + 1 if numbered.segments else 0,
        last=numbered.pair.last if numbered.segments else 0,
        segments=numbered.segments,
        verbatim=len(whole),
        tear_lines=len(lines),
        withheld=len(subjects.all)
        - len(subjects.of_source(planner.partnership.partner.node))
        - len(held_before)
        - len(whole)
        - len(lines)
        + numbered.refused,
    )


def _verbatim(planner: Planner, place: int) -> Outgoing:
    subject = planner.subjects.all[place]
    row = subject.row
    lifted = NOTHING if planner.may.passes(row.full_mid) else planner.may.waivers.of(row.id, row.source)
    return Outgoing(
        row.vid,
        row.oid,
        row.effective_mid,
        row.hash,
        subject.version.raw,
        row.modified,
        row.type,
        lifted=lifted,
        named=planner.named_by(row, subject.kind),
    )


def _others(tx: Transaction, home: Home, planner: Planner, now: int) -> tuple[list[int], list[Outgoing]]:
    """Look singly at what may go and was not settled to go whole.

    Returns the places of what goes whole after all (translations, judged beside their original) and the tear-lines.
    """
    also, lines = [], []
    # of what they hold whole and may have in part only by now, the tear-line goes beside the recall
    others = [place for place in planner.others() if not planner.holds_now(place)]
    for place, plan in planner.plan(others).items() if others else ():
        if isinstance(plan, Verbatim):
            also.append(place)
        elif isinstance(plan, Redacted):
            line = _tear_line(tx, home, planner, place, plan, planner.may.held, now)
            if line is not None:
                lines.append(line)
    return also, lines


def _tear_line(
    tx: Transaction, home: Home, planner: Planner, place: int, plan: Redacted, held: Held, now: int
) -> Outgoing | None:
    """Store a redaction as an object of its own and return it as an entry; None when they have it already."""
    parent = planner.subjects.all[place].row
    made = plan.made
    # the same tear-line may be made again of a parent that is marked otherwise by now
    derived = [Put(made.version, made.marking, made.marking, "derived")]
    (outcome,) = versions.put(tx, home.node, now, derived, markings="replace")
    if outcome.vid == 0 or planner.may.back.has(outcome.vid, outcome.oid):
        return None
    known = outcome.vid in held
    before = planner.earlier(parent.oid)
    # one that they have stands for the newer parent as well: to take it back is to take that back
    if not known or (parent.current and before is not None and before.parent_vid != parent.vid):
        records.add_tear_line(
            tx,
            TearLineRow(
                vid=outcome.vid,
                parent_vid=parent.vid,
                parent_oid=parent.oid,
                oid=outcome.oid,
                class_=planner.class_,
                id=made.version.id,
                digest=made.digest,
                created=made.created,
                modified=made.modified,
            ),
        )
    if known:
        return None
    mid = markings.intern(tx, made.marking)
    return Outgoing(
        outcome.vid,
        outcome.oid,
        mid,
        made.version.hash,
        made.version.raw,
        made.modified,
        parent.type,
        redacted=plan,
        redacted_vid=parent.vid,
        parent=planner.subjects.all[place].version,
    )


def _definitions(planner: Planner, outgoing: Sequence[Outgoing]) -> list[Outgoing]:
    """Return the marking definitions that the outgoing versions name and the partner has not, each before its users.

    One without a marking of its own goes under that of an entry naming it: the one of fewest atoms.
    """
    subjects = planner.subjects
    if not subjects.stated:
        return []
    going = {one.vid for one in outgoing}
    named: dict[str, set[int]] = {}
    for one in outgoing:
        subject = subjects.all[subjects.place[one.redacted_vid or one.vid]]
        for identifier in subject.definitions:
            if one.redacted is None or identifier.encode() in one.raw:
                named.setdefault(identifier, set()).add(one.mid)
    found: dict[str, Outgoing] = {}

    def take(identifier: str, under: set[int]) -> None:
        if identifier in found:
            return
        chosen = planner.may.definition(identifier)
        if chosen is None or any(
            planner.may.has(v.row) or v.row.vid in going for v in subjects.stated[identifier]
        ):
            return
        row, mid = chosen.row, chosen.row.effective_mid
        if chosen.borrows:
            entry = min(map(subjects.marking, under), key=lambda marking: (len(marking), text_of(marking)))
            stricter = NOTHING if chosen.overlay is None else subjects.marking(chosen.overlay)
            mid = markings.intern(subjects.tx, decided_under(chosen.version, NOTHING, entry, stricter))
        for other in sorted(chosen.definitions):
            take(other, under)
        found[identifier] = Outgoing(
            row.vid, row.oid, mid, row.hash, chosen.version.raw, row.modified, row.type
        )

    for identifier, under in sorted(named.items()):
        take(identifier, under)
    return list(found.values())


def _log(tx: Transaction, planner: Planner, now: int) -> None:
    """Put the decisions by marking on the decision log; what is on it already is left out there."""
    subjects = planner.subjects
    recipient, version = planner.partnership.recipient.node, planner.partnership.rules.version
    verdicts = []
    for mid in {kind.effective_mid for kind in subjects.kinds}:
        marking = subjects.marking(mid)
        verdicts.append(Verdict(marking, recipient, version, planner.may.compiled.decide(marking, now).code))
    rulings.log_decisions(tx, verdicts, now)


def _look_again(
    tx: Transaction,
    planner: Planner,
    number: int,
    whole: Sequence[int],
    lines: Sequence[Outgoing],
    profile: Profile | None,
    shared: Shared,
    changed: Container[int],
) -> None:
    """Owe another look at what refers to objects released just now, or stated by the partner, and was decided without them.

    `changed` is what this partner's cut is about. What another partner's needs pulled in is as it was for this one: what
    refers to it would be owed for ever, by turns.
    """
    subjects, horizon = planner.subjects, shared.horizon
    waiting = shared.waiting.get(profile) if profile is not None and not lines else None
    if waiting is None:
        oids = {subjects.all[place].row.oid for place in whole}
        oids |= {subjects.all[subjects.place[one.redacted_vid]].row.oid for one in lines}
        waiting = [v for v in records.referring(tx, sorted(oids)) if v not in subjects.place] if oids else []
        waiting = [v for v in waiting if horizon is None or v <= horizon]
        if profile is not None and not lines:
            shared.waiting[profile] = waiting
    name = planner.partnership.partner.node
    stated = [vid for vid in subjects.of_source(name) if vid in changed]
    if waiting or stated:
        unheld = owed_versions.unheld(tx, name, planner.may.held, waiting, stated)
        # what was decided just now knew of it
        records.owe_versions(tx, number, [v for v in unheld if v not in subjects.place])
