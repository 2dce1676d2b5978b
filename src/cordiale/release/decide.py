"""May this marking reach this recipient now, under these rules: total, pure, default deny."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from cordiale.platform.clock import Instant, parse_instant
from cordiale.release.marking import NOTHING, TLP, Marking, parse_atom
from cordiale.release.partnership import Equivalence, Rules, least_assurance
from cordiale.release.recipient import ASSURANCES, Recipient, names


class Decision(msgspec.Struct, frozen=True, gc=False):
    """A verdict: whether it passes, the code of the reason, the atom that decided and the rule it rests on."""

    passes: bool
    code: str
    atom: str | None = None
    rule: str | None = None
    params: Mapping[str, Any] = {}


PASSES: Final = Decision(True, "passes")

ATOMS_REMEMBERED: Final = 65_536
"""Bound on the verdicts one table keeps, since expiry dates may make atoms without end."""

ENDLESS: Final = 1 << 63
"""An instant later than any."""


class _Table:
    """Verdicts over single atoms that all hold from `since` until `until`."""

    __slots__ = ("failing", "passing", "since", "until")

    def __init__(self) -> None:
        self.passing: set[str] = set()
        self.failing: dict[str, Decision] = {}
        self.since, self.until = -ENDLESS, ENDLESS


class Compiled:
    """The decision table of one recipient under one version of the rules.

    It remembers verdicts over single atoms, never over whole markings, and forgets them when the clock passes an
    instant at which one of them may change. `home` is the node that decides: what it originated is its own to give, and
    what it may hold its people may read.
    """

    __slots__ = ("_table", "home", "names", "recipient", "rules")

    def __init__(self, rules: Rules, recipient: Recipient, home: str = "") -> None:
        self.rules = rules
        self.home = home
        self.recipient = recipient
        self.names = names(recipient)
        self._table = _Table()

    def decide(self, marking: Marking, now: Instant, consents: frozenset[str] = NOTHING) -> Decision:
        """Return the verdict over a marking; `consents` are the originators who consented for this object.

        Of several atoms that fail, the first in canonical order is named.
        """
        table = self._table
        if not table.since <= now < table.until:
            table = self._table = _Table()
        if marking <= table.passing:
            return PASSES
        for atom in sorted(marking - table.passing):
            verdict = table.failing.get(atom) or self._remember(atom, now, table)
            if not verdict.passes and not _consented(verdict, consents):
                return verdict
        return PASSES

    def passes(self, marking: Marking, now: Instant) -> bool:
        """Tell whether a marking passes without any consent."""
        return self.decide(marking, now).passes

    def explain(self, marking: Marking, now: Instant, consents: frozenset[str] = NOTHING) -> list[Decision]:
        """Return the verdict over every atom, those that fail first."""
        found = []
        for atom in sorted(marking):
            verdict, _since, _until = judge(atom, self, now)
            if _consented(verdict, consents):
                verdict = Decision(True, "consented", atom, "consents")
            found.append(verdict)
        return sorted(found, key=lambda verdict: verdict.passes)

    def _remember(self, atom: str, now: Instant, table: _Table) -> Decision:
        verdict, since, until = judge(atom, self, now)
        if len(table.passing) + len(table.failing) >= ATOMS_REMEMBERED:
            return verdict
        table.since, table.until = max(table.since, since), min(table.until, until)
        if verdict.passes:
            table.passing.add(atom)
        else:
            table.failing[atom] = verdict
        return verdict


def _consented(verdict: Decision, consents: frozenset[str]) -> bool:
    return verdict.code == "originator-control" and verdict.params["originator"] in consents


def compile_rules(rules: Rules, recipient: Recipient, home: str = "") -> Compiled:
    """Prepare the decisions for one recipient, taken by the node `home`."""
    return Compiled(rules, recipient, home)


def decide(
    marking: Marking, recipient: Recipient, now: Instant, rules: Rules, consents: frozenset[str] = NOTHING
) -> Decision:
    """Return the verdict over a marking: it passes when every atom does."""
    return Compiled(rules, recipient).decide(marking, now, consents)


def explain(
    marking: Marking, recipient: Recipient, now: Instant, rules: Rules, consents: frozenset[str] = NOTHING
) -> list[Decision]:
    """Return the verdict over every atom, those that fail first."""
    return Compiled(rules, recipient).explain(marking, now, consents)


def judge(atom: str, compiled: Compiled, now: Instant) -> tuple[Decision, Instant, Instant]:
    """Return the verdict over one atom, and since and until when it is the same.

    Total: an atom of no known kind fails with a reason of its own.
    """
    verdict, since, until = _judge_axis(atom, compiled, now)
    if verdict.passes:
        least = least_assurance(atom, compiled.rules)
        if ASSURANCES.index(compiled.recipient.assurance) < ASSURANCES.index(least):
            return _no("assurance-too-low", atom, "assurance", least=least), since, until
    return verdict, since, until


def _judge_axis(atom: str, compiled: Compiled, now: Instant) -> tuple[Decision, Instant, Instant]:
    parsed, who = parse_atom(atom), compiled.recipient
    value, place = parsed.value, f"partners.{who.node}"
    match parsed.axis:
        case "level":
            return _judge_level(atom, value, compiled, now)
        case "not-after" | "retain-until":
            return _judge_time(atom, parsed.axis, value, now)
        case "tlp":
            passes = who.tlp in TLP and TLP.index(value) <= TLP.index(who.tlp)
            # a reason is read by people, and TLP 2.0 writes its labels in capitals
            shown = {} if passes else {"label": value.upper(), "allowed": who.tlp.upper()}
            verdict = _verdict(passes, "tlp-too-narrow", atom, f"{place}.tlp", **shown)
        case "rel":
            passes = not compiled.names.isdisjoint(value.split("|"))
            verdict = _verdict(passes, "not-releasable-to", atom, place, names=value.replace("|", ", "))
        case "compartment":
            passes = value in who.compartments
            verdict = _verdict(passes, "compartment", atom, f"{place}.compartments", compartment=value)
        case "orcon":
            ours = bool(compiled.home) and compiled.home in (value, who.node)
            passes = ours or value == who.node
            verdict = _verdict(passes, "originator-control", atom, place, originator=value)
        case "pap":
            verdict = _yes(atom, "use restriction")  # what may be done with it, not who may have it
        case "unresolved":
            verdict = _no("unresolved-reference", atom, None)
        case "unmarked":
            verdict = _no("unmarked", atom, None)
        case _ if atom.startswith("unknown:"):
            verdict = _no("unknown-marking", atom, None, definition=value)
        case _:
            verdict = _no("unknown-atom", atom, None)
    return verdict, -ENDLESS, ENDLESS


def _judge_time(atom: str, axis: str, value: str, now: Instant) -> tuple[Decision, Instant, Instant]:
    end = parse_instant(value)
    if now < end:
        return _yes(atom, axis), -ENDLESS, end
    return _no("expired" if axis == "not-after" else "retention-over", atom, axis, until=value), end, ENDLESS


def _judge_level(
    atom: str, value: str, compiled: Compiled, now: Instant
) -> tuple[Decision, Instant, Instant]:
    """Compare on the originator's own scale, else by an equivalence row that holds now; never by two rows in turn."""
    rules, who = compiled.rules, compiled.recipient
    place = f"partners.{who.node}.clearances"
    scale_name, _slash, level = value.partition("/")
    scale = rules.scales.get(scale_name)
    if scale is None:
        return _no("unknown-scale", atom, "scales", scale=scale_name), -ENDLESS, ENDLESS
    if level in scale.national_only:
        verdict = _verdict(
            value in who.clearances, "national-only", atom, f"scales.{scale_name}", level=level
        )
        return verdict, -ENDLESS, ENDLESS
    if scale.place(level) is None:
        return (
            _no("unknown-level", atom, f"scales.{scale_name}", level=level, scale=scale_name),
            -ENDLESS,
            ENDLESS,
        )
    if _cleared(value, compiled):
        return _yes(atom, place), -ENDLESS, ENDLESS
    rows = [row for row in rules.equivalences if row.from_level == value]
    moments = [m for row in rows for m in (row.since, row.until) if m is not None]
    since = max((m for m in moments if m <= now), default=-ENDLESS)
    until = min((m for m in moments if m > now), default=ENDLESS)
    holding = [row for row in rows if holds(row, now)]
    for row in holding:
        if _cleared(row.to_level, compiled):
            return _yes(atom, row.key, equivalent=row.to_level), since, until
    return _refuse_level(atom, value, compiled, rows, holding), since, until


