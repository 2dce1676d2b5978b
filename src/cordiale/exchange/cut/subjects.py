"""What a cut looks at, read once and decided for every partner."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec
import orjson

from cordiale.exchange import records
from cordiale.exchange.records import asked_back
from cordiale.exchange.stream import definitions
from cordiale.exchange.stream.definitions import Definition
from cordiale.platform.errors import InputError
from cordiale.release import records as rulings
from cordiale.release.form import asked_about, carries_names, unusual_in
from cordiale.release.mandate import Act, Exemption, Facts
from cordiale.release.marking import Marking
from cordiale.stix.version import Version, view
from cordiale.stix.view import Granular
from cordiale.store import markings, versions
from cordiale.store.connection import Transaction
from cordiale.store.types import Row

#: Versions that may be pulled into one cut because what is cut refers to them; beyond that a
#: reference is taken to be released when its marking and mandate allow it.
PULLED = 16_384

#: The markings an object carries, whole and by property: what marking definitions have to go with it.
_Marked = tuple[tuple[str, ...], tuple[Granular, ...]]

_OWN = ("marking-definition--", "extension-definition--")


class Subject:
    """One stored version that might go, with what the decisions about it rest on.

    `kind` numbers what all decisions by marking and mandate depend on; `head` are the effective
    and full marking of the statement's current version when this is an older one. `open` is false
    for what no partner passes by its marking: its content is not looked at unless asked for.
    """

    __slots__ = (
        "_version",
        "asked",
        "definitions",
        "head",
        "inside",
        "kind",
        "open",
        "ours",
        "row",
        "unusual",
    )

    def __init__(self, row: Row, version: Version | None, kind: int, head: tuple[int, int] | None) -> None:
        self.row = row
        self._version = version
        self.kind = kind
        self.head = head
        self.ours = row.origin == "local"
        self.open = version is not None
        self.asked: frozenset[str] = frozenset()
        self.definitions: frozenset[str] = frozenset()
        self.unusual: tuple[str, ...] = ()
        self.inside = False
        if version is not None:
            self.asked = frozenset([i for i in asked_about(version) if not i.startswith(_OWN)])
            self.unusual = unusual_in(version)
            self.inside = carries_names(version)

    @property
    def version(self) -> Version:
        """Return the typed view; raises InputError should the body not be readable any more."""
        if self._version is None:
            self._version = seen(self.row)
        return self._version


def seen(row: Row) -> Version:
    """Return the typed view of a stored version: checked when it was stored, and by the egress before it goes."""
    assert row.raw is not None
    value = orjson.loads(row.raw)
    version = view(value, row.raw, row.hash)
    asked_about(version, value)  # is looked at once, while the value is at hand
    return version


class Kind(msgspec.Struct, frozen=True):
    """What the decision by marking and mandate depends on, shared by many versions."""

    effective_mid: int
    full_mid: int
    type: str
    source: str
    created_by: str | None
    labels: tuple[str, ...]


class _Stated(msgspec.Struct, frozen=True):
    created_by_ref: str | None = None
    labels: tuple[str, ...] = ()


class Outside(msgspec.Struct, frozen=True):
    """A referenced object that is not among the subjects: all its versions, and its current rows."""

    vids: tuple[int, ...]
    current: tuple[tuple[Row, int], ...]


class Subjects:
    """Hold the versions of one cut and everything about them that does not depend on the partner."""

    def __init__(
        self,
        tx: Transaction,
        node: str,
        vids: Iterable[int],
        passed: Callable[[Marking], bool] | None = None,
        known: Mapping[int, Row] | None = None,
    ) -> None:
        """Read versions; `passed` tells whether any partner at all passes an effective marking (None: look at all).

        `known` are those that were read already, whole.
        """
        self._known = known or {}
        self.tx = tx
        self.node = node
        self._passed = passed
        self._open: dict[int, bool] = {}
        self.all: list[Subject] = []
        self.place: dict[int, int] = {}
        self.current: dict[str, list[int]] = {}
        self.kinds: list[Kind] = []
        self.outside: dict[str, Outside | None] = {}
        self.users: dict[str, list[int]] = {}
        self.acts: list[Act] = []
        self.exemptions: list[Exemption] = []
        self.special: set[str] = set()
        self.definitions: dict[str, list[tuple[int, bytes]]] = {}
        self.atoms: dict[str, str] = {}
        self.vids: list[int] = []
        self.stated: dict[str, tuple[Definition, ...]] = {}
        self.full_mids: list[int] = []
        self.outside_vids: list[int] = []
        self._sources: dict[str, list[int]] = {}
        self.older = False
        self.definition_raws: tuple[bytes, ...] = ()
        self._kinds: dict[Kind, int] = {}
        self._same: dict[int, Sequence[int]] = {}
        self._under: dict[_Marked, frozenset[str]] = {}
        self._acts: dict[str, Act] = {}
        self._add(sorted(set(vids)))

    def _add(self, vids: Sequence[int]) -> list[int]:
        """Read versions and return their places; derived ones (tear-lines) are never subjects."""
        wanted = [vid for vid in vids if vid not in self.place]
        unread = [vid for vid in wanted if vid not in self._known]
        read = {
            **versions.by_vid(self.tx, unread, None),
            **{vid: self._known[vid] for vid in wanted if vid in self._known},
        }
        rows = [r for r in read.values() if r.origin != "derived" and r.raw]
        older = [row.vid for row in rows if not row.current]
        heads = (
            {vid: (one, two) for vid, one, two in records.current_markings(self.tx, older)} if older else {}
        )
        added = []
        for row in sorted(rows, key=lambda r: r.vid):
            assert row.raw is not None
            try:
                stated = msgspec.json.decode(row.raw, type=_Stated)
                version = seen(row) if self._is_open(row.effective_mid) else None
            except (InputError, orjson.JSONDecodeError, msgspec.MsgspecError):
                continue  # it was readable when it was stored; the doctor's check names such rows
            place = len(self.all)
            subject = Subject(row, version, self._kind(row, stated), heads.get(row.vid))
            self.all.append(subject)
            self.place[row.vid] = place
            if row.current:
                self.current.setdefault(row.id, []).append(place)
            added.append(place)
        self._define(added)
        for place in added:
            for identifier in self.all[place].asked:
                self.users.setdefault(identifier, []).append(place)
        return added

    def _define(self, places: Sequence[int]) -> None:
        """Note which marking definitions have to go with each subject; what those name, the subject asks for too."""
        named: dict[_Marked, list[Subject]] = {}
        for place in places:
            subject = self.all[place]
            if subject.open and (subject.version.markings or subject.version.granular):
                key = subject.version.markings, subject.version.granular
                named.setdefault(key, []).append(subject)
        fresh = [subjects[0].version for key, subjects in named.items() if key not in self._under]
        self._closure(definitions.references(fresh))  # all at once: what each needs is then known
        for key, subjects in named.items():
            if key not in self._under:
                self._under[key] = self._closure(definitions.references([subjects[0].version]))
            under = self._under[key]
            if not under:
                continue
            objects = frozenset(i for d in under for one in self.stated[d] for i in one.objects)
            for subject in subjects:
                subject.definitions = under - {subject.row.id}
                subject.asked |= objects - {subject.row.id}

    def _closure(self, ids: frozenset[str]) -> frozenset[str]:
        """Return these marking definitions and those that they name, of what is held here."""
        found: set[str] = set()
        wanted = set(ids)
        while wanted:
            unread = wanted - self.stated.keys()
            self.stated.update(definitions.stated(self.tx, self.node, sorted(unread)) if unread else {})
            found |= wanted
            wanted = {i for d in wanted for one in self.stated[d] for i in one.definitions} - found
        return frozenset(d for d in found if self.stated[d])

    def _is_open(self, mid: int) -> bool:
        found = self._open.get(mid)
        if found is None:
            found = self._open[mid] = self._passed is None or self._passed(self.marking(mid))
        return found

    def _kind(self, row: Row, stated: _Stated) -> int:
        kind = Kind(
            row.effective_mid, row.full_mid, row.type, row.source, stated.created_by_ref, stated.labels
        )
        number = self._kinds.get(kind)
        if number is None:
            number = self._kinds[kind] = len(self.kinds)
            self.kinds.append(kind)
        return number

    def marking(self, mid: int) -> Marking:
        """Return the atoms of a marking id."""
        return markings.atoms(self.tx, mid)

    def of_source(self, name: str) -> Sequence[int]:
        """Return the versions that a source stated, once all are there (`complete`)."""
        if not self._sources:
            for subject in self.all:
                self._sources.setdefault(subject.row.source, []).append(subject.row.vid)
        return self._sources.get(name, ())

    def facts(self, stix_id: str, kind: int) -> Facts:
        """Return what a mandate may ask about a version of this kind."""
        k = self.kinds[kind]
        return Facts(stix_id, k.type, k.source, self.marking(k.effective_mid), k.created_by, k.labels)

    def complete(
        self,
        wanted: Callable[[str, Outside], bool],
        ahead: Callable[[list[int]], None] | None = None,
    ) -> None:
        """Pull in what the subjects refer to and somebody may still have to be given, then load the rest.

        `wanted(id, outside)` tells whether any partner could be given an object it does not hold; `ahead` is told before
        of which versions it will ask.
        """
        frontier = list(range(len(self.all)))
        learning = {s.row.id for s in self.all if s.open}  # with what they refer to, in one look
        pulled = 0
        while frontier:
            found = self._look({i for place in frontier for i in self.all[place].asked} - self.outside.keys())
            self._learn(learning | {i for i, one in found.items() if one is not None})
            learning = set()
            self.outside.update(found)
            if ahead is not None:
                ahead([vid for one in found.values() if one is not None for vid in one.vids])
            vids = [
                row.vid
                for identifier, one in found.items()
                if one is not None and wanted(identifier, one)
                for row, _kind in one.current
                if row.vid not in self.place
            ]
            frontier = self._add(vids[: PULLED - pulled])
            pulled += len(frontier)
        self.vids = sorted(self.place)
        self.older = any(subject.head is not None for subject in self.all)
        rows = [row for one in self.outside.values() if one for row, _kind in one.current]
        self.full_mids = sorted({s.row.full_mid for s in self.all} | {row.full_mid for row in rows})
        self.outside_vids = sorted(
            {vid for one in self.outside.values() if one for vid in one.vids} - self.place.keys()
        )
        if ahead is not None:
            ahead([*self.outside_vids, *(one.row.vid for found in self.stated.values() for one in found)])
        self.definitions = definitions.held(
            self.tx, definitions.references([s.version for s in self.all if s.open])
        )
        self.definition_raws = tuple(sorted(raw for rows in self.definitions.values() for _vid, raw in rows))
        self.atoms = definitions.atoms(raw for rows in self.definitions.values() for _vid, raw in rows)

    @cached_property
    def siblings(self) -> frozenset[int]:
        """Return which objects have more than one stored version."""
        return records.with_several(self.tx, sorted({s.row.oid for s in self.all}))

    def _learn(self, ids: set[str]) -> None:
        """Load the acts and exceptions about these objects."""
        if not ids:
            return
        for act in rulings.acts_about(self.tx, ids):
            known = self._acts.get(act.id)
            self._acts[act.id] = (
                act if known is None else msgspec.structs.replace(act, ids=act.ids | known.ids)
            )
            self.special |= act.ids
        self.acts = sorted(self._acts.values(), key=lambda act: (act.at, act.id))
        more = rulings.exceptions_about(self.tx, ids)
        self.exemptions += more
        self.special |= {exemption.object_id for exemption in more}

    def learn(self) -> None:
        """Load the acts and exceptions about the subjects; they change nothing for what no marking lets through."""
        self._learn({s.row.id for s in self.all if s.open})

    def suppose(self, act: Act) -> None:
        """Take an approval for given that nobody has made, to see what it would let go."""
        self._acts[act.id] = act
        self.special |= act.ids
        self.acts = sorted(self._acts.values(), key=lambda one: (one.at, one.id))

    def _look(self, ids: Iterable[str]) -> dict[str, Outside | None]:
        """Find referenced objects with all their statements; None for one that was never held here."""
        wanted = sorted(ids)
        oids = versions.oids(self.tx, wanted)
        numbers = list(oids.values())
        listed: dict[int, list[tuple[int, bool]]] = {}
        for oid, vid, _modified, _created, current in records.versions_of(self.tx, numbers):
            listed.setdefault(oid, []).append((vid, bool(current)))
        buried = records.buried(self.tx, [oid for oid in numbers if oid not in listed])
        unread = [vid for rows in listed.values() for vid, now in rows if now and vid not in self.place]
        heads = versions.by_vid(self.tx, unread, None)
        found: dict[str, Outside | None] = {}
        for identifier in wanted:
            oid = oids.get(identifier, 0)
            rows = listed.get(oid, [])
            found[identifier] = self._outside(rows, heads) if rows or oid in buried else None
        return found

    def _outside(self, rows: list[tuple[int, bool]], heads: Mapping[int, Row]) -> Outside:
        current = []
        for vid, now in rows:
            if not now:
                continue
            if vid in self.place:
                subject = self.all[self.place[vid]]
                current.append((subject.row, subject.kind))
            elif (row := heads.get(vid)) is not None and row.raw is not None and row.origin != "derived":
                stated = msgspec.json.decode(row.raw, type=_Stated)
                current.append((row, self._kind(row, stated)))
        return Outside(tuple(vid for vid, _now in rows), tuple(current))

    def rows(self) -> Iterator[Row]:
        """Yield every row that a decision may rest on: those of the subjects, and the current ones outside."""
        yield from (subject.row for subject in self.all)
        yield from (row for one in self.outside.values() if one for row, _kind in one.current)

    def same(self, vid: int) -> Sequence[int]:
        """Return the other statements of the very same content."""
        if vid not in self._same:
            unread = sorted({row.vid for row in self.rows()} | {vid})
            unread = [one for one in unread if one not in self._same]
            found = asked_back.twins(self.tx, unread)
            self._same.update({one: found.get(one, ()) for one in unread})
        return self._same[vid]
