"""One node sends to a hundred partners at a steady rate: real node, loopback, TLS; the partners fetch and do not keep."""

from __future__ import annotations

import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from bench import child, measure
from bench.cases.publish_visible import EVERY_S, SETTLE_S, answering, quantile
from bench.figure import Figure
from bench.serving import scratch

NAME = "fan-out"
RATE = 200
RULES = """format = 1
partnership = "bench"
[partners.sender]
nation = "CAN"
organisation = "Bench"
tlp = "green"
{partners}
[[mandates]]
name = "feed"
to = ["FRA"]
mode = "automatic"
where = {{ marking_within = ["tlp:clear", "tlp:green"] }}
"""
_PARTNER = """[partners.{name}]
nation = "FRA"
organisation = "Bench"
tlp = "green"
"""


def run(quick: bool) -> list[Figure]:
    """Publish 200 objects a second while every partner follows its stream of notices and fetches its segments."""
    from cordiale.demo.process import free_ports, serving, start

    count = int(os.environ.get("BENCH_PARTNERS", "5" if quick else "100"))
    seconds = 3.0 if quick else 30.0
    acts = int(seconds / EVERY_S)
    with scratch("bench-fan-out-") as folder:
        port = free_ports(1)[0]
        sender = folder / "sender"
        names = [f"p{number:03d}" for number in range(count)]
        child.call(f"{__name__}:join", folder=str(folder), names=names, port=port)
        with serving([start("sender", sender, f"https://127.0.0.1:{port}/")]) as servers:
            answering(port)
            pid = servers[0].process.pid
            measure.settled(pid)
            before = measure.tree_cpu(pid)
            with ThreadPoolExecutor(2) as pool:
                read = pool.submit(
                    child.call,
                    f"{__name__}:follow",
                    folder=str(folder),
                    names=names,
                    entries=acts * int(RATE * EVERY_S),
                    seconds=seconds + SETTLE_S,
                )
                done = pool.submit(
                    child.call,
                    "bench.cases.publish_visible:publish",
                    node=str(sender),
                    each=int(RATE * EVERY_S),
                    first=0,
                    acts=acts,
                )
                published, arrived = done.result(), read.result()
            spent = measure.tree_cpu(pid) - before
            memory = measure.peak_of_mb(pid)
    return figures(published, arrived, spent, memory, seconds)


def figures(
    published: list[float], arrived: list[list[list[float]]], spent: float, memory: float, seconds: float
) -> list[Figure]:
    """Tell how long acts took to every partner, whether waits grew, and what an entry cost the sender."""
    each, acts, count = int(RATE * EVERY_S), len(published), len(arrived)
    waits: list[list[float]] = [[] for _ in published]
    for steps in arrived:
        place = 0
        for number, committed in enumerate(published):
            while place < len(steps) and steps[place][0] < (number + 1) * each:
                place += 1
            if place == len(steps):
                raise RuntimeError(
                    f"a partner had {steps[-1][0] if steps else 0} of {acts * each} entries in the end"
                )
            waits[number].append(steps[place][1] - committed)
    third = acts // 3
    middle, last = (
        statistics.median(wait for act in part for wait in act)
        for part in (waits[third:-third], waits[-third:])
    )
    flat = [wait for act in waits for wait in act]
    to = f"{RATE} objects/s to {count} partners for {seconds:.0f} s"
    reached = (acts - 1) * each / (published[-1] - published[0])
    return [
        Figure(
            bench=NAME,
            metric=f"wait of the last third as against the third before, {to} (a queue grows when it is far above 1)",
            unit="ratio",
            ours=last / middle,
            target=1.5,
            better="less",
        ),
        Figure(
            bench=NAME,
            metric=f"rate reached, {to}",
            unit="objects/s",
            ours=reached,
            target=0.97 * RATE,
        ),
        *(
            Figure(
                bench=NAME,
                metric=f"from the commit of the act to its segment fetched by a partner, {share}, {to}",
                unit="ms",
                ours=quantile(flat, q) * 1000,
                better="less",
            )
            for share, q in (("half within", 0.5), ("99 of 100 within", 0.99))
        ),
        Figure(
            bench=NAME,
            metric=f"CPU of the sender and its egress for an entry of a partner, {to}",
            unit="µs",
            ours=spent / (acts * each * count) * 1e6,
            better="less",
            memory_mb=memory,
        ),
    ]


def join(folder: str, names: list[str], port: int) -> None:
    """Make the sender and its partners, introduce each to the sender, and apply rules that send to all of them."""
    from cordiale.desk.actor import house
    from cordiale.desk.partner.partners import own_words, partner_add, partner_confirm, partner_invite
    from cordiale.desk.rules import rules_apply, rules_diff
    from cordiale.node.initialise import init
    from cordiale.node.opening import open_node

    actor = house("bench")
    path = Path(folder) / "sender"
    init(path, name="sender", nation="CAN", organisation="Bench", listen=f"127.0.0.1:{port}")
    file = path / "cordiale.toml"
    file.write_text(file.read_text().replace('# tls = "auto"', 'tls = "always"'))
    with open_node(path, environ={}) as sender:
        for place, name in enumerate(names):
            theirs = Path(folder) / name
            init(theirs, name=name, nation="FRA", organisation="Bench", listen=f"127.0.0.1:{20000 + place}")
            with open_node(theirs, environ={}) as node:
                for here, there in ((sender, node), (node, sender)):
                    partner_add(here.desk, actor, partner_invite(there.desk, actor))
                    partner_confirm(here.desk, actor, there.desk.node, own_words(there.desk, "en"))
        text = RULES.format(partners="".join(_PARTNER.format(name=name) for name in names))
        rules_apply(sender.desk, actor, text, "bench.toml", rules_diff(sender.desk, actor, text).token)


def follow(folder: str, names: list[str], entries: int, seconds: float) -> list[list[list[float]]]:
    """Follow the sender's notices as each partner; return for each the entries it had fetched, and when."""
    from cordiale.exchange import records
    from cordiale.exchange.home import Home, Partner
    from cordiale.exchange.link.asking import ask
    from cordiale.exchange.link.wire import BASE
    from cordiale.exchange.message import Request, Transport
    from cordiale.exchange.partners.pairing import partner as one
    from cordiale.exchange.visit.ahead import ends_at
    from cordiale.exchange.visit.listening import Ear
    from cordiale.node.opening import open_node
    from cordiale.platform.errors import CordialeError

    end = time.monotonic() + seconds
    steps: list[list[list[float]]] = [[] for _ in names]

    def keep(home: Home, partner: Partner, carrier: Transport, ear: Ear, mine: list[list[float]]) -> None:
        after = 0
        while time.monotonic() < end and after < entries:
            with suppress(CordialeError):
                answer = ask(home, partner, carrier, Request("GET", BASE + "segments", f"after={after}"))
                if answer.status == 200:
                    after = ends_at(answer.body)
                    mine.append([after, time.time()])
                else:
                    ear.wait(1.0)
        ear.close()

    followers = []
    for name, mine in zip(names, steps, strict=True):
        node = open_node(Path(folder) / name, environ={})
        with node.store.read() as tx:
            sender = one(tx, "sender")
            assert records.link(tx, sender.number).received == 0
        carrier = node.desk.carrier(sender)
        ear = Ear(node.store, node.desk.home, sender, carrier)
        followers.append(threading.Thread(target=keep, args=(node.desk.home, sender, carrier, ear, mine)))
    for thread in followers:
        thread.start()
    for thread in followers:
        thread.join()
    return steps
