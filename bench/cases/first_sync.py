"""The first synchronisation of a large store: two real nodes on one machine, over TLS, one kill on the way.

The sender holds everything and has cut nothing when the clock starts; it ends when the receiver has applied the last entry. So
deciding, signing, the way, verification, validation and the durable write are all in it. At half the way the receiver is killed
and started again: it goes on where it was.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench import child, measure
from bench.figure import Figure
from bench.serving import scratch

NAME = "first-sync"
RATE, MEGABYTES = 4_000.0, 500.0
SLICE = 50_000

RULES = """format = 1
partnership = "bench"
[partners.can]
nation = "CAN"
organisation = "Bench"
tlp = "green"
[partners.fra]
nation = "FRA"
organisation = "Bench"
tlp = "green"
[[mandates]]
name = "feed"
to = ["FRA"]
mode = "automatic"
where = { marking_within = ["tlp:clear", "tlp:green"] }
"""


def run(quick: bool) -> list[Figure]:
    """Synchronise a million objects, or two thousand."""
    count = int(os.environ.get("BENCH_FIRST_SYNC", "2000" if quick else "1000000"))
    with scratch("bench-first-") as folder:
        ports = free_ports()
        child.call(f"{__name__}:join", folder=str(folder), ports=ports, timeout=300)
        child.call(f"{__name__}:fill", folder=str(folder), count=count, timeout=7200)
        found = synchronise(folder, count)
    label = f"{count:,} objects, both nodes on this machine, cut to durable, one kill of the receiver"
    return [
        Figure(
            bench=NAME,
            metric=label,
            unit="objects/s",
            ours=found["entries"] / found["seconds"],
            target=RATE,
        ),
        Figure(
            bench=NAME,
            metric=f"CPU of both nodes and their egress for an object, {count:,} objects",
            unit="µs",
            ours=found["cpu"] / found["entries"] * 1e6,
            better="less",
        ),
        *(
            Figure(
                bench=NAME,
                metric=f"peak memory of the {who}, {count:,} objects",
                unit="MB",
                ours=found[f"{who}_mb"],
                target=MEGABYTES,
                better="less",
            )
            for who in ("sender", "receiver")
        ),
    ]


def free_ports() -> list[int]:
    """Return two ports that nothing listens on."""
    from cordiale.demo.process import free_ports as found

    return list(found(2))


def join(folder: str, ports: list[int]) -> None:
    """Make two nodes, introduce them and apply the same rules to both."""
    from cordiale.desk.actor import house
    from cordiale.desk.partner.partners import own_words, partner_add, partner_confirm, partner_invite
    from cordiale.desk.rules import rules_apply, rules_diff
    from cordiale.node.initialise import init
    from cordiale.node.opening import open_node

    actor = house("bench")
    nodes = []
    for port, nation in zip(ports, ("CAN", "FRA"), strict=True):
        path = Path(folder) / nation.lower()
        init(path, name=nation.lower(), nation=nation, organisation="Bench", listen=f"127.0.0.1:{port}")
        file = path / "cordiale.toml"
        file.write_text(file.read_text().replace('# tls = "auto"', 'tls = "always"'))
        nodes.append(open_node(path, environ={}))
    for here, there in (nodes, nodes[::-1]):
        partner_add(here.desk, actor, partner_invite(there.desk, actor))
        partner_confirm(here.desk, actor, there.desk.node, own_words(there.desk, "en"))
    for node in nodes:
        rules_apply(node.desk, actor, RULES, "bench.toml", rules_diff(node.desk, actor, RULES).token)
        node.close()


def fill(folder: str, count: int) -> None:
    """Import generated objects into the sender, a file at a time."""
    from bench.cases.import_objects import write_bundle
    from bench.generate import objects
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.sources import of_file
    from cordiale.node.opening import open_node

    path = Path(folder)
    with open_node(path / "can", environ={}, flags={"store.text_index": False}) as node:
        for start in range(0, count, SLICE):
            file = path / "slice.json"
            write_bundle(file, objects(min(SLICE, count - start), start))
            verbs.import_(node.desk, house("bench"), [of_file(file)], marking="tlp:green")
            file.unlink()


def serve(path: Path) -> subprocess.Popen[bytes]:
    """Start a node as people do, without its text index: the figure is of the exchange."""
    environ = child.compiling() | {"CORDIALE_STORE_TEXT_INDEX": "false"}
    return subprocess.Popen(
        [sys.executable, "-m", "cordiale.cli.main", "--node", str(path), "serve"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=(path / "bench.log").open("ab"),
    )


def state(path: Path, sql: str) -> int:
    """Read one number from a node's database."""
    connection = sqlite3.connect(f"file:{path / 'cordiale.db'}?mode=ro", uri=True, timeout=30)
    try:
        return int(connection.execute(sql).fetchone()[0])
    finally:
        connection.close()


def synchronise(folder: Path, count: int) -> dict[str, Any]:
    """Run both nodes until the receiver has everything; give seconds, CPU-seconds and peaks."""
    can, fra = folder / "can", folder / "fra"
    held = state(can, "SELECT COUNT(*) FROM versions")
    start = time.monotonic()
    sender, receiver = serve(can), serve(fra)
    running = [sender, receiver]
    cpu, peak, killed = 0.0, {"sender": 0.0, "receiver": 0.0}, False
    try:
        while True:
            time.sleep(0.25)
            received = state(fra, "SELECT MAX(received) FROM exchange_link")
            for who, server in (("sender", sender), ("receiver", receiver)):
                if server.poll() is not None:
                    raise RuntimeError((folder / who).name + " ended: " + tail(can) + tail(fra))
                peak[who] = max(peak[who], sum(map(measure.peak_of_mb, measure.tree(server.pid))))
            if received >= held:
                break
            if not killed and received >= count // 2:
                cpu += measure.tree_cpu(receiver.pid)
                os.kill(receiver.pid, signal.SIGKILL)
                receiver.wait()
                receiver, killed = serve(fra), True
                running.append(receiver)
        seconds = time.monotonic() - start
        cpu += measure.tree_cpu(sender.pid) + measure.tree_cpu(receiver.pid)
    finally:
        for server in running:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
        for server in running:
            server.wait(30)
    arrived = state(fra, "SELECT COUNT(*) FROM versions")
    if arrived != held:
        raise RuntimeError(f"{arrived} of {held} objects arrived")
    return {
        "entries": held,
        "seconds": seconds,
        "cpu": cpu,
        "sender_mb": peak["sender"],
        "receiver_mb": peak["receiver"],
    }


def tail(path: Path) -> str:
    """Return the end of a node's log."""
    return (path / "bench.log").read_text(errors="replace")[-1500:]
