"""Correlation among ten million values, some of them carried by far too many: what the index takes, what a look-up costs.

A million indicators of ten values each are put into a store as an import puts them (their bodies written by hand, not
parsed), under twenty markings of which the reader passes twelve.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import child, measure
from bench.figure import Figure

NAME = "correlation"
VALUES = 10_000_000
EACH = 10
HOT = 20
"""Values that one in fifty indicators carries besides its own."""

ASKED = 3_000
TARGET_BYTES = 3_000.0
TARGET_MS = 10.0
FREE = 12 << 30
"""Bytes that must be free: the store with its bodies takes some 6 GB, and is removed afterwards."""


def run(quick: bool) -> list[Figure]:
    """Measure in a process of its own; the store is removed whatever happens."""
    count = VALUES // 100 if quick else VALUES
    with tempfile.TemporaryDirectory(prefix="bench-correlation-") as name:
        if not quick and shutil.disk_usage(name).free < FREE:
            raise RuntimeError(f"{FREE >> 30} GB must be free where temporary files go")
        found = child.call("bench.cases.correlation:asked", timeout=7200, folder=name, values=count)
    label = f"{count:,} values"
    return [
        Figure(
            bench=NAME, metric=f"{label}: the index of values, networks, names and parts of digests", unit="MB", better="less",
            ours=found["index_mb"], target=TARGET_BYTES * (0.02 if quick else 1.0),
        ),
        Figure(bench=NAME, metric=f"{label}: rows of it for each value", unit="rows", better="less", ours=found["rows"]),
        Figure(bench=NAME, metric=f"{label}: stored, with their index", unit="values/CPU-s", ours=found["rate"], memory_mb=found["memory_mb"]),
        *(
            Figure(
                bench=NAME, metric=f"{label}: {what}, 95 of 100 within", unit="CPU-ms", better="less", ours=found["p95"][what], target=TARGET_MS,
            )
            for what in found["p95"]
        ),
        Figure(bench=NAME, metric=f"{label}: any of them, 95 of 100 within, on the wall clock", unit="ms", better="less", ours=found["wall"]),
    ]  # fmt: skip


def asked(folder: str, values: int) -> dict[str, Any]:
    """Fill a node, then ask for what has to do with values of every kind."""
    from cordiale.desk.actor import Actor
    from cordiale.domains.cyber.correlation.found import of_value
    from cordiale.node.initialise import init
    from cordiale.node.opening import open_node
    from cordiale.release.recipient import Recipient

    path = init(Path(folder) / "node", name="canada", nation="CAN", organisation="LCC")
    reader = Actor("paul", frozenset({"analyst"}), Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="green"))  # fmt: skip
    with open_node(path, environ={}) as node:
        with measure.spent() as filling:
            fill(node.desk, values // EACH)
        size, rows = _size(Path(path) / "cordiale.db", values)
        spent: dict[str, list[float]] = {}
        wall: list[float] = []
        rnd = random.Random(8)
        for what, kind, value in _questions(rnd, values):
            begun, clock = time.process_time_ns(), time.perf_counter_ns()
            found = of_value(node.desk, reader, kind, value)
            spent.setdefault(what, []).append((time.process_time_ns() - begun) / 1e6)
            wall.append((time.perf_counter_ns() - clock) / 1e6)
            assert what == "an absent value" or found.neighbours or found.hot, (kind, value)
    return {
        "index_mb": size,
        "rows": rows,
        "rate": values / filling.cpu,
        "memory_mb": measure.peak_mb(),
        "p95": {what: _within(times) for what, times in spent.items()},
        "wall": _within(wall),
    }


def _within(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def value_of(n: int) -> tuple[str, str]:
    """Return the n-th value: four of ten addresses, a network, two names, a URL, two digests."""
    digest = hashlib.blake2b(n.to_bytes(8, "big"), digest_size=16).hexdigest()
    place = n % 10
    if place < 4:
        return "ipv4-addr", ".".join(str(int(digest[at : at + 2], 16)) for at in (0, 2, 4, 6))
    if place == 4:
        length = 20 + n % 9
        first = int(digest[:8], 16) >> (32 - length) << (32 - length)
        return "ipv4-addr", f"{'.'.join(str(first >> shift & 255) for shift in (24, 16, 8, 0))}/{length}"
    if place < 7:
        return "domain-name", f"{digest[:4]}.{digest[4:12]}.{('com', 'co.uk', 'example')[n % 3]}"
    if place == 7:
        return "url", f"https://www.{digest[:8]}.net/{digest[8:14]}"
    return "hash", digest if place == 8 else hashlib.sha256(digest.encode()).hexdigest()


def hot_of(n: int) -> tuple[str, str]:
    """Return one of the values that very many carry."""
    return (
        ("ipv4-addr", f"203.0.113.{n}"),
        ("domain-name", f"www.shared{n}.example"),
        ("hash", f"{n:032x}"),
    )[n % 3]


def _written(pairs: list[tuple[str, str]]) -> str:
    paths = {"ipv4-addr": "ipv4-addr:value", "domain-name": "domain-name:value", "url": "url:value"}
    return "[" + " OR ".join(
        f"{paths[kind]} = '{value}'" if kind != "hash" else f"file:hashes.{'MD5' if len(value) == 32 else chr(39) + 'SHA-256' + chr(39)} = '{value}'"
        for kind, value in pairs
    ) + "]"  # fmt: skip


def fill(desk: Any, objects: int) -> None:
    """Put indicators of `EACH` values each into a node, as an import does."""
    from cordiale.stix.version import Version
    from cordiale.store import versions
    from cordiale.store.types import Put

    markings = [frozenset({"tlp:green", f"rel:canada|x{n}"}) for n in range(12)]
    markings += [frozenset({"tlp:red", f"rel:canada|x{n}"}) for n in range(8)]
    when = 1_772_352_000_000_000

    def puts(start: int, end: int) -> Iterator[Any]:
        for number in range(start, end):
            pairs = [value_of(number * EACH + n) for n in range(EACH)]
            if number % 50 < HOT:
                pairs[-1] = hot_of(number % 50)
            identifier = f"indicator--00000000-0000-4000-8000-{number:012d}"
            raw = (
                f'{{"type":"indicator","spec_version":"2.1","id":"{identifier}","created":"2026-03-01T08:00:00.000Z",'
                f'"modified":"2026-03-01T08:00:00.000Z","name":"indicator {number}","pattern":"{_written(pairs)}",'
                f'"pattern_type":"stix","valid_from":"2026-03-01T08:00:00.000Z"}}'
            ).encode()
            version = Version(
                raw=raw, hash=hashlib.sha256(raw).digest(), id=identifier, type="indicator", created=when, modified=when, values=tuple(pairs),
            )  # fmt: skip
            marking = markings[number % len(markings)]
            yield Put(version, marking, marking, "local")

    for start in range(0, objects, 20_000):
        with desk.store.write() as tx:
            versions.put(tx, desk.node, when + start, list(puts(start, min(objects, start + 20_000))), own=())


def _size(file: Path, values: int) -> tuple[float, float]:
    """Return what the table of values and its index take (MB), and how many rows there are for each value."""
    import sqlite3

    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        (size,) = connection.execute(
            "SELECT SUM(pgsize) FROM dbstat WHERE aggregate = 1 AND name IN ('observed', 'ix_observed_value')"
        ).fetchone()
        (rows,) = connection.execute("SELECT COUNT(*) FROM observed").fetchone()
    finally:
        connection.close()
    return size / 1e6, rows / values


def _questions(rnd: random.Random, values: int) -> Iterator[tuple[str, str, str]]:
    """Yield (what it is, kind, value) in turning order; all that is asked for is under a marking that the reader passes."""

    def open_(place: int) -> tuple[str, str]:
        while True:
            number = rnd.randrange(values // EACH)
            if number % 20 < 12 and (place < 9 or number % 50 >= HOT):
                return value_of(number * EACH + place)

    for _turn in range(ASKED // 8):
        kind, value = open_(rnd.randrange(4))
        yield "an address", kind, value
        yield "a network", "cidr", value.rpartition(".")[0] + ".0/24"
        yield "a wide network", "cidr", ".".join(value.split(".")[:2]) + ".0.0/16"
        kind, value = open_(5)
        yield "a name", kind, value
        yield "a registered name", kind, value.partition(".")[2]
        kind, value = open_(7)
        yield "a URL", kind, value
        kind, value = open_(9)
        yield "a digest", kind, value
        kind, value = hot_of(rnd.randrange(HOT))
        yield "a value that too many carry", kind, value
        yield "an absent value", "domain-name", f"{rnd.randrange(1 << 40):x}.absent.example"
