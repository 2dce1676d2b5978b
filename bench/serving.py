"""Nodes that serve: filled, paired with two plain TAXII readers, cut, and run as the real process.

`wide` may read everything; from `narrow` nine objects in ten are hidden.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench import child, measure, traffic
from bench.figure import ROOT
from bench.generate import objects

READERS = ("wide", "narrow")
OPEN, CLOSED = "rel:CAN|FRA|GBR", "compartment:CAN/HARBOUR"
SLICE = 50_000


@dataclass(frozen=True)
class Reader:
    """One plain TAXII client of a running node: the paths of the collection it reads and of its inbox."""

    port: int
    token: str
    held: str
    inbox: str

    def client(self) -> traffic.Client:
        """Open a connection."""
        return traffic.Client(self.port, f"Bearer {self.token}")


@dataclass(frozen=True)
class Serving:
    """A running node."""

    pid: int
    port: int
    readers: dict[str, Reader]


def filled(folder: Path, count: int) -> dict[str, Any]:
    """Make a node in `folder` with `count` objects, text index included, paired with the readers and cut.

    Gives the readers' tokens and what the parts cost (`fill`). It is kept in `.bench` under the digest of the sources it
    was made with, and copied from there: filling a million takes minutes.
    """
    kept = ROOT / ".bench" / f"served-{count}-{sources()}"
    if not (kept / "made.json").exists():
        for stale in kept.parent.glob(f"served-{count}-*"):
            shutil.rmtree(stale, ignore_errors=True)
        kept.mkdir(parents=True)
        files = []
        for start in range(0, count, SLICE):
            path = kept / f"{start:09d}.json"
            write_slice(path, min(SLICE, count - start), start)
            files.append(str(path))
        made: dict[str, Any] = child.call("bench.serving:fill", node=str(kept / "node"), files=files)
        for file in files:
            Path(file).unlink()
        (kept / "made.json").write_text(json.dumps(made))
    shutil.copytree(kept / "node", folder / "node")
    found: dict[str, Any] = json.loads((kept / "made.json").read_text())
    return found


def sources() -> str:
    """Give a digest of every source that decides what a filled node looks like."""
    digest = hashlib.sha256()
    for path in [*sorted((ROOT / "src").rglob("*.py")), ROOT / "bench" / "generate.py", Path(__file__)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def write_slice(path: Path, count: int, start: int) -> None:
    """Write a bundle of generated objects; nine thousands in ten carry a compartment that `narrow` is not in."""
    from bench.cases.import_objects import prefixed, write_bundle
    from cordiale.stix.atoms import definition_of, id_of

    refs = [[id_of(OPEN)], *[[id_of(OPEN), id_of(CLOSED)]] * 9]
    first = [orjson.dumps(definition_of(atom)) for atom in (OPEN, CLOSED)] if start == 0 else []
    write_bundle(path, prefixed(first, objects(count, start, refs)))


def rules() -> str:
    """Write the rules for the two readers, both plain TAXII clients."""
    from bench.generate import MIX

    types = ", ".join(f'"{kind}"' for kind in sorted({*MIX, "marking-definition"}))
    return f"""format = 1
partnership = "bench"
example = true
[scales.CAN]
nation = "CAN"
ladder = ["SECRET"]
[partners.wide]
nation = "FRA"
organisation = "Wide"
tlp = "red"
compartments = ["CAN/HARBOUR"]
assurance = "taxii"
[partners.narrow]
nation = "GBR"
organisation = "Narrow"
tlp = "red"
assurance = "taxii"
[assurance]
taxii = ["rel:*", "compartment:*", "tlp:*"]
[[mandates]]
name = "feed"
to = ["FRA", "GBR"]
mode = "automatic"
since = 2024-01-01
[mandates.where]
type = [{types}]
"""


def fill(node: str, files: Sequence[str]) -> dict[str, Any]:
    """Fill, pair and cut in this process; gives tokens, entries and CPU-seconds of the parts."""
    from bench.node import new_node
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.sources import of_file
    from cordiale.desk.partner import partners, tokens
    from cordiale.desk.partnerships import partnerships
    from cordiale.exchange.cut.sequencer import cut
    from cordiale.node.opening import open_node

    new_node(node)
    actor = house("bench")
    with open_node(Path(node)) as opened:
        desk = opened.desk
        with measure.spent() as importing:
            report = verbs.import_(desk, actor, [of_file(Path(file)) for file in files], marking="tlp:green")
        for name, nation in (("wide", "FRA"), ("narrow", "GBR")):
            partners.partner_add_client(
                desk, actor, name, title=name, nation=nation, organisation=name.title()
            )
        text = rules()
        difference = verbs.rules_diff(desk, actor, text, "bench.toml")
        verbs.rules_apply(desk, actor, text, "bench.toml", difference.token)
        entries = 0
        with measure.spent() as cutting:
            behind = True
            while behind:
                with opened.store.write() as tx:
                    done = cut(tx, desk.home, tuple(partnerships(tx).values()), desk.clock())
                behind = any(one.behind for one in done)
                entries += sum(one.last - one.first + 1 for one in done if one.segments)
        held = {name: tokens.partner_token(desk, actor, name) for name in READERS}
    return {
        "tokens": held,
        "new": report.new,
        "entries": entries,
        "import_cpu": importing.cpu,
        "cut_cpu": cutting.cpu,
        "memory_mb": measure.peak_mb(),
    }


@contextmanager
def serving(node: Path, tokens: dict[str, str]) -> Iterator[Serving]:
    """Run `cordiale serve` on a node until the block ends."""
    port = traffic.free_port()
    command = [
        str(Path(sys.executable).with_name("cordiale")),
        "serve",
        "--node",
        str(node),
        "--listen",
        f"127.0.0.1:{port}",
    ]
    with traffic.serving(command, port, node / "bench.log") as pid:
        measure.settled(pid)
        readers = {name: _reader(port, token) for name, token in tokens.items()}
        yield Serving(pid, port, readers)


def _reader(port: int, token: str) -> Reader:
    client = traffic.Client(port, f"Bearer {token}")
    root = "/taxii2/api/collections/"
    listed = json.loads(client.send("GET", root))["collections"]
    client.close()
    ids = {one["can_write"]: one["id"] for one in listed}
    return Reader(port, token, f"{root}{ids[False]}/", f"{root}{ids[True]}/")


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """Give a temporary folder."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        yield Path(name)
