"""What partners may hold: a second, small reading of release.md that shares no code with the product.

It knows the markings from the objects as they were written here, follows the inherent references
itself, and is asked about every byte that crosses. Where history decides (what somebody holds
already) it errs on the side of the product for `must`, never for `may`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from tests.simulation.terms import TLP, Terms

Atoms = frozenset[str]
Word = Literal["stated", "least", "latest"]
NOBODY: Atoms = frozenset({"unresolved"})


@dataclass(frozen=True, eq=False)
class Said:
    """One content as it was written: what it refers to, its markings, and the canaries in it.

    `secret` is a canary in a property with a marking of its own, `own` the marking with that joined.
    """

    id: str
    type: str
    raw: bytes
    author: str
    base: Atoms
    own: Atoms
    refs: tuple[str, ...] = ()
    inherent: tuple[str, ...] = ()
    modified: int | None = None
    token: str = ""
    secret: str = ""
    line: bool = False  # a tear-line: it stands for something else


@dataclass(eq=False)
class Kept:
    """One content as a node holds it, from one source; `stated` is the marking it came with, from all who brought it.

    `least` is that of its source alone where the source itself brought it: the source's word takes the place of what
    others added on the way, in the order in which both came. `latest` is what that order gives.
    """

    said: Said
    source: str
    vid: int
    received: int
    stated: Atoms = frozenset()
    least: Atoms = frozenset()
    latest: Atoms = frozenset()

    @property
    def order(self) -> tuple[int, int, int]:
        """Order versions as their holder does: by when they were modified, then received."""
        when = self.received if self.said.modified is None else self.said.modified
        return when, self.received, self.vid


@dataclass(eq=False)
class Pact:
    """What one node gives one partner: its terms, acts and holds as ends in microseconds, what was asked back."""

    terms: Terms
    acts: dict[str, int] = field(default_factory=dict)
    holds: dict[str, int] = field(default_factory=dict)
    sent: set[bytes] = field(default_factory=set)
    recalled: set[bytes] = field(default_factory=set)
    asked_back: dict[bytes, int] = field(default_factory=dict)  # content → last version stored by then
    state: str = "confirmed"
    names: frozenset[str] = frozenset()
    giver: str = ""


class House:
    """What one node holds, and what it gives whom."""

    def __init__(self, name: str, partners: Iterable[tuple[str, Terms]]) -> None:
        self.name = name
        self.kept: dict[str, dict[str, list[Kept]]] = {}
        self.by_vid: dict[int, Kept] = {}
        self.by_raw: dict[bytes, list[Kept]] = {}
        self.ended: set[bytes] = set()
        self.overlay: dict[tuple[str, str], Atoms] = {}
        self.known: set[str] = set()
        self.lines: set[str] = set()
        self.pacts = {
            partner: Pact(
                terms, names=frozenset({partner, f"nation-{partner}", f"{partner}-cert"}), giver=name
            )
            for partner, terms in partners
        }

    def add(self, kept: Kept) -> None:
        """Take in one content."""
        self.kept.setdefault(kept.said.id, {}).setdefault(kept.source, []).append(kept)
        self.by_vid[kept.vid] = kept
        self.by_raw.setdefault(kept.said.raw, []).append(kept)
        self.known.add(kept.said.id)

    def drop(self, vid: int) -> None:
        """Let go of one content; that the object was known stays known."""
        gone = self.by_vid.pop(vid)
        self.by_raw[gone.said.raw].remove(gone)
        sources = self.kept[gone.said.id]
        sources[gone.source].remove(gone)
        if not sources[gone.source]:
            del sources[gone.source]
            if not sources:
                del self.kept[gone.said.id]

    def heads(self, stix_id: str) -> dict[str, Kept]:
        """Return the current statement of each source."""
        return {
            source: max(said, key=lambda k: k.order) for source, said in self.kept.get(stix_id, {}).items()
        }

    # Markings ---------------------------------------------------------------------------------

    def effective(self, kept: Kept, word: Word = "stated") -> Atoms:
        """Return the marking of a content with those of what it speaks about, by what all said or by a lesser word."""
        found = (
            kept.said.base | getattr(kept, word) | self.overlay.get((kept.said.id, kept.source), frozenset())
        )
        for target in kept.said.inherent:
            heads = self.heads(target)
            if not heads:
                found |= NOBODY
            elif kept.source in heads:
                found |= self.effective(heads[kept.source], word)
            else:
                for head in heads.values():
                    found |= self.effective(head, word)
        return found

    def full(self, kept: Kept, word: Word = "stated") -> Atoms:
        """Return the effective marking joined with those of its properties."""
        return kept.said.own | self.effective(kept, word)

    def passes(self, partner: str, marking: Atoms, now: int) -> bool:
        """Tell whether every atom lets the partner have it."""
        pact = self.pacts[partner]
        return bool(marking) and all(_passes(atom, pact, now) for atom in marking)

    # What goes --------------------------------------------------------------------------------

    def named(self, partner: str, stix_id: str, now: int) -> bool:
        """Tell whether an object may be named to the partner now: some statement about it is open by marking.

        A hold keeps an object back and does not make a secret of it.
        """
        said = self.kept.get(stix_id, {}).values()
        return any(self.open(partner, kept, now) for kept_of_source in said for kept in kept_of_source)

    def mandated(self, partner: str, said: Said, now: int) -> bool:
        """Tell whether a rule or an act gives it, and no hold keeps it."""
        pact = self.pacts[partner]
        if pact.holds.get(said.id, 0) > now:
            return False
        return said.type in pact.terms.automatic or pact.acts.get(said.id, 0) > now

    def open(self, partner: str, kept: Kept, now: int) -> bool:
        """Tell whether its marking, and that of what is current now, let the partner have the base."""
        head = self.heads(kept.said.id)[kept.source]
        return all(self.passes(partner, self.effective(k, "least"), now) for k in {kept, head})

    def may(self, partner: str, kept: Kept, now: int, secret: bool = False) -> bool:
        """Tell whether a byte of this content may cross to the partner now."""
        pact = self.pacts[partner]
        if pact.state != "confirmed" or not self.open(partner, kept, now):
            return False
        if secret and not self.passes(partner, self.full(kept, "least"), now):
            return False
        return self.mandated(partner, kept.said, now)

    def must(self, partner: str, now: int) -> dict[Kept, bool]:
        """Return current contents the partner has to hold once all is quiet; True where verbatim."""
        heads = [k for stix_id in self.kept for k in self.heads(stix_id).values()]
        going = [
            k
            for k in heads
            if k.source != partner
            and not k.said.line
            and k.said.raw not in self.pacts[partner].recalled
            and self.mandated(partner, k.said, now)
            and self.passes(partner, self.effective(k), now)
        ]
        # what the partner said itself it has: nobody sends it back, and it may be referred to
        theirs = {k.said.id for k in heads if k.source == partner and self.passes(partner, self.full(k), now)}
        whole = {k for k in going if self.passes(partner, self.full(k), now)}
        while True:
            ids = theirs | {k.said.id for k in whole}
            lost = {
                k
                for k in whole
                if any(r in self.known and r not in ids for r in k.said.refs if r != k.said.id)
            }
            if not lost:
                break
            whole -= lost
        found: dict[Kept, bool] = {}
        while True:
            ids = theirs | {k.said.id for k in found}
            more = {
                k: k in whole
                for k in going
                if k not in found
                and (k in whole or k.source == self.name)
                and all(r in ids or r not in self.known for r in k.said.inherent)
                # a report or note of which every reference is removed says nothing any more
                and (
                    k in whole or not k.said.refs or any(r in ids or r not in self.known for r in k.said.refs)
                )
            }
            if not more:
                return found
            found |= more


def _passes(atom: str, pact: Pact, now: int) -> bool:
    axis, _colon, value = atom.partition(":")
    if pact.terms.assurance != "node" and atom not in ("tlp:clear", "tlp:green"):
        return False
    if axis == "tlp":
        return TLP.index(value) <= TLP.index(pact.terms.tlp)
    if axis == "rel":
        return not pact.names.isdisjoint(value.split("|"))
    if axis == "compartment":
        return value in pact.terms.compartments
    if axis == "not-after":
        return now < instant(value)
    return False


def instant(text: str) -> int:
    """Read an instant such as 2027-01-15T09:00:00.000Z to microseconds."""
    moment = dt.datetime.fromisoformat(text)
    return (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)
