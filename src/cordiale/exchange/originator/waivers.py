"""Which originators let one recipient have what: standing consent in a marking, and consents that were given.

An originator's own releasable-to clause that names the recipient is standing consent. Beyond it a consent is asked for.
A waived atom is left out when a version is decided over. It is waived for a version only if that is so wherever it
comes from: for the version's own text, and for every object whose marking it inherits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import orjson

from cordiale.exchange.home import Partnership
from cordiale.exchange.records import consents as kept
from cordiale.exchange.records.consents import ConsentRow
from cordiale.exchange.signing import peek_statement
from cordiale.release.consent import PURPOSE, Consent, Covered, Item, covered, holds
from cordiale.release.decide import Compiled
from cordiale.release.mandate import Facts, asks_for
from cordiale.release.marking import NOTHING, Marking, of_version, parse_atom
from cordiale.release.recipient import addresses, names
from cordiale.stix import atoms as stix_atoms
from cordiale.stix.version import Version, view
from cordiale.store import markings, versions
from cordiale.store.connection import Transaction
from cordiale.store.types import Row


class Given(msgspec.Struct, frozen=True):
    """One consent in force for the recipient; `seed` makes the tree of what it names again."""

    row: ConsentRow
    consent: Consent
    items: tuple[Item, ...]

    @property
    def statement(self) -> bytes:
        """Return the signed statement as its originator wrote it."""
        return self.row.statement or b""

    def proof(self, version: Version) -> Covered | None:
        """Return the proof that this names a version, None when it does not."""
        return covered(self.items, self.row.seed or b"", version.id, version.hash)


def controlled(marking: Marking, home: str, node: str) -> Marking:
    """Return the atoms of a marking by which others than these two control it."""
    return frozenset(
        a for a in marking if a.startswith("orcon:") and a.removeprefix("orcon:") not in (home, node)
    )


def rest_of(marking: Marking) -> Marking:
    """Return a marking without what an originator's consent may lift."""
    return frozenset(atom for atom in marking if not atom.startswith(("orcon:", "rel:")))


def waivable(marking: Marking, partnership: Partnership, now: int) -> bool:
    """Tell whether consent of others is all that a marking lacks for a recipient."""
    if not controlled(marking, partnership.home, partnership.recipient.node):
        return False
    return partnership.compiled.decide(rest_of(marking), now).passes


