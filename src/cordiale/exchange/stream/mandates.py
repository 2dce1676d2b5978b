"""Whether a rule or an act still lets out what was numbered: asked again whenever it is served.

A standing rule answers for all versions of one marking, type and source at once, so that a page costs no more than
a look-up for each of its objects. Only what needs an officer's act, or a rule that asks for labels or a creator, is
looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cordiale.exchange.home import Partnership
from cordiale.exchange.records import Served
from cordiale.release import records as rulings
from cordiale.release.mandate import Act, Exemption, Facts, asks_for, governing, in_force, mandated, naming
from cordiale.release.partnership import Mandate
from cordiale.release.personal import NAMES
from cordiale.release.recipient import addresses
from cordiale.store import markings, names
from cordiale.store.connection import Transaction

#: Travels before what names it, under no mandate of its own.
_COMPANION = "marking-definition"


class _Named(msgspec.Struct, frozen=True):
    id: str


class _Stated(msgspec.Struct, frozen=True):
    id: str
    created_by_ref: str | None = None
    labels: tuple[str, ...] = ()


_NAMED = msgspec.json.Decoder(_Named)


class Mandates:
    """Remember, for one transaction, which kinds of versions a standing rule lets go to one recipient."""

    __slots__ = ("_called", "_governing", "_known", "_now", "_partnership", "_tx")

    def __init__(self, tx: Transaction, partnership: Partnership, now: int) -> None:
        self._tx = tx
        self._partnership = partnership
        self._now = now
        self._called = addresses(partnership.recipient)
        self._known: dict[tuple[int, int, int], bool | None] = {}
        self._governing: dict[tuple[int, int, int], Mandate] = {}

    def missing(self, rows: Iterable[Served]) -> set[int]:
        """Return which of these versions no rule and no act lets go now; exceptions are not asked about."""
        known = self._known
        stopped: set[int] = set()
        singly: list[Served] = []
        for row in rows:
            kind = (row[1], row[5], row[6])
            verdict = known[kind] if kind in known else self._ask(kind)
            if verdict is None:
                singly.append(row)
            elif not verdict:
                stopped.add(row[0])
        return stopped | self._singly(singly) if singly else stopped

    def unnamed(self, rows: Iterable[Served]) -> set[int]:
        """Return which of these versions name somebody whom no act names now: they go to nobody as they are."""
        tx = self._tx
        ids = {row[0]: _NAMED.decode(row[4]).id for row in rows if names.name(tx, row[5]) in NAMES}
        if not ids:
            return set()
        acts = rulings.acts_about(tx, set(ids.values()))
        return {vid for vid, one in ids.items() if naming(one, self._called, acts, self._now) is None}

    def _ask(self, kind: tuple[int, int, int]) -> bool | None:
        """Tell whether a standing rule lets go every version of a kind: yes, no, or that each is to be asked about."""
        facts = self._facts(kind, "", None, ())
        found: bool | None = True
        if facts.type != _COMPANION:
            rules = self._partnership.rules.mandates
            finer = any(
                (m.where.created_by or m.where.labels)
                and in_force(m, self._now)
                and not self._called.isdisjoint(m.to)
                and asks_for(msgspec.structs.replace(m.where, created_by=(), labels=()), facts)
                for m in rules
            )
            mandate = governing(facts, self._called, rules, self._now)
            if finer or (mandate is not None and mandate.mode != "automatic"):
                found = None
                if mandate is not None and not finer:
                    self._governing[kind] = mandate
            else:
                found = mandate is not None
        self._known[kind] = found
        return found

    def _facts(
        self, kind: tuple[int, int, int], stix_id: str, created_by: str | None, labels: tuple[str, ...]
    ) -> Facts:
        effective, type_no, source_no = kind
        return Facts(
            stix_id,
            names.name(self._tx, type_no),
            names.name(self._tx, source_no),
            markings.atoms(self._tx, effective),
            created_by,
            labels,
        )

    def _singly(self, rows: list[Served]) -> set[int]:
        """Return which of these versions neither a rule nor an act about the very object lets go."""
        ids = {row[0]: _NAMED.decode(row[4]).id for row in rows}
        acts = rulings.acts_about(self._tx, set(ids.values()))
        # most of a page was let go by acts that name it, under one rule: nothing else has to be looked at
        lasting = [act for act in acts if self._lasts(act)]
        once = {stix_id for act in lasting for stix_id in act.ids}
        twice = {stix_id for act in lasting if act.second not in (None, act.officer) for stix_id in act.ids}
        left = []
        for row in rows:
            mandate = self._governing.get((row[1], row[5], row[6]))
            if mandate is None or ids[row[0]] not in (twice if mandate.four_eyes else once):
                left.append(row)
        return self._asked_whole(left, acts) if left else set()

    def _lasts(self, act: Act) -> bool:
        ended = act.withdrawn or (act.until is not None and self._now >= act.until)
        return not ended and not self._called.isdisjoint(act.to)

    def _asked_whole(self, rows: list[Served], acts: list[Act]) -> set[int]:
        """Return which of these versions nothing lets go, each asked about with all that a mandate may ask."""
        stated = {row[0]: msgspec.json.decode(row[4], type=_Stated) for row in rows}
        general = [act for act in acts if act.where is not None]
        named: dict[str, list[Act]] = {one.id: [] for one in stated.values()}
        for act in acts:
            for stix_id in act.ids & named.keys():
                named[stix_id].append(act)
        allowed: dict[str, list[Exemption]] = {}
        for exemption in rulings.exceptions_about(self._tx, set(named)):
            if exemption.kind == "act":
                allowed.setdefault(exemption.object_id, []).append(exemption)
        stopped = set()
        for row in rows:
            one = stated[row[0]]
            found = mandated(
                self._facts((row[1], row[5], row[6]), one.id, one.created_by_ref, one.labels),
                self._partnership.recipient,
                self._partnership.rules,
                [*named[one.id], *general],
                allowed.get(one.id, ()),
                self._now,
            )
            if not found.allowed:
                stopped.add(row[0])
        return stopped
