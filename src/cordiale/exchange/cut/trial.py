"""Try an approval that nobody has made: what of some versions waits for one, and what it would let go, word by word.

The decisions are those of the cut, by the same functions; only the act is supposed. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from cordiale.exchange import records
from cordiale.exchange.cut.planning import Planner, Redacted
from cordiale.exchange.cut.subjects import Subjects
from cordiale.exchange.cut.why import Reason, explain, reason_of
from cordiale.exchange.home import Home, Partnership
from cordiale.release.form import Withheld
from cordiale.release.mandate import Act
from cordiale.store.connection import Transaction

NOBODY = "?"
"""Stands for the second officer of a supposed act; no person is called so."""


class Waiting(msgspec.Struct, frozen=True):
    """One version that only an officer's act keeps from going; `act` waits for a second officer."""

    vid: int
    id: str
    reason: Reason
    act: str = ""


class Tried(msgspec.Struct, frozen=True):
    """What would become of one version: its form, why, and for a tear-line the text that the partner would read."""

    vid: int
    id: str
    form: str
    reasons: tuple[Reason, ...]
    read: bytes | None = None
    removed: tuple[str, ...] = ()


def waiting(
    tx: Transaction,
    home: Home,
    partnership: Partnership,
    vids: Sequence[int],
    codes: Collection[str],
    now: int,
) -> list[Waiting]:
    """Return those of the versions that are kept back for one of these reasons, in the order given."""
    held = records.held(tx, partnership.partner.number)
    there = set(held.of(list(vids)))
    subjects = Subjects(tx, home.node, [vid for vid in vids if vid not in there])
    subjects.learn()
    planner = Planner(subjects, home, partnership, held, now)
    found = []
    for vid in vids:
        place = subjects.place.get(vid)
        if place is None:
            continue
        subject = subjects.all[place]
        verdict = planner.may.verdict(subject.row.id, subject.kind)
        if (
            isinstance(verdict, Withheld)
            and verdict.code in codes
            and not planner.may.asked_back(subject.row)
        ):
            said = reason_of(verdict.code, verdict.params, verdict.atom, verdict.rule)
            found.append(Waiting(vid, subject.row.id, said, str(verdict.params.get("act", ""))))
    return found


def tried(
    tx: Transaction, home: Home, partnership: Partnership, vids: Sequence[int], officer: str, now: int
) -> list[Tried]:
    """Return what would go of these versions if an officer approved all of them at once, in the order given."""
    subjects = Subjects(tx, home.node, vids)
    approved = frozenset(subject.row.id for subject in subjects.all)
    supposed = Act(NOBODY, (partnership.partner.node,), officer, now, approved, second=NOBODY)
    subjects.suppose(supposed)
    planner = Planner(subjects, home, partnership, records.held(tx, partnership.partner.number), now)
    subjects.complete(planner.may.could_go)
    planner.settle({})
    plans = planner.plan(subjects.place[vid] for vid in vids if vid in subjects.place)
    found = []
    for vid in vids:
        place = subjects.place.get(vid)
        if place is None:
            continue
        row, plan = subjects.all[place].row, plans[place]
        form, reasons = explain(planner, place, plan)
        reasons = tuple(one for one in reasons if one.params.get("act") != NOBODY)
        if isinstance(plan, Redacted):
            made = plan.made
            found.append(Tried(vid, row.id, form, reasons, made.version.raw, made.removed))
        else:
            found.append(Tried(vid, row.id, form, reasons, row.raw if form == "verbatim" else None))
    return found
