"""Run schedules: `./dev simulate --seeds N --seed S --events E`; a failing seed is named and can be run again."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter

from tests.simulation.schedule import EVENTS, GAPS
from tests.simulation.seeds import run_all


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
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes that share the seeds"
    )
    given = parser.parse_args()
    coverage: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    done, spent = 0, 0.0
    for ran in run_all(
        range(given.seed, given.seed + given.seeds), events=given.events, jobs=max(1, given.jobs)
    ):
        done, spent = done + 1, spent + ran.cpu
        coverage += ran.coverage
        if ran.problem:
            failed[ran.kind] += 1
            print(f"seed {ran.seed}: {ran.problem}", flush=True)
            if given.log:
                print("\n".join(ran.trace))
            print(ran.broke, end="")
            if not given.keep_going:
                return 1
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
