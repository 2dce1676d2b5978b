"""Answer why an object reached a partner or did not, from what the stream already records.

Nothing is stored per version: the decision is made again by the functions that make it when the
stream is cut, and where a version went is read from the packed entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cordiale.exchange import entry, records
from cordiale.exchange.cut.planning import NEWER, REFUSED, STRICTER, Planner, Redacted
from cordiale.exchange.cut.subjects import Subject, Subjects
from cordiale.exchange.cut.verdicts import THEIRS
from cordiale.exchange.entry import WITHDRAWN
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.stream.segment import read_header
from cordiale.platform.languages import _
from cordiale.release.form import Verbatim, Withheld
from cordiale.release.mandate import Mandated
from cordiale.release.marking import Marking
from cordiale.release.reasons import REASONS
from cordiale.store import markings, versions
from cordiale.store.connection import Transaction
from cordiale.store.types import Row, Visible

#: Versions that are looked at one by one for an overview; the rest is counted by marking alone.
LOOKED_AT = 20_000

_OWN: Mapping[str, str] = {
    STRICTER: REFUSED,
    NEWER: _(
        "The partner has a later version, or gets one now: in part, this one would be taken for the newest."
    ),
    "tear-line": _("Parts of it may not go, so it goes as a tear-line."),
    "waiting": _("It may go, and leaves with the next exchange."),
    "not-looked-at": _(
        "Its marking passes; whether it goes was not looked at, because there are more than {most} such objects."
    ),
    "recalled": _("It was sent and taken back."),
    THEIRS: _("{partner} stated it itself and has it: it is not sent back."),
    "consented-by": _("{originator}, which controls it, consented (request {id})."),
    "standing-consent": _("Its originators name the partner in what they released it to."),
}


class Sent(msgspec.Struct, frozen=True):
    """Say where one version went: entry number, segment, instants, receipt and form.

    `receipt` says acknowledged once the partner signed that it holds the entry; `withdrawn` is the
    state of the recall that took it back.
    """

    vid: int
    form: str
    sequence: int
    segment: int
    sent_at: int
    rules_version: str
    receipt_at: int | None = None
    receipt: str | None = None
    withdrawn: str | None = None
    parent: int | None = None


class Reason(msgspec.Struct, frozen=True):
    """Give one step of a decision as a code with its English message id and values."""

    code: str
    message_id: str
    params: Mapping[str, str] = {}
    atom: str | None = None
    rule: str | None = None


class Answer(msgspec.Struct, frozen=True):
    """Say for one stored version what the partner has or would get, and why.

    `form` is verbatim, tear-line, withheld, or theirs (the partner stated it): what goes under the rules of the moment.
    What did go is in `sent`.
    """

    vid: int
    form: str
    marking: Marking
    reasons: tuple[Reason, ...] = ()
    sent: tuple[Sent, ...] = ()


class WithheldCount(msgspec.Struct, frozen=True):
    """Count the current versions one reason withholds from one partner."""

    reason: Reason
    count: int
    examples: tuple[str, ...] = ()


class Overview(msgspec.Struct, frozen=True):
    """Sum up one partner over current versions: what it holds, what is withheld and why."""

    partner: str
    total: int
    verbatim: int
    tear_lines: int
    withheld: tuple[WithheldCount, ...] = ()


def why(tx: Transaction, home: Home, partnership: Partnership, stix_id: str, now: int) -> tuple[Answer, ...]:
    """Explain every stored version of `stix_id` for one partner, current ones first; empty when none is held."""
    return explained(tx, home, (partnership,), stix_id, now).get(partnership.partner.node, ())


def explained(
    tx: Transaction, home: Home, partnerships: Sequence[Partnership], stix_id: str, now: int
) -> dict[str, tuple[Answer, ...]]:
    """Explain every stored version of an id, as `why` does, for several partners by name: read once for all of them."""
    rows = [row for row in versions.get(tx, stix_id, None, history=True) if row.origin != "derived"]
    if not rows or not partnerships:
        return {}
    rows.sort(key=lambda row: (row.current, row.modified or row.received, row.vid), reverse=True)
    vids = [row.vid for row in rows]
    planners = _planners(tx, home, partnerships, vids, now, {row.vid: row for row in rows})
    pairs = records.pairs(tx)
    oids = sorted({row.oid for row in rows})
    torn = records.tear_lines_for(tx, sorted({planner.class_ for planner in planners}), oids)
    found = {}
    for planner in planners:
        planner.settle({})
        plans = planner.plan(range(len(planner.subjects.all)))
        lines = torn.get(planner.class_, {})
        sent = _sent(tx, pairs[planner.partnership.partner.number], vids, lines)
        answers = []
        for row in rows:
            place = planner.subjects.place.get(row.vid)
            if place is None:
                continue
            form, reasons = explain(planner, place, plans[place])
            marking = planner.subjects.marking(row.effective_mid)
            went = (*sent.get(row.vid, ()), *_alike(planner, place, plans[place], sent, lines))
            answers.append(Answer(row.vid, form, marking, reasons, went))
        found[planner.partnership.partner.node] = tuple(answers)
    return found


def _alike(
    planner: Planner,
    place: int,
    plan: object,
    sent: Mapping[int, Sequence[Sent]],
    lines: Mapping[int, int],
) -> tuple[Sent, ...]:
    """Return where the tear-line of an earlier version went that says what one of this version would."""
    row = planner.subjects.all[place].row
    earlier = planner.earlier(row.oid)
    if not isinstance(plan, Redacted) or plan.made.fresh or earlier is None:
        return ()
    parent = lines[earlier.vid]
    return tuple(one for one in sent.get(parent, ()) if one.vid == earlier.vid and parent != row.vid)


def _planners(
    tx: Transaction,
    home: Home,
    partnerships: Sequence[Partnership],
    vids: Sequence[int],
    now: int,
    known: Mapping[int, Row] | None = None,
) -> list[Planner]:
    """Return who answers for each partner over the same versions, which are read once with what they refer to."""
    subjects = Subjects(tx, home.node, vids, known=known)
    helds = {one.partner.number: records.held(tx, one.partner.number) for one in partnerships}
    records.read_ahead(tx, helds, vids)
    planners = [Planner(subjects, home, one, helds[one.partner.number], now) for one in partnerships]
    subjects.complete(
        lambda stix_id, outside: any(p.may.could_go(stix_id, outside) for p in planners),
        lambda others: records.read_ahead(tx, helds, others),
    )
    return planners


def judged(
    tx: Transaction,
    home: Home,
    partnerships: Sequence[Partnership],
    vids: Sequence[int],
    now: int,
    known: Mapping[int, Row] | None = None,
) -> dict[str, dict[int, Answer]]:
    """Say for one page of versions what each partner has or would get, by partner and version id.

    The versions and what they refer to are read once for all partners, those not at all that are `known` whole; where they
    went is not looked up.
    """
    if not vids or not partnerships:
        return {}
    planners = _planners(tx, home, partnerships, vids, now, known)
    subjects = planners[0].subjects
    found: dict[str, dict[int, Answer]] = {}
    for planner in planners:
        planner.settle({})
        places = {vid: subjects.place[vid] for vid in vids if vid in subjects.place}
        plans = planner.plan(places.values())
        answers = found[planner.partnership.partner.node] = {}
        for vid, place in places.items():
            form, reasons = explain(planner, place, plans[place])
            marking = subjects.marking(subjects.all[place].row.effective_mid)
            answers[vid] = Answer(vid, form, marking, reasons)
    return found


def explain(planner: Planner, place: int, plan: object) -> tuple[str, tuple[Reason, ...]]:
    """Return the form and the steps that led to it, the deciding one first when it is withheld."""
    subject = planner.subjects.all[place]
    if isinstance(plan, Withheld):
        form = THEIRS if plan.code == THEIRS else "withheld"
        return form, (reason_of(plan.code, plan.params, plan.atom, plan.rule),)
    # of what goes in part, what stays is no question of consent
    asked = subject.row.effective_mid if isinstance(plan, Redacted) else subject.row.full_mid
    steps = _lifted(planner, subject, asked) or [reason_of("passes", {})]
    verdict = planner.may.verdict(subject.row.id, subject.kind)
    if isinstance(verdict, Mandated):
        by = {name: value for name, value in (("by", verdict.by), ("act", verdict.act)) if value}
        steps.append(reason_of(verdict.code, by, rule=verdict.mandate))
    if isinstance(plan, Redacted):
        steps.append(reason_of("tear-line", {"removed": ", ".join(plan.made.removed)}))
        return "tear-line", tuple(steps)
    assert isinstance(plan, Verbatim)
    return "verbatim", tuple(steps)


def _lifted(planner: Planner, subject: Subject, mid: int) -> list[Reason]:
    """Name the consents by which a version goes under a marking that alone would keep it."""
    row = subject.row
    if planner.may.passes(mid):
        return []
    given = planner.may.waivers.used(row.id, row.source)
    if not given:
        return [reason_of("standing-consent", {})]
    return [
        reason_of("consented-by", {"originator": g.consent.originator, "id": g.consent.id}) for g in given
    ]


def reason_of(
    code: str, params: Mapping[str, object], atom: str | None = None, rule: str | None = None
) -> Reason:
    """Return a step of a decision with the sentence of its code."""
    sentence = REASONS.get(code) or _OWN.get(code, code)
    return Reason(code, sentence, {name: str(value) for name, value in params.items()}, atom, rule)


def _sent(
    tx: Transaction, pair: records.Pair, vids: Sequence[int], lines: Mapping[int, int]
) -> dict[int, list[Sent]]:
    """Return where versions went, by the version they are of; `lines` maps tear-lines to parents."""
    wanted = {*vids, *lines}
    found: dict[int, list[Sent]] = {}
    if not pair.last:
        return found
    for segment in records.segments_with_vids(tx, pair.number, pair.generation, min(wanted), max(wanted)):
        packed = entry.unpack(segment.entries)
        for place, vid in enumerate(packed.vids):
            if vid not in wanted:
                continue
            sequence = segment.first + place
            received = sequence <= pair.acknowledged
            gone = bool(packed.flags[place] & WITHDRAWN)
            found.setdefault(lines.get(vid, vid), []).append(
                Sent(
                    vid=vid,
                    form="tear-line" if vid in lines else "verbatim",
                    sequence=sequence,
                    segment=segment.first,
                    sent_at=segment.cut_at,
                    rules_version=read_header(segment.header).rules_version,
                    receipt_at=pair.acknowledged_at if received else None,
                    receipt="acknowledged" if received else None,
                    withdrawn=_recall_state(tx, pair.number, vid) if gone else None,
                    parent=lines.get(vid),
                )
            )
    return found


def _recall_state(tx: Transaction, number: int, vid: int) -> str:
    for row in records.recalls(tx, number=number):
        if row.state != "draft" and vid in entry.read_numbers(row.vids):
            return str(row.state)
    return "withdrawn"


def overview(
    tx: Transaction,
    home: Home,
    partnership: Partnership,
    now: int,
    *,
    examples: int = 3,
    seen: Visible = None,
) -> Overview:
    """Count what a partner holds of the current versions, and what is withheld by reason, of those under markings that are `seen`.

    What no version of a marking passes is counted by marking. What a marking and mandate let pass
    and the partner still does not hold is looked at version by version. What it stated itself is not counted.
    """
    held = records.held(tx, partnership.partner.number)
    listed = records.current_versions(tx, partnership.partner.node, seen)
    current = [vid for vid, _eff, _full in listed]
    lines = records.tear_line_parent_vids(tx, partnership.partner.node)
    shown = {parent for vid, parent in lines if vid in held}
    if seen is not None:
        shown.intersection_update(current)
    whole = set(held.of(current))
    compiled = partnership.compiled
    counts: dict[_Key, int] = {}
    named: dict[_Key, list[int]] = {}
    by_mid: dict[int, _Key | None] = {}
    left: list[int] = []
    for vid, effective, _full in listed:
        if vid in whole or vid in shown:
            continue
        if effective not in by_mid:
            verdict = compiled.decide(markings.atoms(tx, effective), now)
            by_mid[effective] = (
                None
                if verdict.passes
                else _key(reason_of(verdict.code, verdict.params, verdict.atom, verdict.rule))
            )
        reason = by_mid[effective]
        if reason is None:
            left.append(vid)
        else:
            counts[reason] = counts.get(reason, 0) + 1
            if len(named.setdefault(reason, [])) < examples:
                named[reason].append(vid)
    waiting = _look(tx, home, partnership, left, now)
    for vid, reason in waiting:
        counts[reason] = counts.get(reason, 0) + 1
        if len(named.setdefault(reason, [])) < examples:
            named[reason].append(vid)
    ids = records.dated(tx, [vid for vids in named.values() for vid in vids])
    return Overview(
        partnership.partner.node,
        total=len(listed),
        verbatim=len(whole),
        tear_lines=len(shown - whole),
        withheld=tuple(
            WithheldCount(_of(key), count, tuple(ids[vid][0] for vid in named[key]))
            for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0][0]))
        ),
    )


#: A reason as something to count by: code, parameters, atom, rule.
_Key = tuple[str, tuple[tuple[str, str], ...], str | None, str | None]


def _key(reason: Reason) -> _Key:
    return reason.code, tuple(sorted(reason.params.items())), reason.atom, reason.rule


def _of(key: _Key) -> Reason:
    code, params, atom, rule = key
    return reason_of(code, dict(params), atom, rule)


def _general(reason: Reason) -> Reason:
    """Leave out what names single objects, so that one reason is counted once."""
    kept = {name: value for name, value in reason.params.items() if name not in ("id", "place", "act")}
    return msgspec.structs.replace(reason, params=kept)


def _look(
    tx: Transaction, home: Home, partnership: Partnership, vids: Sequence[int], now: int
) -> list[tuple[int, _Key]]:
    found: list[tuple[int, _Key]] = []
    for start in range(0, min(len(vids), LOOKED_AT), 4096):
        part = vids[start : min(start + 4096, LOOKED_AT)]
        (planner,) = _planners(tx, home, (partnership,), part, now)
        planner.settle({})
        places = [planner.subjects.place[vid] for vid in part if vid in planner.subjects.place]
        plans = planner.plan(places)
        for place in places:
            plan = plans[place]
            if isinstance(plan, Withheld):
                reason = reason_of(plan.code, plan.params, plan.atom, plan.rule)
            else:
                reason = reason_of("waiting", {})
            found.append((planner.subjects.all[place].row.vid, _key(_general(reason))))
    # nobody looked whether these go: an officer who reads that they do would believe it
    rest = _key(reason_of("not-looked-at", {"most": LOOKED_AT}))
    return found + [(vid, rest) for vid in vids[LOOKED_AT:]]
