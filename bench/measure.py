"""CPU-seconds, memory and fair order: how everything here is measured.

The machine is shared, so wall-clock time says little; every rate is per CPU-second (user + system) of the processes
that did the work.
"""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

TICKS = os.sysconf("SC_CLK_TCK")


class Spent:
    """CPU-seconds and wall seconds of a finished `spent()` block."""

    cpu: float = 0.0
    wall: float = 0.0


def own_cpu() -> float:
    """Give CPU-seconds used so far by this process and the children it has waited for."""
    mine, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure a block; the yielded value is filled in when the block ends."""
    result = Spent()
    cpu, wall = own_cpu(), time.perf_counter()
    try:
        yield result
    finally:
        result.cpu, result.wall = own_cpu() - cpu, time.perf_counter() - wall


def peak_mb() -> float:
    """Give the peak resident memory of this process in MB (10^6 bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def tree(pid: int) -> list[int]:
    """List a process and all its descendants that are alive."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text().split()]
            except OSError:
                continue
    return found


def process_cpu(pid: int) -> float:
    """Give CPU-seconds used so far by a running process, its threads and its waited-for children (proc(5), stat 14–17)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def tree_cpu(pid: int) -> float:
    """Give CPU-seconds used so far by a running process and its descendants."""
    return sum(process_cpu(one) for one in tree(pid))


def busy_ms(pids: Sequence[int]) -> float:
    """Give CPU-milliseconds used so far by running processes, all their threads, to the nanosecond (proc(5), schedstat).

    For a question that takes less than a tick; processes that ended meanwhile are not in it.
    """
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except OSError:
                continue
    return total / 1e6


def pss_mb(pid: int) -> float:
    """Give the proportional set size of a process tree in MB: shared pages are counted once, not once per process."""
    total = 0
    for one in tree(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total * 1024 / 1e6


def peak_of_mb(pid: int) -> float:
    """Give the peak resident memory of a running process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def alternate(rounds: int, contenders: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Run each contender once a round, in turning order, and give the median of each.

    Turning the order keeps a machine that slows down or warms up from favouring one side.
    """
    names = list(contenders)
    values: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            values[name].append(contenders[name]())
    return {name: statistics.median(found) for name, found in values.items()}


def gathered(jobs: Sequence[Callable[[], T]], at_once: bool) -> list[T]:
    """Run jobs that are processes of their own and give their results: one after the other, or at once to save time.

    At once they share caches and memory, which CPU-seconds show; only quick runs do that.
    """
    if not at_once:
        return [job() for job in jobs]
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(lambda job: job(), jobs))


def machine() -> dict[str, str]:
    """Describe the machine a figure was measured on."""
    import platform

    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or "unknown",
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cpu": cpu,
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def load() -> str:
    """Give the load averages, so that a reader knows what else the machine did."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def settled(pid: int, quiet: float = 0.6, longest: float = 60.0) -> None:
    """Wait until a process tree uses next to no CPU: its background work for what it was given is done."""
    deadline = time.monotonic() + longest
    while time.monotonic() < deadline:
        before = tree_cpu(pid)
        time.sleep(quiet)
        if tree_cpu(pid) - before <= 0.05 * quiet:
            return
