"""`./dev bench [NAME…] [--json] [--list] [--quick]`: run benchmarks, keep their results, write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import sys
import time
import traceback

import msgspec

from bench import measure, report, shared
from bench.cases import CASES, NAMED
from bench.figure import Figure, Result, public, write


def parser() -> argparse.ArgumentParser:
    """Build the command line."""
    built = argparse.ArgumentParser(
        prog="./dev bench",
        description="Measure what a node reaches, per CPU-second, beside its peers in the same run.",
    )
    built.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="benchmarks to run; when none is named, all but exchanges of whole nodes (see --list)",
    )
    built.add_argument("--json", action="store_true", help="print one JSON list of figures")
    built.add_argument("--list", action="store_true", help="name the benchmarks and stop")
    built.add_argument(
        "--quick",
        action="store_true",
        help="smaller ones, under 40 s altogether; keeps no result",
    )
    built.add_argument(
        "--docs", action="store_true", help="only write docs/benchmarks.md again from the kept results"
    )
    return built


def main(argv: list[str]) -> int:
    """Run what the command line asks for; 1 when a benchmark could not run, 2 when a name is unknown."""
    asked = parser().parse_args(argv)
    unknown = [name for name in asked.names if name not in CASES]
    if unknown:
        print(f"unknown benchmark: {', '.join(unknown)}. Known: {', '.join(CASES)}", file=sys.stderr)
        return 2
    if asked.list:
        print(json.dumps(list(CASES)) if asked.json else listing())
        return 0
    if asked.docs:
        report.refresh()
        return 0
    try:
        names = asked.names or [name for name in CASES if name not in NAMED]
        figures, failed = measured(names, asked.quick)
    finally:
        shared.end()
    if asked.json:
        print(json.dumps([public(figure) for figure in figures], indent=2, ensure_ascii=False))
    else:
        print(report.plain(figures))
    return 1 if failed else 0


def listing() -> str:
    """Name every benchmark with what it measures."""
    width = max(map(len, CASES))
    told = {
        name: f"{summary} (when named)" if name in NAMED else summary for name, (_, summary) in CASES.items()
    }
    return "\n".join(f"{name:<{width}}  {summary}" for name, summary in told.items())


def measured(names: list[str], quick: bool) -> tuple[list[Figure], list[str]]:
    """Run benchmarks one after the other; one that fails says why and does not stop the others."""
    found: list[Figure] = []
    failed = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        start, cpu = time.monotonic(), measure.own_cpu()
        try:
            figures = run(name, quick)
        except Exception:
            traceback.print_exc()
            failed.append(name)
            continue
        used = f"{time.monotonic() - start:.0f} s, {measure.own_cpu() - cpu:.0f} CPU-s"
        print(f"{name}: {used}", file=sys.stderr, flush=True)
        found += figures
        if not quick:
            keep(name, figures)
    if not quick and not failed:
        report.refresh()
    return found, failed


def run(name: str, quick: bool) -> list[Figure]:
    """Run one benchmark."""
    module = importlib.import_module(f"bench.cases.{CASES[name][0]}")
    figures = module.run(quick)
    return msgspec.convert(figures, list[Figure])


def keep(name: str, figures: list[Figure]) -> None:
    """Keep a whole run's figures in bench/results."""
    write(
        Result(
            bench=name,
            date=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d"),
            command=f"./dev bench {name}",
            machine=measure.machine(),
            load=measure.load(),
            figures=figures,
        )
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
