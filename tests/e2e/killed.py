"""What is being done when the power goes out: each work runs in a process of its own, which is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from cordiale.desk.actor import house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_paths
from cordiale.desk.outgoing.recall import recall
from cordiale.desk.partner.partners import own_words, partner_add, partner_confirm, partner_invite
from cordiale.desk.partner.sync import cut_all, sync
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.exchange.home import Partner
from cordiale.exchange.message import Transport
from cordiale.node.initialise import init
from cordiale.node.layout import ROOMS
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.ids import uuid5
from cordiale.store.connection import open_store
from cordiale.store.migrations import migrate
from tests.unit.node.conftest import RULES

OFFICER: Final = house("marie")
SPACE: Final = "8f0a4d52-7f5c-4a53-9d70-5ee3c3f4a003"
OBJECTS: Final = 600
SECRET: Final = "halcyon"
MARKED: Final = {"tlp:green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"}

Work = Callable[[Path], None]


def objects(first: int = 0, count: int = OBJECTS) -> list[dict[str, Any]]:
    """Write indicators; every tenth is red and holds the secret word."""
    return [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{uuid5(SPACE, str(n))}",
            "created": "2026-03-01T08:00:00.000Z",
            "modified": "2026-03-01T08:00:00.000Z",
            "name": f"{SECRET if n % 10 == 0 else 'open'} {n}",
            "description": f"number{n} " * 20,
            "pattern": f"[domain-name:value = 'n{n}.example']",
            "pattern_type": "stix",
            "valid_from": "2026-03-01T08:00:00.000Z",
            "object_marking_refs": [
                "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
                if n % 10 == 0
                else MARKED["tlp:green"]
            ],
        }
        for n in range(first, first + count)
    ]


def recalled() -> list[str]:
    """Return the ids that the recall of these tests asks back."""
    return [str(one["id"]) for one in objects() if str(one["name"]).startswith("open")][:40]


class Both:
    """Canada and France in one process, joined without a network: killing it is both losing power at once."""

    def __init__(self, folder: Path) -> None:
        self.canada = open_node(folder / "canada", environ={}, carrier=self._carry)
        self.france = open_node(folder / "france", environ={}, carrier=self._carry)

    def _carry(self, partner: Partner) -> Transport:
        return {"canada": self.canada, "france": self.france}[partner.node].respond

    def close(self) -> None:
        """Close both."""
        self.canada.close()
        self.france.close()


def prepare(folder: Path) -> None:
    """Make two connected nodes under the same rules, and the file that is imported."""
    for name, nation in (("canada", "CAN"), ("france", "FRA")):
        init(folder / name, name=name, nation=nation)
    both = Both(folder)
    for node, other in ((both.canada, both.france), (both.france, both.canada)):
        partner_add(node.desk, OFFICER, partner_invite(other.desk, OFFICER))
        partner_confirm(node.desk, OFFICER, other.desk.node, own_words(other.desk, "fr"))
    for node in (both.canada, both.france):
        rules_apply(node.desk, OFFICER, RULES, "rules.toml", rules_diff(node.desk, OFFICER, RULES).token)
    both.close()
    bundle = {"type": "bundle", "id": f"bundle--{uuid5(SPACE, 'bundle')}", "objects": objects()}
    (folder / "bundle.json").write_bytes(orjson.dumps(bundle))


def take_in(folder: Path) -> None:
    """Import the file in small batches; what is committed is written down as it is told."""
    told = (folder / "told").open("ab")

    def progress(done: int, _of: int | None) -> None:
        told.write(b"%d\n" % done)
        told.flush()

    node: Node = open_node(folder / "canada", environ={})
    import_(node.desk, OFFICER, of_paths([folder / "bundle.json"]), progress=progress, batch=50)
    node.close()


def exchange(folder: Path) -> None:
    """Cut what waits, and let France fetch all of it."""
    both = Both(folder)
    cut_all(both.canada.desk)
    while sync(both.france.desk, OFFICER)[0].new:
        pass
    both.close()


def ask_back(folder: Path) -> None:
    """Ask back what went, have it purged and answered."""
    both = Both(folder)
    recall(both.canada.desk, OFFICER, ids=recalled(), reason="r", confirm=True)
    for _round in range(3):
        cut_all(both.canada.desk)
        sync(both.france.desk, OFFICER)
        sync(both.canada.desk, OFFICER)
    both.close()


def upgrade(folder: Path) -> None:
    """Bring an earlier database to the newest schema."""
    store = open_store(str(folder / "canada" / "cordiale.db"))
    migrate(store, ROOMS)
    store.close()


def run(work: Work, folder: Path) -> float:
    """Do a work in a process of its own, whole; return how long it took, in seconds."""
    started = time.monotonic()
    child = _started(work, folder)
    child.join()
    assert child.exitcode == 0, work.__name__
    return time.monotonic() - started


def kill(work: Work, folder: Path, longest: float, random: Random) -> bool:
    """Begin a work and kill its process at some moment; return whether it was still at work."""
    child = _started(work, folder)
    child.join(random.uniform(0, longest))
    at_work = child.exitcode is None
    if at_work and child.pid is not None:
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    return at_work


def _started(work: Work, folder: Path) -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.e2e.killed"])
    child = context.Process(target=work, args=(folder,))
    child.start()
    return child
