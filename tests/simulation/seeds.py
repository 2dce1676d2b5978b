"""Run many seeds, in as many processes as there are cores."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from cordiale.platform.log import configure
from tests.simulation.schedule import EVENTS, Schedule
from tests.simulation.world import QUICK, REAL, templates

REAL_EVERY = 50
"""One seed in so many runs once more on files with real signatures, and has to give the same trace."""


class Ran(msgspec.Struct, frozen=True):
    """What became of one seed: `problem` is empty when every invariant held; `cpu` is in seconds."""

    seed: int
    coverage: Counter[str]
    cpu: float
    problem: str = ""
    kind: str = ""
    trace: tuple[str, ...] = ()
    broke: str = ""


def run(seed: int, *, events: int = EVENTS) -> Ran:
    """Run one schedule to its end, or to the first invariant that does not hold."""
    started = time.process_time()
    schedule = Schedule(seed, events=events)
    try:
        schedule.run()
    except Exception as problem:
        found = f"{type(problem).__name__}: {problem}"
        broke = "" if isinstance(problem, AssertionError) else traceback.format_exc()
        kind, trace = str(problem).split(":")[0], tuple(schedule.log[-80:])
        return Ran(seed, schedule.coverage, time.process_time() - started, found, kind, trace, broke)
    spent = time.process_time() - started
    if seed % REAL_EVERY == 0 and (other := _on_files(seed, events)) != schedule.digest:
        return Ran(
            seed, schedule.coverage, spent, f"trace: on files with real signatures it is {other}", "trace"
        )
    return Ran(seed, schedule.coverage, spent)


def _on_files(seed: int, events: int) -> str:
    """Run a schedule as a node really runs: SQLite files, Ed25519."""
    with tempfile.TemporaryDirectory(prefix="cordiale-simulation-") as folder:
        return Schedule(seed, events=events, files=Path(folder), keys=REAL).run()


def run_all(seeds: Sequence[int], *, events: int = EVENTS, jobs: int = 1) -> Iterator[Ran]:
    """Run seeds and yield what became of each, in their order; `jobs` processes share them."""
    configure("critical")  # schedules go wrong on purpose all the time
    templates(QUICK)  # made once, before the processes part
    one = partial(run, events=events)
    if jobs == 1 or len(seeds) == 1:
        yield from map(one, seeds)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(one, seeds, chunksize=2)
