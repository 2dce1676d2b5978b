"""From the commit of the act at one node to found by search at its partner: real nodes, loopback, TLS."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from bench import child, measure
from bench.figure import Figure
from bench.serving import scratch

NAME = "publish-visible"
P50_MS, P99_MS = 50.0, 250.0
EVERY_S = 0.05
"""Seconds between two acts: 200 objects a second are ten in each, as one import brings them."""

SETTLE_S = 30.0
"""Seconds after the last act within which everything must be found: else the queue had grown."""

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
to = ["{to}"]
mode = "automatic"
where = {{ marking_within = ["tlp:clear", "tlp:green"] }}
"""


def run(quick: bool) -> list[Figure]:
    """Publish at a steady rate and look for each act at the partner; then five times the rate."""
    seconds = 5.0 if quick else 60.0
    with scratch("bench-visible-") as folder, two(folder) as (can, fra):
        calm, calm_pace = paced(can, fra, 200, seconds, 0)
        fast, fast_pace = paced(can, fra, 1000, 3.0 if quick else 20.0, len(calm))
    figures = [
        Figure(
            bench=NAME,
            metric=f"from the commit of the act to found by search at the partner, {share}, 200 objects/s for {seconds:.0f} s",
            unit="ms",
            ours=quantile(calm, q) * 1000,
            target=target,
            better="less",
        )
        for share, q, target in (("half within", 0.5, P50_MS), ("99 of 100 within", 0.99, P99_MS))
    ]
    # a queue that grows shows as acts of the last third waiting longer than those of the third before
    third = len(fast) // 3
    growth = statistics.median(fast[-third:]) / statistics.median(fast[third:-third])
    figures.append(
        Figure(
            bench=NAME,
            metric="1,000 objects/s: wait of the last third as against the third before (a queue grows when it is far above 1)",
            unit="ratio",
            ours=growth,
            target=1.5,
            better="less",
        )
    )
    figures.append(
        Figure(
            bench=NAME,
            metric="1,000 objects/s, half within",
            unit="ms",
            ours=quantile(fast, 0.5) * 1000,
        )
    )
    for rate, pace in ((200, calm_pace), (1000, fast_pace)):
        figures.append(
            Figure(
                bench=NAME,
                metric=f"rate reached of {rate:,} objects/s (less: the machine was busy otherwise, and the delays say little)",
                unit="objects/s",
                ours=pace,
                target=0.97 * rate,
            )
        )
    return figures


def paced(can: Path, fra: Path, rate: int, seconds: float, first: int) -> tuple[list[float], float]:
    """Publish at `rate` objects a second; return the seconds each act took to be found, and the rate that was reached.

    A machine that is busy otherwise does not reach it: then the delays say little about the nodes.
    """
    acts = int(seconds / EVERY_S)
    span = {"first": first, "acts": acts}
    with ThreadPoolExecutor(2) as pool:
        seen = pool.submit(child.call, f"{__name__}:look", node=str(fra), seconds=seconds + SETTLE_S, **span)
        done = pool.submit(child.call, f"{__name__}:publish", node=str(can), each=int(rate * EVERY_S), **span)
        published, found = done.result(), seen.result()
    if len(found) < acts:
        raise RuntimeError(f"{acts - len(found)} of {acts} acts were not found within {SETTLE_S:.0f} s")
    reached = (acts - 1) * rate * EVERY_S / (published[-1] - published[0])
    return [later - earlier for earlier, later in zip(published, found, strict=True)], reached


def quantile(values: list[float], q: float) -> float:
    """Return the value that a share `q` of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


@contextmanager
def two(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Run two nodes that know each other and answer by TLS, until the block ends."""
    from cordiale.demo.process import free_ports, serving, start

    ports = free_ports(2)
    paths = [folder / "can", folder / "fra"]
    child.call(f"{__name__}:join", folders=[str(path) for path in paths], ports=ports)
    places = list(zip(paths, ports, strict=True))
    with serving([start(path.name, path, f"https://127.0.0.1:{port}/") for path, port in places]) as servers:
        for server, port in zip(servers, ports, strict=True):
            answering(port)
            measure.settled(server.process.pid)
        yield paths[0], paths[1]


def answering(port: int) -> None:
    """Wait until something accepts connections on a loopback port."""
    import socket

    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing answers on port {port}")


def join(folders: list[str], ports: list[int]) -> None:
    """Make two nodes, introduce them and apply the same rules to both."""
    from cordiale.desk.actor import house
    from cordiale.desk.partner.partners import own_words, partner_add, partner_confirm, partner_invite
    from cordiale.desk.rules import rules_apply, rules_diff
    from cordiale.node.initialise import init
    from cordiale.node.opening import open_node

    actor = house("bench")
    nodes = []
    for folder, port, nation in zip(folders, ports, ("CAN", "FRA"), strict=True):
        path = Path(folder)
        init(path, name=nation.lower(), nation=nation, organisation="Bench", listen=f"127.0.0.1:{port}")
        file = path / "cordiale.toml"
        file.write_text(file.read_text().replace('# tls = "auto"', 'tls = "always"'))
        nodes.append(open_node(path, environ={}))
    for here, there in (nodes, nodes[::-1]):
        partner_add(here.desk, actor, partner_invite(there.desk, actor))
        partner_confirm(here.desk, actor, there.desk.node, own_words(there.desk, "en"))
    for node in nodes:
        text = RULES.format(to="FRA")  # one way: nothing is forwarded to where it came from
        rules_apply(node.desk, actor, text, "bench.toml", rules_diff(node.desk, actor, text).token)
        node.close()


def word(number: int) -> str:
    """Return the word that the objects of one act carry."""
    return f"lantern{number:07d}"


def publish(node: str, each: int, first: int, acts: int) -> list[float]:
    """Import `each` objects every `EVERY_S` seconds beside the served node; return the instant of each commit."""
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.sources import of_bytes
    from cordiale.node.opening import open_node

    actor = house("bench")
    committed = []
    with open_node(Path(node), environ={}, flags={"store.text_index": False}) as opened:
        start = time.monotonic() + 0.5
        for number in range(first, first + acts):
            bundle = orjson.dumps([indicator(number, place, each) for place in range(each)])
            wait = start + (number - first) * EVERY_S - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            report = verbs.import_(opened.desk, actor, [of_bytes("act", bundle)], marking="tlp:green")
            committed.append(time.time())
            if report.new != each:
                raise RuntimeError(f"{report.new} of {each} objects are new")
    return committed


def indicator(number: int, place: int, each: int) -> dict[str, Any]:
    """Return one object of an act."""
    when = "2026-03-01T08:00:00.000Z"
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{number:08x}-0000-4000-8000-{place:012x}",
        "created": when,
        "modified": when,
        "name": f"{word(number)} {place} of {each}",
        "pattern": f"[domain-name:value = 'h{place}.{word(number)}.example']",
        "pattern_type": "stix",
        "valid_from": when,
    }


def look(node: str, seconds: float, first: int, acts: int) -> list[float]:
    """Search for the word of one act after the other; return the instant each was found at."""
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.node.opening import open_node

    actor = house("bench")
    found: list[float] = []
    end = time.monotonic() + seconds
    token: object = None
    with open_node(Path(node), environ={}) as opened:
        while len(found) < acts and time.monotonic() < end:
            changed = opened.store.changed()
            if changed != token:
                token = changed
                while len(found) < acts and verbs.search(opened.desk, actor, word(first + len(found))).items:
                    found.append(time.time())
            time.sleep(0.002)
    return found
