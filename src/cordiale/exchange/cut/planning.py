"""Decide for one partner what of a cut's subjects goes, in which form, and why not the rest.

Most versions go verbatim or not at all, and for those the answer depends only on their kind, on
what they refer to and on the allow-list: it is worked out kind by kind. Every other version goes
through `release.form` by itself; a test holds the two ways equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from cordiale.exchange import records
from cordiale.exchange.cut.clearing import Clearing
from cordiale.exchange.cut.subjects import Kind, Outside, Subject, Subjects
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.originator.waivers import Waivers
from cordiale.exchange.records import TearLineRow
from cordiale.exchange.records.asked_back import AskedBack
from cordiale.exchange.records.stopped import Stopped
from cordiale.exchange.stream.definitions import Definition
from cordiale.platform.languages import _
from cordiale.release.allowlist import outside_of
from cordiale.release.form import Candidate, Earlier, Target, TearLine, Verbatim, Withheld, form
from cordiale.release.mandate import Mandated, mandated
from cordiale.release.pruning import names_in
from cordiale.release.recipient import recipient_class
from cordiale.release.tearline import HIDDEN, tearline_id
from cordiale.stix.version import Version, read
from cordiale.store.types import Row

STRICTER = "current-stricter"
RECALLED = "recalled"
THEIRS = "theirs"
REFUSED = _("The current version of it is marked more strictly.")

_VERBATIM = Target("verbatim")
_ABSENT = Target("absent")


class Redacted(msgspec.Struct, frozen=True):
    """A tear-line that goes, with what the egress needs to make it again."""

    made: TearLine
    targets: dict[str, Target]
    original: Version | None


Plan = Verbatim | Redacted | Withheld

#: Verdicts by kind (None for theirs) and by marking, what is held of referenced objects and of marking definitions, and the allow-list.
Profile = tuple[
    tuple[bool | None, ...], tuple[bool, ...], tuple[int, ...], tuple[tuple[bool, bool], ...], bytes
]


class Planner:
    """Answer for one partner over one set of subjects."""

    def __init__(
        self, subjects: Subjects, home: Home, partnership: Partnership, held: Held, now: int
    ) -> None:
        self.subjects = subjects
        self.home = home
        self.partnership = partnership
        self.compiled = partnership.compiled
        self.held = held
        self.now = now
        self.class_ = recipient_class(partnership.recipient)
        self.back = AskedBack(subjects.tx, partnership.partner.number)
        self.stopped = Stopped(subjects.tx)
        self._passing: dict[int, bool] = {}
        self._verdicts: dict[int, Mandated | Withheld] = {}
        self._targets: dict[str, Target] = {}
        self._plans: dict[int, Plan] = {}
        self._verbatim: set[int] = set()
        self._going: set[int] = set()
        self._tear_lines: dict[int, TearLineRow] = {}
        self.clearing = Clearing(subjects, self.passes, partnership, now)
        self.waivers = Waivers(subjects.tx, partnership, now)

    # Marking and mandate ----------------------------------------------------------------------

    def passes(self, mid: int) -> bool:
        """Tell whether the recipient passes a marking id now."""
        known = self._passing.get(mid)
        if known is None:
            known = self._passing[mid] = self.compiled.decide(self.subjects.marking(mid), self.now).passes
        return known

    def verdict(self, stix_id: str, kind: int) -> Mandated | Withheld:
        """Return the mandate under which a version of this kind may go, or why it may not at all."""
        special = self._single(stix_id, kind)
        if not special and kind in self._verdicts:
            return self._verdicts[kind]
        found = self._judge(stix_id, kind)
        if not special:
            self._verdicts[kind] = found
        return found

    def _single(self, stix_id: str, kind: int) -> bool:
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

    def _stopped(self, subject: Subject) -> bool:
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

    # Plans ------------------------------------------------------------------------------------

    def settle(self, shared: dict[Profile, tuple[set[int], set[int]]]) -> Profile | None:
        """Find what goes verbatim, once for all partners that the same verdicts hold for.

        Returns the profile under which others share the answer, None when it is this partner's alone.
        """
        profile = self._profile()
        if profile is not None and profile in shared:
            self._going, self._verbatim = shared[profile]
        else:
            self._settle()
            if profile is not None:
                shared[profile] = self._going, self._verbatim
        self._load_tear_lines()
        return profile

    def _profile(self) -> Profile | None:
        """Return all that `_settle` depends on, when this partner holds none of the subjects yet."""
        subjects = self.subjects
        if subjects.special or subjects.older or self.held.any_of_span(subjects.vids):
            return None
        if (self.back or self.stopped) and any(map(self.asked_back, subjects.rows())):
            return None
        found = [self.verdict("", kind) for kind in range(len(subjects.kinds))]
        verdicts = tuple(not isinstance(one, Withheld) if one.code != THEIRS else None for one in found)
        mids = {kind.effective_mid for kind in subjects.kinds}.union(subjects.full_mids)
        if any(not self.passes(mid) and self.waivers.may(mid) for mid in mids):
            return None
        passing = tuple(self.passes(mid) for mid in subjects.full_mids)
        outside = tuple(self.held.of(subjects.outside_vids))
        stated = tuple(
            (
                self.clearing.clear(identifier),
                any(self.has(one.row) for one in subjects.stated[identifier]),
            )
            for identifier in sorted(subjects.stated)
        )
        return (
            verdicts,
            passing,
            outside,
            stated,
            msgspec.json.encode(self.partnership.rules.allow, order="sorted"),
        )

    @property
    def verbatim(self) -> set[int]:
        """Return the places of what goes verbatim; do not change it."""
        return self._verbatim

    def others(self) -> list[int]:
        """Return the places of what may go by marking and mandate, but not as it is."""
        return sorted(self._going - self._verbatim)

    def plan(self, places: Iterable[int]) -> dict[int, Plan]:
        """Return what becomes of these subjects, after `settle`."""
        return {place: self._plan(place) for place in places}

    def _settle(self) -> None:
        """Find which subjects go verbatim: the most of them such that each refers only to what they have.

        Starts from all that may go and takes out what cannot go whole, then what refers to that.
        """
        subjects = self.subjects.all
        allow = self.partnership.rules.allow
        ok: dict[int, bool] = {}
        whole: dict[tuple[str, tuple[str, ...]], bool] = {}
        for place, subject in enumerate(subjects):
            kind = subject.kind
            special = self._single(subject.row.id, kind)
            if special or kind not in ok:
                ok_here = not isinstance(self.verdict(subject.row.id, kind), Withheld)
                if not special:
                    ok[kind] = ok_here
            else:
                ok_here = ok[kind]
            if self.asked_back(subject.row):
                continue
            if ok_here and not (subject.head and self._stopped(subject)):
                self._going.add(place)
        losing: list[int] = []
        for place in self._going:
            subject = subjects[place]
            key = (subject.row.type, subject.unusual)
            plain = whole.get(key)
            if plain is None:
                plain = whole[key] = not outside_of(*key, allow)
            if (
                not plain
                or subject.row.type == "language-content"
                or not self.lets(subject.row.full_mid, subject.row)
                or not all(map(self.clearing.clear, subject.definitions))
            ):
                losing.append(place)
        self._verbatim = set(self._going)
        self._verbatim.difference_update(losing)
        users = self.subjects.users
        for identifier in users:
            if not self._has_whole(identifier):
                losing += [p for p in users[identifier] if p in self._verbatim]
                self._verbatim.difference_update(users[identifier])
        while losing:
            identifier = subjects[losing.pop()].row.id
            if identifier in users and not self._has_whole(identifier):
                more = [p for p in users[identifier] if p in self._verbatim]
                self._verbatim.difference_update(more)
                losing += more

    def _load_tear_lines(self) -> None:
        s = self.subjects
        if len(self._going) == len(self._verbatim):
            return  # only a tear-line asks for other tear-lines
        oids = {s.all[place].row.oid for place in self._going - self._verbatim}
        oids |= {row.oid for one in s.outside.values() if one for row, _kind in one.current}
        self._tear_lines = records.tear_lines_of(s.tx, self.class_, sorted(oids)) if oids else {}

    def _has_whole(self, identifier: str) -> bool:
        """Tell whether a reference to this id may stay: they have the object whole, or nobody here ever did."""
        outside = self.subjects.outside.get(identifier)
        if outside is None:
            return True
        place_of = self.subjects.place
        for row, kind in outside.current:
            place = place_of.get(row.vid)
            if place is not None:
                if place in self._verbatim or self.holds_now(place):
                    return True
            elif self.lets(row.full_mid, row) and (
                self.has(row)
                or (not self.asked_back(row) and not isinstance(self.verdict(identifier, kind), Withheld))
            ):
                return True
        return any(self.lets(row.full_mid, row) for row, _kind in outside.current) and bool(
            self.held.of(outside.vids)
        )

    def has(self, row: Row) -> bool:
        """Tell whether the partner was sent a version, or stated it."""
        return row.vid in self.held or self.theirs(row)

    def holds_now(self, place: int) -> bool:
        """Tell whether the partner has a subject whole and may still have it so."""
        row = self.subjects.all[place].row
        return self.has(row) and self.lets(row.full_mid, row)

    def _plan(self, place: int) -> Plan:
        known = self._plans.get(place)
        if known is None:
            self._plans[place] = Withheld("end-not-released", params={"id": self.subjects.all[place].row.id})
            known = self._plans[place] = self._make(place)
        return known

    def _make(self, place: int) -> Plan:
        subject = self.subjects.all[place]
        if place in self._verbatim:
            return Verbatim(self.subjects.marking(subject.row.effective_mid))
        found = self.verdict(subject.row.id, subject.kind)
        if isinstance(found, Withheld):
            return found
        if self.asked_back(subject.row):
            return Withheld(RECALLED)
        if place not in self._going:
            return Withheld(STRICTER)
        return self._form(subject, found)

    def _form(self, subject: Subject, mandate: Mandated) -> Plan:
        row = subject.row
        targets = {identifier: self.target(identifier) for identifier in subject.asked}
        targets |= {i: HIDDEN for i in subject.definitions if not self._known(i, targets)}
        original = self._original(subject)
        earlier = self._tear_lines.get(row.oid)
        # one that was asked back does not go again: of a newer parent that shows the same, another is made
        digest = b"" if earlier is None or self.back.has(earlier.vid, earlier.oid) else earlier.digest
        found = form(
            Candidate(
                subject.version,
                self.subjects.marking(row.base_mid),
                self.subjects.marking(row.full_mid),
                self.subjects.marking(row.effective_mid),
                subject.ours,
                original,
            ),
            self.compiled,
            self.now,
            mandated=mandate,
            targets=targets,
            definitions=self.subjects.atoms,
            secret=self.home.secret,
            earlier=Earlier(digest, earlier.created, earlier.modified) if earlier else None,
        )
        return Redacted(found, targets, original) if isinstance(found, TearLine) else found

    def _known(self, identifier: str, targets: Mapping[str, Target]) -> bool:
        """Tell whether a marking definition may be named: it is clear, and so is everything that it names."""
        named = {i for one in self.subjects.stated[identifier] for i in one.objects}
        return self.clearing.clear(identifier) and all(
            targets[i].state in ("verbatim", "absent") for i in named if i in targets
        )

    def _original(self, subject: Subject) -> Version | None:
        if subject.row.type != "language-content":
            return None
        for reference in subject.version.refs:
            if reference.path == "object_ref":
                places = self.subjects.current.get(reference.target)
                if places:
                    return self.subjects.all[places[0]].version
                outside = self.subjects.outside.get(reference.target)
                if outside and outside.current and outside.current[0][0].raw:
                    return read(outside.current[0][0].raw)[0]
        return None

    def target(self, identifier: str) -> Target:
        """Return what a referenced object is for the partner."""
        known = self._targets.get(identifier)
        if known is None:
            self._targets[identifier] = HIDDEN  # what refers to itself by a circle is hidden from itself
            known = self._targets[identifier] = self._target(identifier)
        return known

    def _target(self, identifier: str) -> Target:
        outside = self.subjects.outside.get(identifier)
        if outside is None:
            return _ABSENT
        if self._has_whole(identifier):
            return _VERBATIM
        for row, _kind in outside.current:
            place = self.subjects.place.get(row.vid)
            if place is not None and isinstance(self._plan(place), Redacted):
                return self._as_tear_line(identifier)
            known = self._tear_lines.get(row.oid)
            if known is not None and self.passes(row.effective_mid) and self._has_line(known.vid):
                return self._as_tear_line(identifier)
        words = {word for row, _kind in outside.current if row.raw for word in names_in(row.raw)}
        return Target("hidden", words=tuple(sorted(words)))

    def _has_line(self, vid: int) -> bool:
        """Tell whether the partner holds a tear-line and may have it by the marking it was made under."""
        if vid not in self.held:
            return False
        return all(
            self.passes(full) for _vid, _effective, full in records.current_markings(self.subjects.tx, [vid])
        )

    def _as_tear_line(self, identifier: str) -> Target:
        return Target("tear-line", as_id=tearline_id(self.home.secret, identifier, self.class_))

    def earlier(self, oid: int) -> TearLineRow | None:
        """Return the last tear-line of an object for this recipient class."""
        return self._tear_lines.get(oid)
