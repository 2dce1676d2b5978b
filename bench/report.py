"""docs/benchmarks.md, written from the kept results and the notes beside them."""

from __future__ import annotations

from pathlib import Path

from bench.cases import CASES
from bench.figure import RESULTS, ROOT, Figure, Result, read, rounded

PAGE = ROOT / "docs" / "benchmarks.md"
NOTES = ROOT / "bench" / "notes"

HEAD = """# Benchmarks

Written by `./dev bench` from `bench/results` and `bench/notes`; do not edit it by hand.

Every rate is **per CPU-second** (user and system time of the processes that did the work), because the machines this is
measured on are shared. A peer is measured in the same run, in an environment of its own made from its lock, in turning
order; of several rounds the median counts. *Floor* is what the hardware and the C libraries allow for the same work
without any of our code. Memory is the peak resident memory of the process measured, in MB (10⁶ bytes).
`./dev bench --quick` gives a smaller version of each in some 25 CPU-seconds (under 40 seconds on two free cores) and keeps
nothing; what it leaves out: docs/decisions/0054-turns-on-a-shared-machine.md. The whole takes, by its parts, some 1,200
CPU-seconds, most of it filling stores with a million objects: 20 minutes on a free machine, an hour where others work.
"""


def refresh(results: Path = RESULTS, notes: Path = NOTES, page: Path = PAGE) -> str:
    """Write the page again and give its text."""
    text = render([read(path) for path in sorted(results.glob("*.json"))], notes)
    page.write_text(text)
    return text


def render(results: list[Result], notes: Path = NOTES) -> str:
    """Give the page as Markdown; the same results and notes always give the same text."""
    order = list(CASES)
    results = sorted(results, key=lambda result: order.index(result.bench))
    missed = [figure for result in results for figure in result.figures if figure.met is False]
    parts = [HEAD, summary(results, missed)]
    for result in results:
        parts.append(section(result, notes / f"{result.bench}.md"))
    return "\n".join(parts)


def summary(results: list[Result], missed: list[Figure]) -> str:
    """Say first how many targets are met, and which are not."""
    aimed = sum(figure.target is not None for result in results for figure in result.figures)
    lines = [f"**{aimed - len(missed)} of {aimed} targets are met.**"]
    if missed:
        lines.append("Not met, with the reason in the section of each:\n")
        lines += [
            f"* {figure.bench}: {figure.metric}, {number(figure.ours)} {figure.unit} {aim(figure)}"
            for figure in missed
        ]
    return "\n".join(lines) + "\n"


def section(result: Result, note: Path) -> str:
    """Give one benchmark's table, how it was measured, and its note."""
    machine = ", ".join(f"{key} {value}" for key, value in result.machine.items())
    rows = [
        "| figure | ours | target | peer | ours : peer | floor | memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for figure in result.figures:
        peer = f"{number(figure.peer)} ({figure.peer_name})" if figure.peer is not None else "–"
        ratio = f"{figure.ratio:.3g} ×" if figure.ratio else "–"
        memory = f"{figure.memory_mb:.0f} MB" if figure.memory_mb is not None else "–"
        rows.append(
            f"| {figure.metric} | {number(figure.ours)} {figure.unit} | {verdict(figure)} | {peer} | {ratio} |"
            f" {number(figure.floor)} | {memory} |"
        )
    text = note.read_text().strip() + "\n" if note.exists() else ""
    return (
        f"## {result.bench}: {CASES[result.bench][1]}\n\n" + "\n".join(rows) + "\n\n"
        f"`{result.command}`, {result.date}, {machine}; load averages afterwards {result.load}.\n"
        + (f"\n{text}" if text else "")
    )


def verdict(figure: Figure) -> str:
    """Say the target and whether it is met."""
    if figure.target is None:
        return "–"
    return f"{aim(figure)}, **{'met' if figure.met else 'missed'}**"


def aim(figure: Figure) -> str:
    """Write the target with its direction."""
    return f"{'≥' if figure.better == 'more' else '≤'} {number(figure.target)}"


def number(value: float | None) -> str:
    """Write a number with four digits and thousands apart."""
    if value is None:
        return "–"
    value = rounded(float(value))
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"


def plain(figures: list[Figure]) -> str:
    """Give the figures as lines for a terminal."""
    lines = []
    for figure in figures:
        peer = f", {figure.peer_name} {number(figure.peer)}" if figure.peer is not None else ""
        state = "" if figure.met is None else f" [{aim(figure)}: {'met' if figure.met else 'missed'}]"
        lines.append(f"{figure.bench}: {figure.metric}: {number(figure.ours)} {figure.unit}{peer}{state}")
    return "\n".join(lines)
