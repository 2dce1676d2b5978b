"""A served node: what its first answer costs and what it holds in memory when nobody asks."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench import child, measure, traffic
from bench.figure import ROOT, Figure

NAME = "start"
FIRST_ANSWER, IDLE = 1.5, 120.0
SETTLE = 3.0
"""Seconds without a request before memory is read."""


def run(quick: bool) -> list[Figure]:
    """Start a node several times; the first start is not counted, since it writes the bytecode that later ones read."""
    with tempfile.TemporaryDirectory(prefix="bench-start-") as name:
        folder = Path(name)
        child.call("bench.node:new_node", path=str(folder / "node"))
        if not (quick and compiled()):
            one_start(folder, quick)
        found = [one_start(folder, quick) for _ in range(1 if quick else 5)]
    answer, page, idle, egress = (statistics.median(values) for values in zip(*found, strict=True))
    return [
        Figure(bench=NAME, metric="first TAXII answer", unit="CPU-s", ours=answer, target=FIRST_ANSWER, better="less"),
        Figure(bench=NAME, metric="first page", unit="CPU-s", ours=page, target=FIRST_ANSWER, better="less"),
        Figure(
            bench=NAME, metric="idle memory, server and egress after a page was read (proportional set size)", unit="MB",
            ours=idle + egress, target=IDLE, better="less", memory_mb=idle + egress,
        ),
    ]  # fmt: skip


def compiled() -> bool:
    """Tell whether an earlier start left the bytecode."""
    return any((ROOT / "src" / "cordiale" / "web" / "__pycache__").glob("*.pyc"))


def one_start(folder: Path, quick: bool) -> tuple[float, float, float, float]:
    """Give CPU-seconds to the first TAXII answer, to the first page, and the idle memory of server and egress in MB."""
    port = traffic.free_port()
    command = [
        str(Path(sys.executable).with_name("cordiale")),
        "serve",
        "--node",
        str(folder / "node"),
        "--listen",
        f"127.0.0.1:{port}",
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=child.compiling(), stdout=log, stderr=subprocess.STDOUT)
    try:
        until_answered(server, f"http://127.0.0.1:{port}/taxii2/", folder / "log")
        answer = measure.tree_cpu(server.pid)
        until_answered(server, f"http://127.0.0.1:{port}/", folder / "log")
        page = measure.tree_cpu(server.pid)
        time.sleep(1 if quick else SETTLE)
        served = measure.tree(server.pid)
        idle = measure.pss_mb(server.pid)
        # The egress starts with the first signature; where none was needed yet its memory is measured beside.
        egress = (
            0.0
            if len(served) > 1
            else float(child.call("bench.cases.start:egress_mb", key=str(folder / "node")))
        )
    finally:
        server.terminate()
        server.wait(20)
    return answer, page, idle, egress


def until_answered(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Ask until there is an answer of any status; raises RuntimeError when the server ends or stays silent."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                answer.read()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"no answer at {url}:\n{log.read_text()[-3000:]}")


def egress_mb(key: str) -> float:
    """Start the egress process of a node folder, have it sign once, and give its proportional set size in MB."""
    from cordiale.node.opening import open_node

    with open_node(Path(key)) as node:
        node.desk.egress().sign("bench", b"once")
        own = measure.tree(os.getpid())[1:]
        return sum(measure.pss_mb(pid) for pid in own)
