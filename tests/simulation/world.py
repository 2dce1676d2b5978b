"""Simulated nodes: the real desk, exchange and release over a store in memory, under a clock that is moved.

Nothing here is a stand-in for the product. What is replaced is what the design says may be: the
clock, randomness, the way between nodes, and the key that signs.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from random import Random

from cordiale.desk.actor import Actor, house
from cordiale.desk.desk import Desk
from cordiale.desk.incoming import inbox
from cordiale.desk.partnerships import partnerships
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.exchange.home import Home, Limits, Partnership
from cordiale.exchange.message import Request, Transport
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.partners.fingerprint import fingerprint
from cordiale.exchange.serve.service import Service
from cordiale.exchange.taxii.wiring import Keep
from cordiale.node.layout import ROOMS
from cordiale.platform.ids import keyed_randomness, uuid5
from cordiale.platform.settings import NodeSection, Settings
from cordiale.release.egress.client import Egress, local_egress
from cordiale.release.keys import Signer, ed25519_signer, keyed_signer, verify_ed25519, verify_keyed
from cordiale.release.segment import Verify
from cordiale.store.migrations import migrate
from tests.simulation.disk import Disk, copied
from tests.simulation.terms import FULL, Terms, text_of

NODES = ("can", "fra", "gbr")
READER = "reader"
SPACE = "8f0a4d52-7f5c-4a53-9d70-5ee3c3f4a002"
START = 1_800_000_000_000_000
SECOND = 1_000_000
DAY = 86_400 * SECOND
OFFICER: Actor = house("officer")
SMALL = Limits(segment_entries=4, page_objects=5, segments_per_pull=3)
"""Limits so small that few objects already meet them."""


class Clock:
    """A node's own clock: the simulation's time, and how far off this one is; in microseconds."""

    def __init__(self, time: list[int]) -> None:
        self._time = time
        self.skew = 0

    def __call__(self) -> int:
        return self._time[0] + self.skew


class Node:
    """One node and what a restart loses: nonces, caches."""

    def __init__(self, name: str, store: Disk, desk: Desk, clock: Clock) -> None:
        self.name, self.store, self.desk, self.clock = name, store, desk, clock
        self.service = self._service()

    @property
    def home(self) -> Home:
        """Return who this node is."""
        return self.desk.home

    def restart(self) -> None:
        """Come up again with nothing but what is on the disk."""
        self.store.fuse = 0
        self.store.forget()
        self.desk.cache.clear()
        self.service = self._service()

    def joined(self, name: str) -> Partnership | None:
        """Return the partnership with a confirmed partner under the rules of the moment."""
        with self.store.read() as tx:
            return partnerships(tx).get(name)

    def _service(self) -> Service:
        def identify(request: Request) -> Partnership | None:
            bearer = request.headers.get("authorization", "") == f"Bearer {READER}"
            return self.joined(READER) if bearer else None

        def take(node: str, raws: tuple[bytes, ...], keep: Keep) -> bytes:
            with self.store.write() as tx:
                return keep(tx, inbox.taken(tx, self.desk, node, raws))

        return Service(self.home, self.store, identify, self.joined, take)


class Keys:
    """How statements are signed: quickly, or as in production."""

    def __init__(self, signer: Callable[[str], Signer], verify: Verify) -> None:
        self.signer, self.verify = signer, verify


QUICK = Keys(keyed_signer, verify_keyed)
REAL = Keys(lambda name: ed25519_signer(name.encode().ljust(32, b".")), verify_ed25519)


def identity(name: str) -> str:
    """Return the STIX identity a node speaks as."""
    return f"identity--{uuid5(SPACE, name)}"


@lru_cache(maxsize=1)
def _folders() -> tempfile.TemporaryDirectory[str]:
    """Make a folder that ends with this process; in memory where there is such a place, as nodes flush what they write."""
    memory = Path("/dev/shm")
    where = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="cordiale-simulation-", dir=where)


@lru_cache(maxsize=2)
def folder(process: int) -> Path:
    """Return where the nodes of one process keep their few small files."""
    made = Path(_folders().name) / str(process)
    made.mkdir(exist_ok=True)
    return made


def make(name: str, time: list[int], seed: int, store: Disk, keys: Keys) -> Node:
    """Make a node over a store."""
    store.node = name
    signer = keys.signer(name)
    egress: Egress = local_egress(signer)
    clock = Clock(time)
    random = keyed_randomness(f"{name} {seed}".encode())
    home = Home(
        node=name,
        title=name.upper(),
        nation=f"nation-{name}",
        organisation=f"{name}-cert",
        url=f"https://{name}.example",
        secret=name.encode().ljust(32, b"."),
        keys=(signer.public_key,),
        egress=lambda: egress,
        clock=clock,
        random=random,
        identities=frozenset({identity(name)}),
        verify=keys.verify,
        limits=SMALL,
    )
    place = folder(os.getpid()) / name
    place.mkdir(exist_ok=True)

    def carrier(_partner: object) -> Transport:
        raise AssertionError("the simulation carries messages itself")

    settings = Settings(folder=place, node=NodeSection(name=name))
    desk = Desk(place, store, settings, home, carrier, clock, random)
    return Node(name, store, desk, clock)


@lru_cache(maxsize=4)
def templates(keys: Keys) -> dict[str, bytes]:
    """Return freshly migrated and connected stores: made once, copied for every schedule."""
    time = [START]
    nodes = {name: make(name, time, 0, Disk("memory://"), keys) for name in NODES}
    for node in nodes.values():
        migrate(node.store, ROOMS)
    for here in nodes.values():
        for there in nodes.values():
            if here is not there:
                _connect(here, there)
                apply_terms(here, there.name, FULL)
    with nodes["can"].store.write() as tx:
        partners.add_client(tx, READER, "Reader", "nation-reader", "reader-cert", START)
    apply_terms(nodes["can"], READER, Terms(tlp="green", assurance="taxii"))
    found = {name: node.store.snapshot() for name, node in nodes.items()}
    for node in nodes.values():
        node.store.close()
    return found


def _connect(here: Node, there: Node) -> None:
    read = partners.read_invitation(partners.invite(there.home, START), here.home.verify)
    with here.store.write() as tx:
        partners.add(tx, here.home, read, START)
        words = fingerprint(there.name, there.home.keys, "fr")
        partners.confirm(tx, there.name, words, "officer", START)


def apply_terms(node: Node, partner: str, terms: Terms) -> None:
    """Put the rules for one partner in force, as an officer does: preview, then apply."""
    text = text_of(node.name, partner, terms)
    seen = rules_diff(node.desk, OFFICER, text)
    rules_apply(node.desk, OFFICER, text, "rules", seen.token)


@lru_cache(maxsize=4)
def _kept(_process: int, _keys: Keys) -> dict[str, list[Disk]]:
    """Return the stores of earlier schedules of this process that can be used again, by node."""
    return {name: [] for name in NODES}


class World:
    """Three nodes and one plain TAXII client of the first, at the moment they were connected."""

    def __init__(self, seed: int, *, files: Path | None = None, keys: Keys = QUICK) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.time = [START]
        self.nodes: dict[str, Node] = {}
        self._stores = _kept(os.getpid(), keys)
        for name, state in templates(keys).items():
            if files is not None:
                store = Disk(f"sqlite:///{files / (name + '.db')}")
                store.put_back(state)
            else:
                store = self._stores[name].pop() if self._stores[name] else copied(state)
            self.nodes[name] = make(name, self.time, seed, store, keys)

    def close(self) -> None:
        """Let go of every store, and keep those that can be used again."""
        for name, node in self.nodes.items():
            if node.store.again():
                self._stores[name].append(node.store)
            else:
                node.store.close()
