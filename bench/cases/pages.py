"""Pages as people read them: a signed-in session asks a served node over HTTP, at a million objects, on both databases.

Questions come one after the other on one connection; hardly any is asked twice. Of each, the CPU time of the node and its
database is taken, which a machine that others use stretches least, and the time from the question to the last byte. What is on
a page is checked: no row may be outside its reader's markings, and who may see ten sees ten.
"""

from __future__ import annotations

import os
import random
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote_plus

from bench import marked
from bench.figure import Figure
from bench.marked import MIDDLING, NARROW, WIDE, Reader
from bench.paged import Database, Paged, paged
from bench.visitor import Visitor

NAME = "pages"
P95_MS = 50.0
READERS = (WIDE, MIDDLING, NARROW)
TYPES = ("relationship", "indicator", "malware", "note", "domain-name")
ATOMS = ("tlp:green", "tlp:amber", "level:CAN/SECRET", "compartment:CAN/HARBOUR", "rel:CAN|FRA")
WARM = 12
"""Questions of each kind that are not counted: they fill the caches of a server that just started."""

_NEXT = re.compile(rb'href="([^"]*after=[^"]*)" rel="next"')

Path = Callable[[random.Random, Reader, bytes], str]
"""Gives what is asked next, from the answer before."""


@dataclass(frozen=True)
class Asked:
    """What one kind of question took: milliseconds and CPU-milliseconds of each, and bytes of one on average."""

    times: list[float]
    cpu: list[float]
    size: float


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def run(quick: bool) -> list[Figure]:
    """Ask on SQLite and, where its programs are installed, on PostgreSQL; then a small store what most cannot see of a large one."""
    small, most, times = (1_000, 3_000, 20) if quick else (10_000, 1_000_000, 120)
    figures: list[Figure] = []
    for database in databases(quick):
        # filling PostgreSQL with a million takes half an hour where others work
        large = int(os.environ.get(f"BENCH_PAGES_{database.upper()}", most))
        with paged(large, database, READERS) as served:
            found = dict(measured(served, times))
        for label, one in found.items():
            figures += shown(f"{label}, {large:,} objects, {database}", one)
        if large <= small:
            continue
        with paged(small, database, READERS) as served:
            few = dict(measured(served, times, only=(EVERYWHERE,)))[EVERYWHERE]
        figures.append(
            Figure(
                bench=NAME,
                metric=f"CPU for {EVERYWHERE}: {large:,} objects held as against {small:,}, {database}",
                unit="×",
                ours=statistics.median(found[EVERYWHERE].cpu) / statistics.median(few.cpu),
                better="less",
            )
        )
    return figures


def databases(quick: bool) -> tuple[Database, ...]:
    """Return which databases are measured here."""
    from tests.postgresql import programs

    return ("SQLite",) if quick or programs() is None else ("SQLite", "PostgreSQL")


def shown(label: str, found: Asked) -> list[Figure]:
    """Give the figures of one kind of question."""
    return [
        Figure(
            bench=NAME, metric=f"{label}: 95 of 100 within, CPU of node and database", unit="CPU-ms", ours=p95(found.cpu),
            target=P95_MS, better="less",
        ),
        Figure(bench=NAME, metric=f"{label}: half within", unit="CPU-ms", ours=statistics.median(found.cpu), better="less"),
        Figure(bench=NAME, metric=f"{label}: 95 of 100 within, by the clock, beside whatever else ran", unit="ms", ours=p95(found.times), better="less"),
    ]  # fmt: skip


EVERYWHERE = f"a word in all rows of which the reader sees {marked.FEW}"
POPULAR = "object page and graph of what thousands refer to"


def measured(served: Paged, times: int, only: tuple[str, ...] = ()) -> Iterator[tuple[str, Asked]]:
    """Yield what each kind of question took."""
    held = served.held
    kinds: dict[str, tuple[tuple[Reader, ...], Path]] = {
        "list": (READERS, lists),
        "search": (READERS, searches),
        "object page": (READERS, objects(held)),
        f"graph of {marked.AROUND} nodes": ((WIDE, MIDDLING), graphs(held)),
        POPULAR: ((WIDE, MIDDLING), popular(held)),
        EVERYWHERE: ((NARROW,), lambda _chance, _reader, _before: f"/objects?q={marked.EVERYWHERE}"),
    }
    for label, (readers, path) in kinds.items():
        if only and label not in only:
            continue
        with ExitStack() as stack:
            visitors = [(one, stack.enter_context(served.visitor(one))) for one in readers]
            yield label, asked(served, visitors, path, times)


