"""Run schedules: `./dev simulate --seeds N --seed S --events E`; a failing seed is named and can be run again."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter

from cordiale.platform.log import configure
from tests.simulation.schedule import EVENTS, GAPS, Schedule


def main() -> int:
    """Run the seeds asked for; return 1 when one fails."""
    parser = argparse.ArgumentParser(prog="./dev simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many schedules to run")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--events", type=int, default=EVENTS, help="events in each schedule")
    parser.add_argument(
        "--coverage", action="store_true", help="print which transitions were taken how often"
    )
    parser.add_argument("--log", action="store_true", help="print the trace of a seed that fails")
    parser.add_argument("--keep-going", action="store_true", help="run the other seeds after a failure")
    given = parser.parse_args()
    configure("critical")  # schedules go wrong on purpose all the time
    coverage: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    started = time.process_time()
    done = 0
    for seed in range(given.seed, given.seed + given.seeds):
        schedule = Schedule(seed, events=given.events)
        done += 1
        try:
            schedule.run()
        except Exception as problem:
            kind = str(problem).split(":")[0]
            failed[kind] += 1
            print(f"seed {seed}: {type(problem).__name__}: {problem}")
            if given.log:
                print("\n".join(schedule.log[-80:]))
            if given.log or not isinstance(problem, AssertionError):
                traceback.print_exc()
            if not given.keep_going:
                return 1
        coverage += schedule.coverage
    spent = time.process_time() - started
    if given.coverage:
        for name, count in sorted(coverage.items()):
            print(f"{count:9}  {name}")
        for gap, why in GAPS.items():
            print(f"not simulated: {gap}: {why}")
    print(
        f"{done} schedules of {given.events} events, {done / spent:.1f}/s a core, failed: {dict(failed) or 'none'}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
