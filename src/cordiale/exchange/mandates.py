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
from cordiale.release import records as standing
from cordiale.release.mandate import Act, Exemption, Facts, asks_for, governing, in_force, mandated
from cordiale.release.recipient import addresses
from cordiale.store import markings, names
from cordiale.store.connection import Transaction

#: Travels before what names it, under no mandate of its own.
_COMPANION = "marking-definition"


class _Stated(msgspec.Struct, frozen=True):
    id: str
    created_by_ref: str | None = None
    labels: tuple[str, ...] = ()


class Mandates:
    """Remember, for one transaction, which kinds of versions a standing rule lets go to one recipient."""

    __slots__ = ("_called", "_known", "_now", "_partnership", "_tx")

    def __init__(self, tx: Transaction, partnership: Partnership, now: int) -> None:
        self._tx = tx
        self._partnership = partnership
        self._now = now
        self._called = addresses(partnership.recipient)
        self._known: dict[tuple[int, int, int], bool | None] = {}

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
        stated = {row[0]: msgspec.json.decode(row[4], type=_Stated) for row in rows}
        ids = {one.id for one in stated.values()}
        general: list[Act] = []
        named: dict[str, list[Act]] = {}
        for act in standing.acts_about(self._tx, ids):
            if act.where is not None:
                general.append(act)
            for stix_id in act.ids:
                named.setdefault(stix_id, []).append(act)
        allowed: dict[str, list[Exemption]] = {}
        for exemption in standing.exceptions_about(self._tx, ids):
            if exemption.kind == "act":
                allowed.setdefault(exemption.object_id, []).append(exemption)
        stopped = set()
        for row in rows:
            one = stated[row[0]]
            found = mandated(
                self._facts((row[1], row[5], row[6]), one.id, one.created_by_ref, one.labels),
                self._partnership.recipient,
                self._partnership.rules,
                [*named.get(one.id, ()), *general],
                allowed.get(one.id, ()),
                self._now,
            )
            if not found.allowed:
                stopped.add(row[0])
        return stopped
