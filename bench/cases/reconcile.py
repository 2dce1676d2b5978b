"""Two nodes that hold the same are compared: quickly by their records, whole by reading everything, and four differences are found.

The sender is a real server over TLS; the receiver compares as `cordiale partner reconcile` does. What is planted: a body that is
gone, a byte that was flipped, an object that was asked back and lies there all the same, and one that is in no stream.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from bench import child, measure
from bench.cases import first_sync
from bench.figure import Figure
from bench.serving import scratch

NAME = "reconcile"
QUICK_S, FULL_S = 1.0, 60.0
PLANTED = ["extra", "flipped", "missing", "recalled"]


def run(quick: bool) -> list[Figure]:
    """Compare a million objects, or two thousand."""
    count = int(os.environ.get("BENCH_RECONCILE", "2000" if quick else "1000000"))
    with scratch("bench-reconcile-") as folder:
        ports = first_sync.free_ports()
        child.call("bench.cases.first_sync:join", folder=str(folder), ports=ports, timeout=300)
        child.call("bench.cases.first_sync:fill", folder=str(folder), count=count, timeout=7200)
        first_sync.synchronise(folder, count)
        return compared(folder)


def compared(folder: Path) -> list[Figure]:
    """Compare two nodes that were synchronised; the sender is served while the receiver looks."""
    server = first_sync.serve(folder / "can")
    try:
        found = child.call(f"{__name__}:compare", folder=str(folder), timeout=7200)
    finally:
        server.terminate()
        server.wait(30)
    if found["planted"] != PLANTED or found["left"]:
        raise RuntimeError(f"planted {PLANTED}, found {found['planted']}, left {found['left']}")
    held = f"{found['objects']:,} objects"
    return [
        Figure(
            bench=NAME,
            metric=f"quick comparison by records, {held}",
            unit="s",
            ours=found["quick"],
            target=QUICK_S,
            better="less",
        ),
        Figure(
            bench=NAME,
            metric=f"whole comparison, every body read and hashed again, {held}",
            unit="s",
            ours=found["full"],
            target=FULL_S,
            better="less",
            memory_mb=found["memory_mb"],
        ),
        Figure(
            bench=NAME,
            metric="planted differences found and repaired (missing, flipped, recalled, extra)",
            unit="of 4",
            ours=float(len(found["planted"])),
            target=4.0,
        ),
    ]


def compare(folder: str) -> dict[str, Any]:
    """Compare, plant the four differences, compare whole, and compare whole once more."""
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.node.opening import open_node

    path, actor = Path(folder), house("bench")
    ours: dict[str, Any] = {}
    with open_node(path / "can", environ={}) as sender, sender.store.read() as tx:
        back, *others = (row[0] for row in tx.rows("SELECT id FROM objects ORDER BY oid LIMIT 4 OFFSET 100"))
    with open_node(path / "fra", environ={}) as node:
        verbs.sync(node.desk, actor)
        before = time.perf_counter()
        verbs.partner_reconcile(node.desk, actor, "can")
        ours["quick"] = time.perf_counter() - before
        copy = _copy(node, back)
        recalled(path, back)
        verbs.sync(node.desk, actor)
        _plant(node, copy, others)
        before = time.perf_counter()
        done = verbs.partner_reconcile(node.desk, actor, "can", full=True)
        ours["full"] = time.perf_counter() - before
        ours["objects"] = done.objects
        ours["planted"] = sorted(one.kind for one in done.differences)
        ours["left"] = len(verbs.partner_reconcile(node.desk, actor, "can", full=True).differences)
    return {**ours, "memory_mb": measure.peak_mb()}


def recalled(path: Path, stix_id: str) -> None:
    """Ask one object back, as an officer does beside the running server."""
    child.call(f"{__name__}:recall", folder=str(path), stix_id=stix_id)


def recall(folder: str, stix_id: str) -> None:
    """Ask an object back from the receiver."""
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.node.opening import open_node

    with open_node(Path(folder) / "can", environ={}) as node:
        verbs.recall(node.desk, house("bench"), ids=[stix_id], partner="fra", reason="bench", confirm=True)


def _copy(node: Any, stix_id: str) -> tuple[Any, Any]:
    from cordiale.stix.version import read
    from cordiale.store import versions

    with node.store.read() as tx:
        (row,) = versions.get(tx, stix_id, None, history=True)
    return read(row.raw)[0], frozenset({"tlp:green"})


def _plant(node: Any, copy: tuple[Any, Any], ids: list[str]) -> None:
    """Damage the receiver's database behind its back."""
    from cordiale.stix.version import read
    from cordiale.store import versions
    from cordiale.store.types import Put

    version, marking = copy
    extra = read(version.raw.replace(version.id[-12:].encode(), b"0123456789ab"))[0]
    with node.store.write() as tx:
        gone, flipped = (versions.get(tx, one, None, history=True)[0] for one in ids[:2])
        tx.run("DELETE FROM bodies WHERE vid = ?", gone.vid)
        raw = bytearray(flipped.raw)
        raw[len(raw) // 2] ^= 1
        tx.run("UPDATE bodies SET raw = ? WHERE vid = ?", bytes(raw), flipped.vid)
        tx.run("DELETE FROM tombstones")
        puts = [Put(one, marking, marking, "received") for one in (version, extra)]
        versions.put(tx, "can", node.desk.clock(), puts)