def _refuse_level(
    atom: str, value: str, compiled: Compiled, rows: list[Equivalence], holding: list[Equivalence]
) -> Decision:
    who, place = compiled.recipient, f"partners.{compiled.recipient.node}.clearances"
    own = {clearance.partition("/")[0] for clearance in who.clearances}
    for row in holding:
        if row.to_level.partition("/")[0] in own:
            return _no("clearance-too-low", atom, row.key, level=value, needed=row.to_level)
    if value.partition("/")[0] in own:
        return _no("clearance-too-low", atom, place, level=value, needed=value)
    for row in rows:
        if row not in holding and row.to_level.partition("/")[0] in own:
            if row.refused:
                return _no("equivalence-not-signed", atom, row.key, level=value)
            return _no("equivalence-not-valid", atom, row.key, level=value)
    return _no("no-equivalence", atom, "equivalences", level=value)


def _cleared(value: str, compiled: Compiled) -> bool:
    """Tell whether the recipient holds this level or a higher one on the same axis of the same scale."""
    scale_name, _slash, level = value.partition("/")
    scale = compiled.rules.scales.get(scale_name)
    needed = scale.place(level) if scale is not None else None
    if scale is None or needed is None:
        return False
    for clearance in compiled.recipient.clearances:
        held_scale, _slash, held_level = clearance.partition("/")
        held = scale.place(held_level) if held_scale == scale_name else None
        if held is not None and held[0] == needed[0] and held[1] >= needed[1]:
            return True
    return False


def holds(row: Equivalence, now: Instant) -> bool:
    """Tell whether an equivalence row holds at an instant; one whose table is falsely said to be signed never does."""
    return not row.refused and row.since <= now and (row.until is None or now < row.until)


def _verdict(passes: bool, code: str, atom: str, rule: str | None, **params: Any) -> Decision:
    return _yes(atom, rule) if passes else _no(code, atom, rule, **params)


def _yes(atom: str, rule: str | None, **params: Any) -> Decision:
    return Decision(True, "passes", atom, rule, params)


def _no(code: str, atom: str, rule: str | None, **params: Any) -> Decision:
    return Decision(False, code, atom, rule, params)
