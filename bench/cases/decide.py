"""Release decisions on one core, none of them remembered from an earlier one."""

from __future__ import annotations

from typing import Any

from bench import child, measure
from bench.figure import Figure

NAME = "decide"
TARGET = 400_000.0


def run(quick: bool) -> list[Figure]:
    """Measure in a process of its own."""
    found = child.call("bench.cases.decide:rates", rounds=3 if quick else 9, markings=500 if quick else 2000)
    return [
        Figure(
            bench=NAME, metric="decisions, uncached", unit="decisions/CPU-s", ours=found["decide"], target=TARGET,
            peer=found["cedar"], peer_name=found["cedar_name"], floor=found["floor"], memory_mb=found["memory_mb"],
        )
    ]  # fmt: skip


def rates(rounds: int, markings: int) -> dict[str, Any]:
    """Decide every marking for each of ten recipients, one call a decision; decisions per CPU-second."""
    from bench.generate import marking_sets
    from bench.ruleset import rules_text
    from cordiale.release.decide import compile_rules
    from cordiale.release.rules import parse

    rules = parse(rules_text(10))
    sets = marking_sets(markings)
    now = 1_780_000_000_000_000
    held = [frozenset(recipient.clearances) | recipient.compartments for recipient in rules.partners.values()]

    def ours() -> float:
        # Compiled anew in every round: nothing is left over from the round before.
        tables = [compile_rules(rules, recipient) for recipient in rules.partners.values()]
        with measure.spent() as used:
            for table in tables:
                decide = table.decide
                for marking in sets:
                    decide(marking, now)
        return len(tables) * len(sets) / used.cpu

    def floor() -> float:
        with measure.spent() as used:
            for names in held:
                for marking in sets:
                    marking <= names  # noqa: B015 (one set comparison is the least a decision can cost)
        return len(held) * len(sets) / used.cpu

    from bench import cedar

    contenders = {
        "decide": ours,
        "floor": floor,
        "cedar": lambda: cedar.rate(sets[:: max(1, len(sets) // 100)], rules),
    }
    found: dict[str, Any] = dict(measure.alternate(rounds, contenders))
    return found | {"cedar_name": cedar.NAME, "memory_mb": measure.peak_mb()}
