"""Simulated exchanges: how many schedules of three nodes a core runs, every invariant checked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench import child
from bench.figure import Figure

NAME = "simulate"
PER_SECOND = 20.0


def run(quick: bool) -> list[Figure]:
    """Run schedules from the first seed on; nothing is written to disk."""
    found = child.call("bench.cases.simulate:schedules", count=5 if quick else 60)
    return [
        Figure(
            bench=NAME,
            metric=f"schedules of 3 nodes and 200 events, mean of {found['count']} seeds",
            unit="schedules/CPU-s",
            ours=found["count"] / found["cpu"],
            target=PER_SECOND,
            memory_mb=found["memory_mb"],
        ),
        Figure(
            bench=NAME,
            metric="database statements of a schedule, transactions included",
            unit="statements",
            ours=found["statements"],
        ),
    ]


def schedules(count: int) -> dict[str, Any]:
    """Run seeds without their templates' one-time cost; a few more are run to count what reaches SQLite."""
    from bench import measure
    from tests.simulation.schedule import Schedule
    from tests.simulation.seeds import run_all

    ran = list(run_all(range(count + 1)))[1:]  # the first carries the imports
    counted: Counter[str] = Counter()
    seeds = range(3)
    for seed in seeds:
        schedule = Schedule(seed)
        for node in schedule.world.nodes.values():
            assert node.store.memory is not None
            node.store.memory.connection.set_trace_callback(lambda _sql: counted.update(("statement",)))
        try:
            schedule.run()
        except AssertionError:
            continue  # a seed that fails is the simulator's finding, not this measurement's
    return {
        "count": count,
        "cpu": sum(one.cpu for one in ran),
        "statements": counted["statement"] / len(seeds),
        "memory_mb": measure.peak_mb(),
    }
