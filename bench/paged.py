"""Nodes whose pages are measured: filled once, on either database, with the people who read them.

Filling a million takes minutes, so what was filled stays in `.bench`, under a digest of what decides what is in it, and is used
again as long as that does not change. Newer schemas are reached when the node is opened.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench import child, marked, measure, traffic
from bench.figure import ROOT
from bench.marked import Reader
from bench.visitor import Visitor

Database = Literal["SQLite", "PostgreSQL"]

SLICE = 20_000
FILLED = 1
"""Raise when `fill` puts something else into a store."""

SETTINGS = ("shared_buffers=512MB", "max_wal_size=4GB")
"""What PostgreSQL is started with beside its defaults."""

PARTNERS = {"fra": "FRA", "gbr": "GBR", "bel": "BEL"}

RULES = """format = 1
partnership = "bench"
example = true
[scales.CAN]
nation = "CAN"
ladder = ["CONFIDENTIAL", "SECRET", "TOP SECRET"]
[partners.fra]
nation = "FRA"
organisation = "Fra"
tlp = "amber"
assurance = "taxii"
[partners.gbr]
nation = "GBR"
organisation = "Gbr"
tlp = "green"
assurance = "taxii"
[partners.bel]
nation = "BEL"
organisation = "Bel"
tlp = "green"
assurance = "taxii"
[assurance]
taxii = ["rel:*", "tlp:*"]
[[mandates]]
name = "feed"
to = ["FRA"]
mode = "automatic"
where = { type = ["malware", "note"] }
[[mandates]]
name = "asked"
to = ["FRA", "GBR", "BEL"]
"""


@dataclass(frozen=True)
class Paged:
    """A served node: its process, its port, how many objects it holds, and the codes that sign people in."""

    pid: int
    port: int
    held: int
    codes: dict[str, str]
    database: int | None = None
    """Process id of PostgreSQL, whose CPU counts as well."""

    def busy_ms(self) -> float:
        """Return the CPU-milliseconds used so far to answer, by the node and its database."""
        return measure.busy_ms(
            [*measure.tree(self.pid), *(measure.tree(self.database) if self.database else ())]
        )

    @contextmanager
    def visitor(self, reader: Reader) -> Iterator[Visitor]:
        """Sign a reader in until the block ends."""
        browser = Visitor(self.port, reader.language)
        browser.enter(self.codes[reader.name])
        yield browser
        browser.close()


@contextmanager
def paged(held: int, database: Database, readers: Sequence[Reader]) -> Iterator[Paged]:
    """Serve a node with `held` objects until the block ends."""
    kept = filled(held)
    with ExitStack() as stack:
        node = kept / "node" if database == "SQLite" else stack.enter_context(on_postgresql(kept))
        codes = child.call("bench.paged:people", node=str(node), names=[one.name for one in readers])
        port = traffic.free_port()
        # in one process: two that start for pages while it is asked would count as what a page costs
        alone = {"CORDIALE_SERVE_PAGE_PROCESSES": "0"}
        pid = stack.enter_context(traffic.serving(command(node, port), port, kept / "bench.log", alone))
        with Browsing(port) as first:
            first.ask("GET", "/sign-in")  # the framework is loaded with the first page
        measure.settled(pid)
        running = None if database == "SQLite" else _postmaster(kept / "postgresql")
        yield Paged(pid, port, held, codes, running)


class Browsing(Visitor):
    """A visitor whose connection ends with a block."""

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def command(node: Path, port: int) -> list[str]:
    """Return what serves a node."""
    program = str(Path(sys.executable).with_name("cordiale"))
    return [program, "serve", "--node", str(node), "--listen", f"127.0.0.1:{port}"]


def filled(held: int) -> Path:
    """Give the folder of a store with `held` objects, filling it where there is none yet."""
    kept = ROOT / ".bench" / f"paged-{held}-{sources()}"
    if (kept / "made.json").exists():
        return kept
    for stale in kept.parent.glob(f"paged-{held}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    kept.mkdir(parents=True)
    made: dict[str, Any] = child.call("bench.paged:fill", node=str(kept / "node"), held=held, timeout=7200)
    (kept / "made.json").write_text(json.dumps(made))
    return kept


def sources() -> str:
    """Give a digest of what decides what is in a filled store."""
    digest = hashlib.sha256(b"%d" % FILLED)
    for name in ("bench/marked.py", "src/cordiale/store/words.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:12]


def fill(node: str, held: int) -> dict[str, Any]:
    """Make a node, pair it with three plain TAXII clients, fill it and cut; gives counts and what it took."""
    from bench.cases.import_objects import prefixed, write_bundle
    from bench.node import new_node
    from cordiale.desk import verbs
    from cordiale.desk.actor import house
    from cordiale.desk.incoming.sources import of_file
    from cordiale.desk.partner import partners
    from cordiale.desk.person.people import person_add
    from cordiale.exchange.cut.sequencer import cut
    from cordiale.node.opening import open_node

    path, actor = Path(node), house("bench")
    new_node(path)
    file = path / "cordiale.toml"
    file.write_text(
        file.read_text("utf-8").replace("# sign_in_links = false", "sign_in_links = true"), "utf-8"
    )
    with open_node(path, environ={}, flags={"store.text_index": True}) as opened, measure.spent() as used:
        desk = opened.desk
        for name, nation in PARTNERS.items():
            partners.partner_add_client(
                desk, actor, name, title=name.upper(), nation=nation, organisation=name.title()
            )
        verbs.rules_apply(desk, actor, RULES, "bench.toml", verbs.rules_diff(desk, actor, RULES).token)
        readers = (marked.WIDE, marked.MIDDLING, marked.NARROW, marked.KEEPER, *marked.crowd(100))
        for reader in readers:
            person_add(desk, actor, reader.name, **reader.given())
        bundle, new, aside = path / "slice.json", 0, 0
        for start in range(0, held, SLICE):
            made = marked.objects(min(SLICE, held - start), start)
            write_bundle(bundle, prefixed(marked.definitions(), made) if start == 0 else made)
            report = verbs.import_(desk, actor, [of_file(bundle)], marking="tlp:green")
            new, aside = new + report.new, aside + report.set_aside
        write_bundle(bundle, marked.extras(held))
        report = verbs.import_(desk, actor, [of_file(bundle)], marking="tlp:green")
        bundle.unlink()
        behind = True
        while behind:
            with opened.store.write() as tx:
                behind = any(one.behind for one in cut(tx, desk.home, desk_partnerships(tx), desk.clock()))
        agree(desk, readers)
    return {"new": new + report.new, "aside": aside + report.set_aside, "cpu": used.cpu, "wall": used.wall}


def desk_partnerships(tx: Any) -> tuple[Any, ...]:
    """Return the partnerships that are cut for."""
    from cordiale.desk.partnerships import partnerships

    return tuple(partnerships(tx).values())


def agree(desk: Any, readers: Sequence[Reader]) -> None:
    """Compare what `bench.marked` says of every reader and marking with what the node decides.

    Raises:
        RuntimeError: they differ; what is then measured would not be what it is called.
    """
    from cordiale.accounts import records
    from cordiale.desk.person.people import acting
    from cordiale.desk.visible import visible
    from cordiale.store.markings import all_markings

    numbers = {atoms: number for number, atoms in enumerate(marked.markings())}
    with desk.store.read() as tx:
        known = {numbers[atoms]: mid for mid, atoms in all_markings(tx).items() if atoms in numbers}
        for reader in readers:
            person = records.person_called(tx, reader.name)
            assert person is not None
            seen = visible(tx, desk, acting(desk, person))
            wrong = [n for n, mid in known.items() if (mid in (seen or ())) != reader.passes(n)]
            if wrong:
                raise RuntimeError(
                    f"{reader} and {sorted(marked.markings()[wrong[0]])}: the node decides otherwise"
                )


def people(node: str, names: Sequence[str]) -> dict[str, str]:
    """Make the link of each person anew; gives the codes."""
    from cordiale.desk.actor import house
    from cordiale.desk.person.enrolment import person_invite
    from cordiale.node.opening import open_node

    with open_node(Path(node), environ={}) as opened:
        actor = house("bench")
        return {name: person_invite(opened.desk, actor, name, kind="enter", uses=100).code for name in names}


@contextmanager
def on_postgresql(kept: Path) -> Iterator[Path]:
    """Give the node of a filled store on PostgreSQL, moved there the first time, and run the server until the block ends."""
    from tests import postgresql

    folder, node = kept / "postgresql", kept / "moved"
    if not (kept / "moved.json").exists():
        for stale in (folder, node):
            shutil.rmtree(stale, ignore_errors=True)
    with postgresql.cluster(folder, SETTINGS) as socket:
        if not (kept / "moved.json").exists():
            shutil.copytree(kept / "node", node)
            url = postgresql.make_schema(socket, "bench")
            made = child.call("bench.paged:move", node=str(node), url=url, timeout=7200)
            (node / "cordiale.db").unlink(missing_ok=True)
            (kept / "moved.json").write_text(json.dumps(made))
        yield node


def _postmaster(folder: Path) -> int:
    """Return the process id of a running PostgreSQL."""
    return int((folder / "data" / "postmaster.pid").read_text().split()[0])


def move(node: str, url: str) -> dict[str, Any]:
    """Move a node's store to PostgreSQL, and gather the statistics that a database of some age has."""
    from cordiale.node.migration import migrate_store
    from cordiale.store.connection import open_store

    with measure.spent() as used:
        moved = migrate_store(Path(node), url, environ={})
    store = open_store(url)
    with store.autocommit() as driver:
        driver.execute("VACUUM ANALYZE")
    store.close()
    return {"versions": moved.versions, "cpu": used.cpu, "wall": used.wall}
