"""Warning lists: addresses, names and addresses (URL) looked up in every published list, beside PyMISPWarningLists."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

from bench import child, measure, peer
from bench.figure import ROOT, Figure

NAME = "warninglists"
LISTS = ROOT.parent / "shared" / "data" / "misp" / "warninglists"
MANY = 200_000
TARGET_RATE = 100_000.0
TARGET_MEMORY = 150.0
PEER_SECONDS = 20
"""CPU-seconds that the peer is given: it looks up as many of the same addresses as it can."""


def run(quick: bool) -> list[Figure]:
    """Measure in processes of their own; the lists are MISP's and not part of the project."""
    if not LISTS.is_dir():
        raise RuntimeError(f"{LISTS} is needed: the lists are third-party data and not part of the project")
    count = MANY // 10 if quick else MANY
    with tempfile.TemporaryDirectory(prefix="bench-warninglists-") as name:
        asked = Path(name) / "asked.json"
        asked.write_text(json.dumps(addresses(2000)))
        ours = child.call("bench.cases.warninglists:looked", folder=str(LISTS), asked=str(asked), count=count)
        other = peer.run(
            NAME, "look.py", str(LISTS), str(asked), str(2 if quick else PEER_SECONDS), timeout=1800
        )
    tool = f"PyMISPWarningLists {peer.version(NAME, 'pymispwarninglists')}, slow_search"
    agreed = sum(ours["found"][one] == told for one, told in other["found"].items()) / other["asked"]
    return [
        Figure(
            bench=NAME, metric="136 lists: addresses, networks of every list", unit="look-ups/CPU-s", ours=ours["address"],
            peer=other["asked"] / other["cpu"], peer_name=tool, target=TARGET_RATE, memory_mb=ours["memory_mb"],
        ),
        Figure(bench=NAME, metric="host names", unit="look-ups/CPU-s", ours=ours["name"]),
        Figure(bench=NAME, metric="addresses (URL)", unit="look-ups/CPU-s", ours=ours["url"]),
        Figure(bench=NAME, metric="mailboxes, 8,201 texts searched in each", unit="look-ups/CPU-s", ours=ours["mail"]),
        Figure(
            bench=NAME, metric="loading all lists", unit="CPU-s", better="less", ours=ours["load"], peer=other["load"], peer_name=tool,
        ),
        Figure(
            bench=NAME, metric="peak memory with all lists", unit="MB", better="less", ours=ours["memory_mb"], peer=other["memory_mb"],
            peer_name=tool, target=TARGET_MEMORY,
        ),
        Figure(bench=NAME, metric="addresses for which both name the same lists", unit="share", ours=agreed, target=1.0),
    ]  # fmt: skip


def addresses(count: int) -> list[str]:
    """Return addresses, half of them anywhere and half inside or beside networks of the lists."""
    rnd = random.Random(6)
    found = [".".join(str(rnd.randrange(256)) for _ in range(4)) for _ in range(count // 2)]
    entries: list[str] = []
    for file in sorted(LISTS.glob("*/list.json")):
        held = json.loads(file.read_text())
        if held["type"] == "cidr":
            entries += rnd.sample(held["list"], min(40, len(held["list"])))
    for _ in range(count - len(found)):
        first = rnd.choice(entries).partition("/")[0]
        if ":" in first:
            found.append(first if not first.endswith("::") else first + format(rnd.randrange(1, 65536), "x"))
        else:
            parts = first.split(".")
            found.append(".".join([*parts[:3], str(rnd.randrange(256))]))
    rnd.shuffle(found)
    return found


def looked(folder: str, asked: str, count: int) -> dict[str, Any]:
    """Load every list, then look up values of each kind."""
    from cordiale.domains.cyber.warninglists import load

    with measure.spent() as loading:
        lists = load(Path(folder))
    listed: list[str] = json.loads(Path(asked).read_text())
    values = {
        "address": [("ipv6-addr" if ":" in one else "ipv4-addr", one) for one in listed],
        "name": [("domain-name", f"host{n}.part{n % 7}.example{n}.com") for n in range(2000)],
        "url": [("url", f"https://host{n}.example{n}.com/path?x={n}") for n in range(2000)],
        "mail": [("email-addr", f"some.body{n}@mail{n % 9}.example{n}.com") for n in range(2000)],
    }
    answer: dict[str, Any] = {"load": loading.cpu}
    for name, pairs in values.items():
        rounds = max(1, (count if name == "address" else count // 4) // len(pairs))
        lists.look(*pairs[0])  # what is of a kind is gathered at the first
        with measure.spent() as used:
            for _ in range(rounds):
                for kind, value in pairs:
                    lists.look(kind, value)
        answer[name] = rounds * len(pairs) / used.cpu
    answer["memory_mb"] = measure.peak_mb()
    cidr = {one.name for one in lists.listed}
    answer["found"] = {
        value: sorted({hit.list for hit in lists.look(kind, value)} & cidr)
        for kind, value in values["address"]
    }
    return answer
