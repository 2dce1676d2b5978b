"""A working day's load: a hundred people with mixed rights read a served node of a million objects while a partner sends to it.

Questions come when people ask them, not when the node is done with the last one (open loop, Poisson): a time is from the instant
a question was due to the last byte of its answer, so that a node that falls behind shows it. Every page is checked for rows
outside its reader's markings.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench import child, marked, measure, traffic
from bench.cases import pages
from bench.figure import ROOT, Figure
from bench.marked import Reader
from bench.paged import command, filled, people
from bench.visitor import Visitor, own_word

NAME = "sessions"
P99_MS = 300.0
PEOPLE = 100
EVERY_S = 4.0
"""Seconds from one question of a person to their next, on average."""

SHARES = {"list": 40, "object": 30, "search": 20, "graph": 10}
RATE, BATCH = 50, 10
"""Objects a second that the partner sends, and how many at once."""

AHEAD_S = 10.0
"""Seconds from the end of the preparations to the first question: two processes start meanwhile."""

WARM_S = 15.0
"""Seconds of the same load before anything is counted: the node starts its processes for pages when it becomes busy."""

_LINK = re.compile(rb'href="(/objects/[a-z-]+--[0-9a-f-]{36})"')

RULES = """format = 1
partnership = "coast"
[partners.can]
nation = "CAN"
organisation = "Benchmark"
tlp = "amber"
[partners.nor]
nation = "NOR"
organisation = "Nor"
tlp = "amber"
[[mandates]]
name = "coast"
to = ["CAN"]
mode = "automatic"
where = { type = ["indicator"] }
"""


def run(quick: bool) -> list[Figure]:
    """Let a hundred people read for two minutes; then the same with the stream of news that each open page listens to."""
    held, seconds = (3_000, 5.0) if quick else (1_000_000, 120.0)
    held = int(os.environ.get("BENCH_SESSIONS", held))
    seconds = float(os.environ.get("BENCH_SESSIONS_SECONDS", seconds))
    figures: list[Figure] = []
    for listening in (False, True):
        found = worked(held, seconds if not listening else seconds / 2, listening)
        label = f"{PEOPLE} people for {found['seconds']:.0f} s, {held:,} objects, {RATE} objects/s arriving"
        if listening:
            label += ", each with a page that listens for news"
        figures += [
            Figure(
                bench=NAME, metric=f"{label}: 99 of 100 answers within", unit="ms", ours=quantile(found["all"], 0.99),
                target=P99_MS, better="less", memory_mb=found["memory_mb"],
            ),
            Figure(bench=NAME, metric=f"{label}: half of the answers within", unit="ms", ours=quantile(found["all"], 0.5), better="less"),
            *(
                Figure(bench=NAME, metric=f"{label}: {kind}, 99 of 100 within", unit="ms", ours=quantile(found["kinds"][kind], 0.99), better="less")
                for kind in SHARES
            ),
            Figure(bench=NAME, metric=f"{label}: answers that were errors", unit="answers", ours=float(found["errors"]), target=0.0, better="less"),
            Figure(bench=NAME, metric=f"{label}: rows outside their reader's markings, of {found['rows']:,}", unit="rows", ours=float(found["outside"]), target=0.0, better="less"),
            Figure(bench=NAME, metric=f"{label}: arrived of {RATE} objects/s", unit="objects/s", ours=found["arrived"], target=0.95 * RATE),
            Figure(bench=NAME, metric=f"{label}: of the machine's {os.cpu_count()} cores the node used", unit="cores", ours=found["cores"], better="less"),
            Figure(bench=NAME, metric=f"{label}: memory of its {found['processes']} processes at the end, shared pages counted once", unit="MB", ours=found["memory_mb"], better="less"),
        ]  # fmt: skip
    return figures


def quantile(values: list[float], q: float) -> float:
    """Return the value that a share `q` of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def worked(held: int, seconds: float, listening: bool) -> dict[str, Any]:
    """Serve both nodes, let people read and objects arrive for so long; gives times by kind, and what went wrong."""
    from cordiale.demo.process import free_ports

    folder = ROOT / ".bench" / "sessions"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(filled(held) / "node", folder / "can")
    ports = list(free_ports(2))
    try:
        child.call(f"{__name__}:join", folder=str(folder), ports=ports)
        readers = [one.name for one in marked.crowd(PEOPLE)]
        codes = people(str(folder / "can"), readers)
        tls = {"CORDIALE_SERVE_TLS": "always"}
        sender = traffic.serving(
            command(folder / "nor", ports[1]), ports[1], folder / "nor.log", tls | {"CORDIALE_STORE_TEXT_INDEX": "false"}
        )  # fmt: skip
        with (
            traffic.serving(command(folder / "can", ports[0]), ports[0], folder / "can.log", tls) as can,
            sender,
            ThreadPoolExecutor(2) as pool,
        ):
            entered = {one.name: signed_in(ports[0], one, codes[one.name]) for one in marked.crowd(PEOPLE)}
            measure.settled(can, longest=600)
            span = {"seconds": WARM_S + seconds, "start": time.time() + AHEAD_S}
            sent: Future[Any] = pool.submit(
                child.call, f"{__name__}:send", node=str(folder / "nor"), first=held, **span
            )
            asked: Future[Any] = pool.submit(
                child.call,
                f"{__name__}:ask",
                port=ports[0],
                held=held,
                headers=entered,
                listening=listening,
                **span,
            )
            time.sleep(max(0.0, span["start"] + WARM_S - time.time()))
            before = received(folder)
            cpu = measure.tree_cpu(can)
            time.sleep(seconds)
            cores = (measure.tree_cpu(can) - cpu) / seconds
            arrived = (received(folder) - before) / seconds
            memory = measure.pss_mb(can)
            found: dict[str, Any] = asked.result()
            sent.result()
            for words in found["said"]:
                print(f"{NAME}: {words}", file=sys.stderr)
            return found | {
                "seconds": seconds,
                "cores": cores,
                "arrived": arrived,
                "memory_mb": memory,
                "processes": len(measure.tree(can)),
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def signed_in(port: int, reader: Reader, code: str) -> dict[str, str]:
    """Sign a reader in; gives what their browser sends from then on."""
    browser = Visitor(port, reader.language, tls=True)
    browser.enter(code)
    browser.close()
    return browser.headers()


def received(folder: Path) -> int:
    """Return how many entries arrived from the partner so far."""
    from bench.cases.first_sync import state

    return state(folder / "can", "SELECT COALESCE(MAX(received), 0) FROM exchange_link")


def join(folder: str, ports: list[int]) -> None:
    """Make the sending node, introduce the two and apply the same rules to both."""
    from cordiale.desk.actor import house
    from cordiale.desk.partner.partners import own_words, partner_add, partner_confirm, partner_invite
    from cordiale.desk.rules import rules_apply, rules_diff
    from cordiale.node.initialise import init
    from cordiale.node.opening import open_node

    actor = house("bench")
    nor = Path(folder) / "nor"
    init(nor, name="nor", nation="NOR", organisation="Nor", listen=f"127.0.0.1:{ports[1]}")
    nodes = [
        open_node(Path(folder) / name, environ={}, flags={"serve.port": port, "serve.tls": "always"})
        for name, port in zip(("can", "nor"), ports, strict=True)
    ]
    for here, there in (nodes, nodes[::-1]):
        partner_add(here.desk, actor, partner_invite(there.desk, actor))
        partner_confirm(here.desk, actor, there.desk.node, own_words(there.desk, "en"))
    for node in nodes:
        rules_apply(node.desk, actor, RULES, "coast.toml", rules_diff(node.desk, actor, RULES).token)
        node.close()


def sendable() -> list[int]:
    """Return the markings that the partner sends under: those the rules let pass to this node."""
    return [
        number
        for number, atoms in enumerate(marked.markings())
        if all(atom.startswith("tlp:") or (atom.startswith("rel:") and "CAN" in atom) for atom in atoms)
    ]


def send(node: str, first: int, seconds: float, start: float) -> int:
    """Import objects beside the served node at a steady rate until the time is over; gives how many."""
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.sources import of_bytes
    from cordiale.node.opening import open_node

    chosen = sendable()
    number = first + 1_000_000
    with open_node(Path(node), environ={}, flags={"store.text_index": False}) as opened:
        definitions = b"[" + b",".join(marked.definitions()) + b"]"
        verbs.import_(opened.desk, house("bench"), [of_bytes("first", definitions)], marking="tlp:green")
        for turn in range(int(seconds * RATE / BATCH)):
            time.sleep(max(0.0, start + turn * BATCH / RATE - time.time()))
            made = [
                marked.new(number + place, chosen[(turn + place) % len(chosen)]) for place in range(BATCH)
            ]
            number += BATCH
            bundle = b"[" + b",".join(made) + b"]"
            verbs.import_(opened.desk, house("bench"), [of_bytes("turn", bundle)], marking="tlp:green")
    return number - first - 1_000_000


class Person:
    """One signed-in person: what they may see, their connections that are free, and the last page they read."""

    def __init__(self, reader: Reader, port: int, headers: dict[str, str]) -> None:
        self.reader = reader
        self.port = port
        self.allowed = marked.allowed(reader)
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.page = b""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.head = f"host: 127.0.0.1:{port}\r\n{lines}\r\n".encode()

    async def get(self, path: str) -> tuple[int, bytes]:
        """Ask on a free connection, or on a new one where an answer is still awaited; gives status and body.

        One that the server closed because nothing was asked on it for long is passed over for another, as browsers do.
        """
        kept = bool(self.free)
        reader, writer = self.free.pop() if kept else await self.connected()
        writer.write(f"GET {path} HTTP/1.1\r\n".encode() + self.head)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (ConnectionResetError, asyncio.IncompleteReadError) as error:
            if not kept or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise
            writer.close()
            return await self.get(path)
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        body = await reader.readexactly(length)
        self.free.append((reader, writer))
        return int(head.split(b" ", 2)[1]), body

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection."""
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=own_word(), limit=1 << 20)

    async def listen(self) -> None:
        """Listen for news, as every open page does, until cancelled."""
        reader, writer = await self.connected()
        writer.write(b"GET /events HTTP/1.1\r\n" + self.head.replace(b"text/html", b"text/event-stream"))
        while await reader.read(65_536):
            pass

    def close(self) -> None:
        """End all connections."""
        for _reader, writer in self.free:
            writer.close()


def ask(
    port: int, held: int, headers: dict[str, dict[str, str]], listening: bool, seconds: float, start: float
) -> dict[str, Any]:
    """Ask what is due until the time is over; gives milliseconds by kind, and what was wrong.

    Raises:
        RuntimeError: the machine was too busy for this to begin in time, so that nothing would be measured.
    """
    persons = [Person(one, port, headers[one.name]) for one in marked.crowd(PEOPLE)]
    marked.existing(0)
    if time.time() > start:
        raise RuntimeError(f"{time.time() - start:.1f} s late: the machine is too busy for this")
    return asyncio.run(asking(persons, held, listening, seconds, start))


async def asking(
    persons: list[Person], held: int, listening: bool, seconds: float, start: float
) -> dict[str, Any]:
    """Ask each question at the instant it is due, whatever became of those before."""
    chance = random.Random(4)
    times: dict[str, list[float]] = {kind: [] for kind in SHARES}
    seen: Counter[str] = Counter()
    said: list[str] = []

    async def one(person: Person, kind: str, due: float) -> None:
        path = chosen(chance, person, kind, held)
        try:
            status, body = await person.get(path)
        except (OSError, asyncio.IncompleteReadError) as error:
            seen["errors"] += 1
            said.append(f"{path}: {error!r}")
            return
        if due >= start + WARM_S:
            times[kind].append((time.time() - due) * 1000)
        if status != 200:
            seen["errors"] += 1
            said.append(f"{path}: {status}")
            return
        wrong = marked.outside(body, person.allowed)
        seen["outside"] += len(wrong)
        seen["rows"] += sum(1 for _found in marked.ID.finditer(body))
        if wrong:
            said.append(f"{person.reader.name}: {wrong[0]!r} at {path}")
        if kind == "list":
            person.page = body

    listeners = [asyncio.create_task(person.listen()) for person in persons] if listening else []
    running: set[asyncio.Task[None]] = set()
    for due, person, kind in due_in(chance, persons, seconds):
        await asyncio.sleep(max(0.0, start + due - time.time()))
        task = asyncio.create_task(one(person, kind, start + due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    for listener in listeners:
        listener.cancel()
    for person in persons:
        person.close()
    return {
        "all": [value for found in times.values() for value in found],
        "kinds": times,
        "errors": seen["errors"],
        "outside": seen["outside"],
        "rows": seen["rows"],
        "said": said[:10],
    }


def due_in(chance: random.Random, persons: list[Person], seconds: float) -> list[tuple[float, Person, str]]:
    """Return when who asks what: the time between two questions of a person is exponentially distributed."""
    found: list[tuple[float, int, str]] = []
    for place in range(len(persons)):
        at = chance.expovariate(1 / EVERY_S)
        while at < seconds:
            kind = chance.choices(list(SHARES), weights=list(SHARES.values()))[0]
            found.append((at, place, kind))
            at += chance.expovariate(1 / EVERY_S)
    return [(at, persons[place], kind) for at, place, kind in sorted(found)]


def chosen(chance: random.Random, person: Person, kind: str, held: int) -> str:
    """Return the address a person asks for: an object is mostly one of the list they read last, as people go on from there."""
    reader = person.reader
    if kind == "list":
        return pages.lists(chance, reader, person.page)
    if kind == "search":
        return pages.searches(chance, reader, b"")
    if kind == "graph":
        return pages.graphs(held)(chance, reader, b"")
    shown = _LINK.findall(person.page)
    if shown and chance.random() < 0.7:
        return str(chance.choice(shown).decode())
    return pages.objects(held)(chance, reader, b"")