class Waivers:
    """Remember, for one transaction and recipient, which atoms originators lift from which versions."""

    def __init__(self, tx: Transaction, partnership: Partnership, now: int) -> None:
        self.tx, self.partnership, self.now = tx, partnership, now
        self.compiled: Compiled = partnership.compiled
        self._names = names(partnership.recipient)
        self._may: dict[int, bool] = {}
        self._waived: dict[tuple[str, str], Marking] = {}
        self._used: dict[tuple[str, str], list[Given]] = {}
        self._given: list[Given] | None = None

    def may(self, mid: int) -> bool:
        """Tell whether consent is all that a marking id lacks."""
        found = self._may.get(mid)
        if found is None:
            marking = markings.atoms(self.tx, mid)
            found = self._may[mid] = waivable(marking, self.partnership, self.now)
        return found

    def passes(self, mid: int, stix_id: str, source: str) -> bool:
        """Tell whether a statement's marking passes with what its originators lift."""
        if not mid or not self.may(mid):
            return False
        marking = markings.atoms(self.tx, mid) - self.of(stix_id, source)
        return self.compiled.decide(marking, self.now).passes

    def of(self, stix_id: str, source: str) -> Marking:
        """Return the atoms lifted from the current version of a source's statement about an object."""
        key = (stix_id, source)
        if key not in self._waived:
            self._waived[key] = NOTHING  # what rests on itself by a circle lifts nothing
            row = next((r for r in versions.get(self.tx, stix_id, None) if r.source == source), None)
            if row is not None and row.raw is not None:
                self._waived[key] = self._lifted(row)
        return self._waived[key]

    def used(self, stix_id: str, source: str) -> list[Given]:
        """Return the consents by which atoms of a statement's own are lifted: they go with it."""
        self.of(stix_id, source)
        return self._used.get((stix_id, source), [])

    def _lifted(self, row: Row) -> Marking:
        assert row.raw is not None
        version = view(orjson.loads(row.raw), row.raw, row.hash)
        marking = markings.atoms(self.tx, row.full_mid)
        known = {stix_atoms.id_of(atom): atom for atom in marking}
        # what its source stated of it counts as its own, also where it was marked beside its bytes
        own = of_version(version, known, NOTHING)[1] | markings.atoms(self.tx, row.base_mid)
        below = self._below(version, row.source)
        found = set()
        for atom in controlled(marking, self.partnership.home, self.partnership.recipient.node):
            if self._from_everywhere(
                atom, own, below, atom not in own or self._agreed(atom, own, version, row)
            ):
                found.add(atom)
        consented = any(
            given.consent.originator == row.source for given in self._used.get((row.id, row.source), ())
        )
        for atom in marking:
            apart = atom.startswith("rel:") and self._names.isdisjoint(atom.removeprefix("rel:").split("|"))
            if apart and self._from_everywhere(atom, own, below, atom not in own or consented):
                found.add(atom)
        return frozenset(found)

    def _from_everywhere(
        self, atom: str, own: Marking, below: Mapping[str, list[bool]], agreed: bool
    ) -> bool:
        """Tell whether an atom is lifted wherever a version has it from, and it is known from where."""
        inherited = below.get(atom, [])
        return agreed and all(inherited) and (atom in own or bool(inherited))

    def _below(self, version: Version, source: str) -> Mapping[str, list[bool]]:
        """Return, for each atom that inherited markings bring, whether it is lifted there."""
        found: dict[str, list[bool]] = {}
        for target in {ref.target for ref in version.refs if ref.inherent}:
            rows = versions.get(self.tx, target, None)
            same = [row for row in rows if row.source == source]
            for row in same or rows:
                lifted = self.of(row.id, row.source)
                for atom in markings.atoms(self.tx, row.effective_mid):
                    found.setdefault(atom, []).append(atom in lifted)
        return found

    def _agreed(self, atom: str, own: Marking, version: Version, row: Row) -> bool:
        """Tell whether the originator of an atom that a version carries itself lets the recipient have it."""
        originator = atom.removeprefix("orcon:")
        clauses = [parse_atom(one).value.split("|") for one in own if one.startswith("rel:")]
        if row.source == originator and clauses and all(not self._names.isdisjoint(c) for c in clauses):
            return True  # standing consent
        for given in self._in_force():
            if given.consent.originator == originator and self._covers(given, version, row, originator):
                self._used.setdefault((row.id, row.source), []).append(given)
                return True
        return False

    def _covers(self, given: Given, version: Version, row: Row, originator: str) -> bool:
        consent = given.consent
        if row.source == originator:
            if consent.where is not None:
                labels = tuple(orjson.loads(version.raw).get("labels", ()))
                marking = markings.atoms(self.tx, row.effective_mid)
                facts = Facts(row.id, row.type, "", marking, version.created_by, labels)
                return asks_for(consent.where, facts)
            return given.proof(version) is not None
        if not consent.derived:
            return False
        # text that others derived: it refers to what the consent names
        named = {item.id for item in given.items}
        return any(ref.target in named for ref in version.refs)

    def _in_force(self) -> list[Given]:
        if self._given is None:
            called = addresses(self.partnership.recipient)
            asked = kept.any_asked(self.tx)
            rows = kept.consents(self.tx, role=kept.ASKED, states=("granted",)) if asked else []
            self._given = [
                given
                for given in map(read_given, rows)
                if given.consent.to in called and holds(given.consent, self.now)
            ]
        return self._given


def read_given(row: ConsentRow) -> Given:
    """Read a kept consent; it was verified when it came."""
    body, _signature = peek_statement(row.statement or b"", PURPOSE)
    items = msgspec.json.decode(row.items, type=tuple[Item, ...])
    return Given(row, msgspec.json.decode(body, type=Consent), items)


def lifting(stated: Marking, own: Marking, called: Iterable[str]) -> Marking:
    """Return a marking as its new recipient keeps it: own releasable-to clauses name it too."""
    more = set(called)
    return frozenset(
        "rel:" + "|".join(sorted({*atom.removeprefix("rel:").split("|"), *more}))
        if atom.startswith("rel:") and atom in own and more.isdisjoint(atom.removeprefix("rel:").split("|"))
        else atom
        for atom in stated
    )
