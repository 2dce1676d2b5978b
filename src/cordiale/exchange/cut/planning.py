"""Decide for one partner in which form each of a cut's subjects goes that may go at all, and why not the rest.

Most versions go verbatim or not at all, and for those the answer depends only on their kind, on
what they refer to and on the allow-list: it is worked out kind by kind. Every other version goes
through `release.form` by itself; a test holds the two ways equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from cordiale.exchange import records
from cordiale.exchange.cut.subjects import Subject, Subjects
from cordiale.exchange.cut.verdicts import THEIRS, Verdicts
from cordiale.exchange.held import Held
from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.records import TearLineRow
from cordiale.platform.languages import _
from cordiale.release.allowlist import outside_of
from cordiale.release.form import Candidate, Earlier, Target, TearLine, Verbatim, Withheld, form
from cordiale.release.mandate import Mandated
from cordiale.release.personal import NAMES
from cordiale.release.pruning import names_in
from cordiale.release.recipient import recipient_class
from cordiale.release.tearline import HIDDEN, tearline_id
from cordiale.stix.version import Version, read
from cordiale.store import versions
from cordiale.store.types import Row

STRICTER = "current-stricter"
RECALLED = "recalled"
UNNEEDED = "account-not-needed"
NEWER = "newer-shown"
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


#: The places of what may go, of what goes verbatim, and the latter in order.
Settled = tuple[set[int], set[int], Sequence[int]]


class Planner:
    """Answer for one partner over one set of subjects."""

    def __init__(
        self, subjects: Subjects, home: Home, partnership: Partnership, held: Held, now: int
    ) -> None:
        self.subjects = subjects
        self.home = home
        self.partnership = partnership
        self.now = now
        self.class_ = recipient_class(partnership.recipient)
        self.may = Verdicts(subjects, partnership, held, now)
        self._targets: dict[str, Target] = {}
        self._plans: dict[int, Plan] = {}
        self._verbatim: set[int] = set()
        self.whole: Sequence[int] = ()
        self._going: set[int] = set()
        self._tear_lines: dict[int, TearLineRow] = {}

    def settle(self, shared: dict[Profile, Settled]) -> Profile | None:
        """Find what goes verbatim (`whole`, places in order), once for all partners that the same verdicts hold for.

        Returns the profile under which others share the answer, None when it is this partner's alone.
        """
        profile = self._profile()
        if profile is not None and profile in shared:
            self._going, self._verbatim, self.whole = shared[profile]
        else:
            self._settle()
            self.whole = sorted(self._verbatim)
            if profile is not None:
                shared[profile] = self._going, self._verbatim, self.whole
        self._load_tear_lines()
        return profile

    def _profile(self) -> Profile | None:
        """Return all that `_settle` depends on, when this partner holds none of the subjects yet."""
        subjects = self.subjects
        if subjects.special or subjects.older or self.may.held.any_of(subjects.vids):
            return None
        if (self.may.back or self.may.stopped) and any(map(self.may.asked_back, subjects.rows())):
            return None
        found = [self.may.verdict("", kind) for kind in range(len(subjects.kinds))]
        verdicts = tuple(not isinstance(one, Withheld) if one.code != THEIRS else None for one in found)
        mids = {kind.effective_mid for kind in subjects.kinds}.union(subjects.full_mids)
        if any(not self.may.passes(mid) and self.may.waivers.may(mid) for mid in mids):
            return None
        passing = tuple(self.may.passes(mid) for mid in subjects.full_mids)
        outside = tuple(self.may.held.of(subjects.outside_vids))
        stated = tuple(
            (
                self.may.clearing.clear(identifier),
                any(self.may.has(one.row) for one in subjects.stated[identifier]),
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
            special = self.may.single(subject.row.id, kind)
            if special or kind not in ok:
                ok_here = not isinstance(self.may.verdict(subject.row.id, kind), Withheld)
                if not special:
                    ok[kind] = ok_here
            else:
                ok_here = ok[kind]
            if self.may.asked_back(subject.row):
                continue
            if ok_here and not (subject.head and self.may.overtaken(subject)):
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
                or subject.inside
                or self._unnamed(subject.row, subject.kind)
                or not self.may.lets(subject.row.full_mid, subject.row)
                or not all(map(self.may.clearing.clear, subject.definitions))
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
            elif self.may.lets(row.full_mid, row) and (
                self.may.has(row)
                or (
                    not self.may.asked_back(row)
                    and not self._unnamed(row, kind)
                    and not isinstance(self.may.verdict(identifier, kind), Withheld)
                )
            ):
                return True
        return any(self.may.lets(row.full_mid, row) for row, _kind in outside.current) and bool(
            self.may.held.of(outside.vids)
        )

    def _unnamed(self, row: Row, kind: int) -> bool:
        """Tell whether a statement names somebody whom no officer named for this partner: it does not go whole."""
        return row.type in NAMES and not self.named_by(row, kind)

    def named_by(self, row: Row, kind: int) -> str:
        """Return the act by which an officer named, for this partner, what names somebody; empty for everything else."""
        if row.type not in NAMES:
            return ""
        found = self.may.verdict(row.id, kind)
        return "" if isinstance(found, Withheld) else found.named

    def _needed(self, row: Row) -> bool:
        """Tell whether something that goes or went speaks of an account, or they know it under its pseudonym already."""
        users = self.subjects.users.get(row.id, ())
        return (
            row.oid in self._tear_lines
            or any(place in self._going for place in users)
            or bool(self.may.held.of(records.referring(self.subjects.tx, [row.oid])))
        )

    def holds_now(self, place: int) -> bool:
        """Tell whether the partner has a subject whole and may still have it so."""
        row = self.subjects.all[place].row
        return self.may.has(row) and self.may.lets(row.full_mid, row)

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
        found = self.may.verdict(subject.row.id, subject.kind)
        if isinstance(found, Withheld):
            return found
        if self.may.asked_back(subject.row):
            return Withheld(RECALLED)
        if place not in self._going:
            return Withheld(STRICTER)
        if self._unnamed(subject.row, subject.kind) and not self._needed(subject.row):
            return Withheld(UNNEEDED)
        plan = self._form(subject, found)
        if isinstance(plan, Redacted) and subject.head is not None and self._newer_shown(subject.row):
            return Withheld(NEWER)
        return plan

    def _newer_shown(self, row: Row) -> bool:
        """Tell whether they have a later version of an own object, whole or in part, or get one now.

        All versions of an object share one tear-line: made of this one it would be the newest that they have, and say
        again what was said before.
        """
        stated = versions.get(self.subjects.tx, row.id, None, history=True)
        own = [one.vid for one in stated if one.source == row.source]
        later = {vid: self.subjects.place.get(vid) for vid in own[: own.index(row.vid)]}
        known = self._tear_lines.get(row.oid)
        return (
            (known is not None and known.parent_vid in later and self._has_line(known.vid))
            or any(p is not None and not isinstance(self._plan(p), Withheld) for p in later.values())
            or any(
                self.may.has(one) and self.may.lets(one.full_mid, one) for one in stated if one.vid in later
            )
        )

    def _form(self, subject: Subject, mandate: Mandated) -> Plan:
        row = subject.row
        targets = {identifier: self.target(identifier) for identifier in subject.asked}
        targets |= {i: HIDDEN for i in subject.definitions if not self._known(i, targets)}
        original = self._original(subject)
        earlier = self._tear_lines.get(row.oid)
        # one that was asked back does not go again: of a newer parent that shows the same, another is made
        digest = b"" if earlier is None or self.may.back.has(earlier.vid, earlier.oid) else earlier.digest
        found = form(
            Candidate(
                subject.version,
                self.subjects.marking(row.base_mid),
                self.subjects.marking(row.full_mid),
                self.subjects.marking(row.effective_mid),
                subject.ours,
                original,
            ),
            self.may.compiled,
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
        return self.may.clearing.clear(identifier) and all(
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
            if known is not None and self.may.passes(row.effective_mid) and self._has_line(known.vid):
                return self._as_tear_line(identifier)
        words = {word for row, _kind in outside.current if row.raw for word in names_in(row.raw)}
        return Target("hidden", words=tuple(sorted(words)))

    def _has_line(self, vid: int) -> bool:
        """Tell whether the partner holds a tear-line and may have it by the marking it was made under."""
        if vid not in self.may.held:
            return False
        return all(
            self.may.passes(full)
            for _vid, _effective, full in records.current_markings(self.subjects.tx, [vid])
        )

    def _as_tear_line(self, identifier: str) -> Target:
        return Target("tear-line", as_id=tearline_id(self.home.secret, identifier, self.class_))

    def earlier(self, oid: int) -> TearLineRow | None:
        """Return the last tear-line of an object for this recipient class."""
        return self._tear_lines.get(oid)
