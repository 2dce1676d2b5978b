"""What a change of rules would change, counted exactly before it is applied.

Counts come from groups of objects that no rule can tell apart (marking, type, source, creator, labels), never from
the objects themselves: the cost follows the number of groups, markings and partners. Sets of partners are the bits of
whole numbers, and counts of all partners are added at once in lanes of 64 bits of a longer one.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from cordiale.platform.clock import Instant
from cordiale.platform.errors import Conflict
from cordiale.platform.languages import _
from cordiale.release.decide import Compiled
from cordiale.release.mandate import Act, Facts, asks_for, in_force
from cordiale.release.marking import Marking
from cordiale.release.partnership import Query, Rules
from cordiale.release.recipient import addresses

LANE: Final = 8
"""Bytes of a counter: no store holds 2^64 objects."""


class Group(msgspec.Struct, frozen=True):
    """Current versions that no rule can tell apart. `full` is the join of effective and granular markings.

    `approved` and `approved_twice` are the nodes an act by id covers these for, with one and with two officers;
    `held` the nodes an exception stops them for.
    """

    effective: Marking
    full: Marking
    type: str
    source: str
    count: int
    created_by: str | None = None
    labels: tuple[str, ...] = ()
    approved: frozenset[str] = frozenset()
    approved_twice: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()


class Tally(msgspec.Struct, frozen=True):
    """Objects by what happens to them for one partner; the last three sum up with `goes` to all objects.

    `tear_lines` are those that go and have a property the partner does not pass.
    """

    goes: int = 0
    tear_lines: int = 0
    waits: int = 0
    withheld: Mapping[str, int] = {}


class PartnerDiff(msgspec.Struct, frozen=True):
    """One partner before and after; `recalls` counts what they hold and no longer pass, so that it would be recalled."""

    partner: str
    before: Tally
    after: Tally
    widened: int
    narrowed: int
    recalls: int = 0


class Change(msgspec.Struct, frozen=True):
    """Objects of one marking and governing mandates that would start or stop going to some partners."""

    marking: Marking
    mandates: tuple[str, ...]
    count: int
    starts: tuple[str, ...]
    stops: tuple[str, ...]


class RulesDiff(msgspec.Struct, frozen=True):
    """The exact preview of a change of rules; `token` is asked for again when it is applied."""

    token: str
    before: str | None
    after: str
    partners: tuple[PartnerDiff, ...]
    changes: tuple[Change, ...]


class _View:
    """One version of the rules over all markings and kinds, with partners as bits."""

    def __init__(self, rules: Rules | None, nodes: Sequence[str], now: Instant, home: str = "") -> None:
        partners = rules.partners if rules is not None else {}
        self.tables = [
            Compiled(rules, partners[n], home) if rules is not None and n in partners else None for n in nodes
        ]
        self._now = now
        self._called = [addresses(table.recipient) if table else frozenset[str]() for table in self.tables]
        self.mandates = [m for m in rules.mandates if in_force(m, now)] if rules is not None else []
        self._masks = [self.mask(mandate.to) for mandate in self.mandates]
        self._governed: dict[int, tuple[int, int, int]] = {}
        self._marks: dict[Marking, int] = {}
        self._kinds: dict[tuple[object, ...], int] = {}
        self._passing: dict[Marking, int] = {}
        self._codes: dict[Marking, dict[str, int]] = {}

    def mask(self, to: Iterable[str]) -> int:
        """Return the partners that a list of names means."""
        names = frozenset(to)
        return sum(1 << bit for bit, called in enumerate(self._called) if not called.isdisjoint(names))

    def passing(self, marking: Marking) -> int:
        """Return the partners whose decision over a marking passes."""
        found = self._passing.get(marking)
        if found is None:
            codes: dict[str, int] = {}
            found = 0
            for bit, table in enumerate(self.tables):
                if table is None:
                    codes["no-partner"] = codes.get("no-partner", 0) | 1 << bit
                    continue
                verdict = table.decide(marking, self._now)
                if verdict.passes and marking:
                    found |= 1 << bit
                else:
                    code = verdict.code if marking else "unmarked"
                    codes[code] = codes.get(code, 0) | 1 << bit
            self._passing[marking], self._codes[marking] = found, codes
        return found

    def refusing(self, marking: Marking) -> Mapping[str, int]:
        """Return the partners that do not pass, by reason."""
        self.passing(marking)
        return self._codes[marking]

    def speaking(self, group: Group) -> int:
        """Return which mandates speak of a group, as bits: conditions on marking and on kind are asked apart."""
        kind = (group.type, group.source, group.created_by, group.labels)
        by_kind, by_mark = self._kinds.get(kind), self._marks.get(group.effective)
        if by_kind is None:
            by_kind = self._kinds[kind] = self._ask(group, marking=False)
        if by_mark is None:
            by_mark = self._marks[group.effective] = self._ask(group, marking=True)
        return by_kind & by_mark

    def _ask(self, group: Group, *, marking: bool) -> int:
        return sum(
            1 << bit
            for bit, m in enumerate(self.mandates)
            if asks_for(_part(m.where, marking=marking), _facts(group))
        )

    def governed(self, speaking: int) -> tuple[int, int, int]:
        """Return the partners under four eyes, a standing rule, and approval: the strictest governs each."""
        found = self._governed.get(speaking)
        if found is None:
            four = automatic = approval = 0
            for bit, (mandate, mask) in enumerate(zip(self.mandates, self._masks, strict=True)):
                if speaking >> bit & 1:
                    if mandate.four_eyes:
                        four |= mask
                    elif mandate.mode == "automatic":
                        automatic |= mask
                    else:
                        approval |= mask
            automatic &= ~four
            found = self._governed[speaking] = four, automatic, approval & ~four & ~automatic
        return found

    def named(self, speaking: int) -> tuple[str, ...]:
        """Return the names of mandates."""
        return tuple(mandate.name for bit, mandate in enumerate(self.mandates) if speaking >> bit & 1)


_SPREAD = [
    b"".join((1 if byte >> bit & 1 else 0).to_bytes(LANE, "little") for bit in range(8))
    for byte in range(256)
]
"""Each byte of a set of partners as eight counters of one lane each."""


class _Sums:
    """Counts for every partner at once."""

    def __init__(self, partners: int) -> None:
        self._bytes = (partners + 7) // 8
        self._counts: dict[str, Counter[int]] = {}

    def add(self, name: str, mask: int, count: int) -> None:
        """Count objects for a set of partners."""
        if mask:
            self._counts.setdefault(name, Counter())[mask] += count

    def totals(self) -> dict[str, list[int]]:
        """Return the counts by name and partner."""
        found = {}
        for name, counts in self._counts.items():
            total = 0
            for mask, count in counts.items():
                lanes = b"".join([_SPREAD[byte] for byte in mask.to_bytes(self._bytes, "little")])
                total += int.from_bytes(lanes, "little") * count
            raw = total.to_bytes(self._bytes * 8 * LANE, "little")
            found[name] = [int.from_bytes(raw[i : i + LANE], "little") for i in range(0, len(raw), LANE)]
        return found


def diff(
    before: Rules | None,
    after: Rules,
    groups: Iterable[Group],
    now: Instant,
    *,
    acts: Sequence[Act] = (),
    sent: Mapping[tuple[str, Marking], int] | None = None,
    state: str = "",
    home: str = "",
) -> RulesDiff:
    """Return what would change for every partner, exactly.

    `acts` are the approvals by query (those by id are in the groups). `sent` counts what each node holds by effective
    marking. `state` names the state of store, acts and exceptions that was counted, `home` the node that decides.
    """
    nodes = sorted({*(before.partners if before else ()), *after.partners})
    old, new = _View(before, nodes, now, home), _View(after, nodes, now, home)
    sums, changes = _Sums(len(nodes)), Counter[tuple[Marking, int, int, int]]()
    bits = {node: 1 << bit for bit, node in enumerate(nodes)}
    lasting = [
        a for a in acts if a.where is not None and not a.withdrawn and (a.until is None or now < a.until)
    ]
    for group in groups:
        went, _speaking = _count("before", old, group, bits, lasting, sums)
        goes, speaking = _count("after", new, group, bits, lasting, sums)
        if went != goes:
            sums.add("widened", goes & ~went, group.count)
            sums.add("narrowed", went & ~goes, group.count)
            changes[group.effective, speaking, goes & ~went, went & ~goes] += group.count
    for (node, marking), count in (sent or {}).items():
        if node in bits:
            sums.add("recalls", bits[node] & ~new.passing(marking), count)
    totals = sums.totals()
    return RulesDiff(
        token(before.version if before else None, after.version, state),
        before.version if before else None,
        after.version,
        tuple(_partner(node, bit, totals) for bit, node in enumerate(nodes)),
        tuple(
            Change(marking, new.named(speaking), count, _nodes(starts, nodes), _nodes(stops, nodes))
            for (marking, speaking, starts, stops), count in changes.items()
        ),
    )


def token(before: str | None, after: str, state: str) -> str:
    """Name a change of rules and the state it was counted in."""
    return sha256("\n".join(("cordiale/rules-diff/1", before or "", after, state)).encode()).hexdigest()[:32]


def check_token(given: str, before: str | None, after: str, state: str) -> None:
    """Refuse to apply what was not previewed: other rules, or a store that has changed since.

    Raises Conflict.
    """
    if not hmac.compare_digest(given.encode(), token(before, after, state).encode()):
        raise Conflict(
            "rules-changed",
            _(
                "The rules, or what they decide over, changed since the preview. Run rules diff again and read it."
            ),
        )


def _count(
    when: str, view: _View, group: Group, bits: Mapping[str, int], acts: Sequence[Act], sums: _Sums
) -> tuple[int, int]:
    """Count one group for all partners; returns who gets it and which mandates speak of it."""
    speaking, count = view.speaking(group), group.count
    four, automatic, approval = view.governed(speaking)
    once, twice = _approved(view, group, bits, acts)
    held = _mask(group.held, bits)
    passing = view.passing(group.effective)
    free = passing & ~held
    goes = free & (automatic | approval & (once | twice) | four & twice)
    sums.add(f"{when} goes", goes, count)
    sums.add(f"{when} tear", goes & ~view.passing(group.full | group.effective), count)
    sums.add(f"{when} waits", free & (approval | four) & ~goes, count)
    sums.add(f"{when} - held", passing & held, count)
    sums.add(f"{when} - no-mandate", free & ~(four | automatic | approval), count)
    for code, mask in view.refusing(group.effective).items():
        sums.add(f"{when} - {code}", mask, count)
    return goes, speaking


def _approved(view: _View, group: Group, bits: Mapping[str, int], acts: Sequence[Act]) -> tuple[int, int]:
    once, twice = _mask(group.approved, bits), _mask(group.approved_twice, bits)
    for act in acts:
        if act.where is not None and act.where != Query() and asks_for(act.where, _facts(group)):
            if act.second is not None and act.second != act.officer:
                twice |= view.mask(act.to)
            else:
                once |= view.mask(act.to)
    return once, twice


def _mask(nodes: frozenset[str], bits: Mapping[str, int]) -> int:
    return sum(bits.get(node, 0) for node in nodes) if nodes else 0


def _facts(group: Group) -> Facts:
    return Facts("", group.type, group.source, group.effective, group.created_by, group.labels)


def _part(query: Query, *, marking: bool) -> Query:
    """Return only the conditions on the marking, or only the others."""
    if marking:
        return Query(marking=query.marking, marking_within=query.marking_within)
    return Query(query.type, query.source, query.created_by, query.labels)


def _partner(node: str, bit: int, totals: Mapping[str, list[int]]) -> PartnerDiff:
    def of(name: str) -> int:
        return totals[name][bit] if name in totals else 0

    def tally(when: str) -> Tally:
        codes = {
            n.removeprefix(f"{when} - "): of(n)
            for n in sorted(totals)
            if n.startswith(f"{when} - ") and of(n)
        }
        return Tally(of(f"{when} goes"), of(f"{when} tear"), of(f"{when} waits"), codes)

    return PartnerDiff(node, tally("before"), tally("after"), of("widened"), of("narrowed"), of("recalls"))


def _nodes(mask: int, nodes: Sequence[str]) -> tuple[str, ...]:
    return tuple(node for bit, node in enumerate(nodes) if mask >> bit & 1)