def asked(served: Paged, visitors: list[tuple[Reader, Visitor]], path: Path, times: int) -> Asked:
    """Ask each reader's questions in turn, and look at every answer.

    Raises:
        RuntimeError: a page holds what its reader may not see, or not what they do.
    """
    chance = random.Random(len(path.__qualname__))
    before = {reader.name: b"" for reader, _visitor in visitors}
    found: list[float] = []
    cpu: list[float] = []
    size = 0
    for number in range(-WARM, times):
        reader, visitor = visitors[number % len(visitors)]
        asking = path(chance, reader, before[reader.name])
        busy = served.busy_ms()
        answer = visitor.get(asking)
        used = served.busy_ms() - busy
        before[reader.name] = answer.body
        check(asking, reader, answer.body)
        if number >= 0:
            found.append(answer.seconds * 1000)
            cpu.append(used)
            size += len(answer.body)
    return Asked(found, cpu, size / times)


def check(asking: str, reader: Reader, page: bytes) -> None:
    """Raise RuntimeError for a page with a row outside its reader's markings, or without those it must have."""
    hidden = marked.outside(page, marked.allowed(reader))
    if hidden:
        raise RuntimeError(f"{reader.name} was shown {hidden[:3]} by {asking}")
    if reader is NARROW and asking == f"/objects?q={marked.EVERYWHERE}":
        seen = len({match[3] for match in marked.ID.finditer(page)})
        if seen != marked.FEW:
            raise RuntimeError(f"{seen} rows instead of {marked.FEW} at {asking}")
    if "/neighbours" in asking:
        nodes = page.count(b'"typeLabel"')
        if nodes < marked.AROUND:
            raise RuntimeError(f"a graph of {nodes} nodes at {asking}")


def lists(chance: random.Random, _reader: Reader, before: bytes) -> str:
    """Give a list: the next page of the one before, or another one, as people narrow and sort it."""
    following = _NEXT.search(before)
    if following and chance.random() < 0.5:
        return unescape(following[1].decode())
    kind = chance.random()
    if kind < 0.45:
        return "/objects"
    if kind < 0.7:
        return f"/objects?type={chance.choice(TYPES)}"
    if kind < 0.85:
        return f"/objects?marking={quote_plus(chance.choice(ATOMS))}"
    if kind < 0.95:
        month = chance.randrange(1, 13)
        return f"/objects?since=2024-{month:02d}-01&until=2024-{month:02d}-28"
    return "/objects?sort=name"


def searches(chance: random.Random, _reader: Reader, _before: bytes) -> str:
    """Give a search: for a word of everything, of much, of little, of one object and of none."""
    words = chance.choice(marked.words_of(chance.randrange(1_000_000)))
    return f"/objects?q={quote_plus(words)}"


def objects(held: int) -> Path:
    """Give pages of objects that the reader may see, drawn evenly from all."""

    def one(chance: random.Random, reader: Reader, _before: bytes) -> str:
        if reader is NARROW:
            number = held + chance.randrange(marked.FEW)
            return f"/objects/{marked.identifier(number, 'identity', marked.RARE)}"
        while True:
            stix_id, own, other = marked.existing(chance.randrange(held))
            if reader.passes(own) and reader.passes(other):
                return f"/objects/{stix_id}"

    return one


def graphs(held: int) -> Path:
    """Give graphs around what has as many neighbours as a graph draws: the page at first, then what it asks for when it grows."""

    def one(chance: random.Random, reader: Reader, _before: bytes) -> str:
        while True:
            own, stix_id = marked.hub(held, chance.randrange(marked.HUBS))
            if reader.passes(own):
                return f"/objects/{stix_id}" + chance.choice(("?tab=graph", "/neighbours"))

    return one


def popular(held: int) -> Path:
    """Give what three relationships in ten of a marking refer to: some 20,000 under the most used of a million objects."""

    def one(chance: random.Random, reader: Reader, _before: bytes) -> str:
        while True:
            own, stix_id = marked.popular(held, chance.randrange(5))
            if reader.passes(own):
                return f"/objects/{stix_id}" + chance.choice(("", "?tab=graph"))

    return one
