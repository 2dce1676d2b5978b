"""Decide for one partner whether each of a cut's subjects may go at all: marking, mandate, and what was asked back."""

from __future__ import annotations

from cordiale.exchange.cut.clearing import Clearing
from cordiale.exchange.cut.subjects import Kind, Outside, Subject, Subjects
from cordiale.exchange.held import Held
from cordiale.exchange.home import Partnership
from cordiale.exchange.originator.waivers import Waivers
from cordiale.exchange.records.asked_back import AskedBack
from cordiale.exchange.records.stopped import Stopped
from cordiale.exchange.stream.definitions import Definition
from cordiale.release.form import Withheld
from cordiale.release.mandate import Mandated, mandated
from cordiale.store.types import Row

THEIRS = "theirs"


class Passing:
    """Tell whether the recipient passes a marking id now, and remember it.

    It knows nothing of who asks: in a circle with it, all that a cut looked at would be freed by the collector alone, which
    stops every thread for as long as that takes (140 ms for 16,000 versions).
    """

    def __init__(self, subjects: Subjects, partnership: Partnership, now: int) -> None:
        self._subjects, self._compiled, self._now = subjects, partnership.compiled, now
        self._known: dict[int, bool] = {}

    def __call__(self, mid: int) -> bool:
        """Return whether it does."""
        known = self._known.get(mid)
        if known is None:
            known = self._known[mid] = self._compiled.decide(self._subjects.marking(mid), self._now).passes
        return known


class Verdicts:
    """Answer for one partner over one set of subjects, and remember the answers."""

    def __init__(self, subjects: Subjects, partnership: Partnership, held: Held, now: int) -> None:
        self.subjects = subjects
        self.partnership = partnership
        self.compiled = partnership.compiled
        self.held = held
        self.now = now
        self.back = AskedBack(subjects.tx, partnership.partner.number)
        self.stopped = Stopped(subjects.tx)
        self.passes = Passing(subjects, partnership, now)
        self.clearing = Clearing(subjects, self.passes, partnership, now)
        self.waivers = Waivers(subjects.tx, partnership, now)
        self._verdicts: dict[int, Mandated | Withheld] = {}

    def verdict(self, stix_id: str, kind: int) -> Mandated | Withheld:
        """Return the mandate under which a version of this kind may go, or why it may not at all."""
        special = self.single(stix_id, kind)
        if not special and kind in self._verdicts:
            return self._verdicts[kind]
        found = self._judge(stix_id, kind)
        if not special:
            self._verdicts[kind] = found
        return found

    def single(self, stix_id: str, kind: int) -> bool:
        """Tell whether an object is judged by itself: an act, an exception or a consent may be about it."""
        mid = self.subjects.kinds[kind].effective_mid
        return stix_id in self.subjects.special or (not self.passes(mid) and self.waivers.may(mid))

    def _judge(self, stix_id: str, kind: int) -> Mandated | Withheld:
        k = self.subjects.kinds[kind]
        if self.theirs(k):
            return Withheld(THEIRS, params={"partner": k.source})
        decision = self.compiled.decide(self.subjects.marking(k.effective_mid), self.now)
        if not decision.passes and not self.waivers.passes(k.effective_mid, stix_id, k.source):
            return Withheld(decision.code, decision.atom, decision.rule, decision.params)
        s = self.subjects
        found = mandated(
            s.facts(stix_id, kind),
            self.partnership.recipient,
            self.partnership.rules,
            s.acts,
            s.exemptions,
            self.now,
        )
        if not found.allowed:
            by = {name: value for name, value in (("by", found.by), ("act", found.act)) if value}
            return Withheld(found.code, rule=found.mandate, params=by)
        return found

    def overtaken(self, subject: Subject) -> bool:
        """Tell whether an older version may not go because the current one is marked more strictly."""
        return subject.head is not None and not all(self.lets(mid, subject.row) for mid in subject.head)

    def lets(self, mid: int, row: Row) -> bool:
        """Tell whether the recipient passes a marking of this statement, by itself or by its originators' consent."""
        return self.passes(mid) or self.waivers.passes(mid, row.id, row.source)

    def definition(self, identifier: str) -> Definition | None:
        """Return the statement of a marking definition that goes to the partner with what names it.

        One that was asked back does not go again, and there never is a newer one: what names it goes without.
        """
        found = self.clearing.named(identifier)
        return None if found is None or self.asked_back(found.row) else found

    def asked_back(self, row: Row) -> bool:
        """Tell whether a version was asked back from the partner, or is being marked anew.

        Another source's statement of the same content counts as well.
        """
        if row.oid in self.stopped:
            return True
        back = self.back
        if not back:
            return False
        return back.has(row.vid, row.oid) or any(back.has(v, row.oid) for v in self.subjects.same(row.vid))

    def theirs(self, one: Row | Kind) -> bool:
        """Tell whether the partner stated this itself, whoever brought it here: it has it, and gets it from nobody."""
        return one.source == self.partnership.partner.node

    def could_go(self, stix_id: str, outside: Outside) -> bool:
        """Tell whether a referenced object is not held by the partner although it may be given it."""
        if self.held.of(outside.vids) or any(self.theirs(row) for row, _kind in outside.current):
            return False
        return any(
            not self.asked_back(row) and not isinstance(self.verdict(stix_id, kind), Withheld)
            for row, kind in outside.current
        )

    def has(self, row: Row) -> bool:
        """Tell whether the partner was sent a version, or stated it."""
        return row.vid in self.held or self.theirs(row)
