"""Nodes over memory stores, joined by function calls instead of sockets, under a clock that is set."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from cordiale.exchange.cut.sequencer import Cut, cut
from cordiale.exchange.home import Home, Limits, Partnership, pair_up
from cordiale.exchange.message import Request, Response, Transport
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.partners.fingerprint import fingerprint
from cordiale.exchange.serve.service import Delivered, Service, respond
from cordiale.exchange.taxii.wiring import Keep
from cordiale.exchange.visit.sync import Pulled, visit
from cordiale.platform.ids import keyed_randomness, uuid5
from cordiale.release.egress.client import local_egress
from cordiale.release.keys import keyed_signer, verify_keyed
from cordiale.release.marking import definition_atoms, of_version
from cordiale.release.rules import Rules, parse, rules_for
from cordiale.stix import atoms
from cordiale.stix.version import read
from cordiale.store import versions
from cordiale.store.connection import Store, open_store
from cordiale.store.migrations import migrate
from cordiale.store.types import Put

SPACE = "8f0a4d52-7f5c-4a53-9d70-5ee3c3f4a001"
START = 1_800_000_000_000_000
SECOND = 1_000_000

RULES = """
format = 1
partnership = "three"
[partners.CAN]
nation = "CA"
organisation = "CAN-CERT"
tlp = "red"
assurance = "node"
[partners.FRA]
nation = "FR"
organisation = "FRA-CERT"
tlp = "amber"
assurance = "node"
[partners.GBR]
nation = "GB"
organisation = "GBR-CERT"
tlp = "amber"
assurance = "node"
[partners.READER]
nation = "BE"
organisation = "BEL-CERT"
tlp = "green"
assurance = "taxii"
[[mandates]]
name = "standing"
to = ["CAN", "FRA", "GBR", "READER"]
mode = "automatic"
where.type = ["indicator", "malware", "relationship", "report", "identity", "ipv4-addr", "domain-name", "marking-definition", "sighting", "note"]
"""


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass
class Node:
    """One node: its store, who it is, the rules it applies, and what was posted to it."""

    name: str
    store: Store
    home: Home
    clock: Clock
    rules: list[Rules] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    service: Service | None = None

    def partnership(self, name: str) -> Partnership | None:
        with self.store.read() as tx:
            known = {p.node: p for p in partners.partners(tx)}
        return pair_up(known[name], rules_for(name, self.rules), self.name) if name in known else None

    def put(self, *items: bytes | tuple[bytes, Sequence[str]], origin: Any = "local") -> list[int]:
        """Store objects of our own; a marking given beside the bytes is added to theirs."""
        puts = []
        for item in items:
            raw, extra = item if isinstance(item, tuple) else (item, ())
            version, problems = read(raw)
            assert [p for p in problems if p.severity == "error"] == []
            base, full = of_version(version, definitions(), frozenset(extra) or frozenset({"tlp:green"}))
            puts.append(Put(version, base | set(extra), full | set(extra), origin))
        with self.store.write() as tx:
            return [o.vid for o in versions.put(tx, self.name, self.clock(), puts, own=self.home.identities)]

    def cut(self, *names: str) -> dict[str, Cut]:
        """Cut until nothing waits."""
        found = [p for p in (self.partnership(name) for name in names) if p is not None]
        total: dict[str, Cut] = {}
        while True:
            with self.store.write() as tx:
                cuts = cut(tx, self.home, found, self.clock())
            for one in cuts:
                known = total.get(one.partner)
                total[one.partner] = one if known is None or one.segments else known
            if not any(one.behind for one in cuts):
                return total

    def ids(self, origin: str | None = None) -> set[str]:
        """Return the ids held here, of one origin or all."""
        from cordiale.store.types import Filter

        with self.store.read() as tx:
            page = versions.current(tx, Filter(), None, 100_000, None)
        return {row.id for row in page.rows if origin in (None, row.origin)}

    def raws(self, stix_id: str, source: str | None = None) -> list[bytes]:
        with self.store.read() as tx:
            rows = versions.get(tx, stix_id, None, history=True)
        return [row.raw for row in rows if row.raw and source in (None, row.source)]

    def answer(self, request: Request) -> Response:
        assert self.service is not None
        return respond(request, self.service)


def definitions() -> dict[str, str]:
    """Return the atoms of definitions that tests use, as if every node held them."""
    return definition_atoms(atoms.definition_of(text) for text in ATOMS)


ATOMS = ("rel:CAN|FRA", "rel:CAN|GBR", "compartment:CAN/MAPLE")


def identity(name: str) -> str:
    return f"identity--{uuid5(SPACE, name)}"


def make(
    name: str,
    clock: Clock | None = None,
    *,
    url: str = "memory://",
    limits: Limits | None = None,
    rules: str = RULES,
    signer: Any = None,
    verify: Any = verify_keyed,
    seed: str = "",
) -> Node:
    """Make a node with an empty store."""
    clock = clock or Clock()
    store = open_store(url)
    migrate(store, ("store", "release", "exchange"))
    signer = signer or keyed_signer(name)
    egress = local_egress(signer)
    home = Home(
        node=name,
        title=f"Node {name}",
        nation=name,
        organisation=f"{name}-CERT",
        url=f"https://{name.lower()}.example",
        secret=name.encode().ljust(32, b"."),
        keys=(signer.public_key,),
        egress=lambda: egress,
        clock=clock,
        random=keyed_randomness((name + seed).encode()),
        identities=frozenset({identity(name)}),
        verify=verify,
        limits=limits or Limits(),
    )
    node = Node(name, store, home, clock, [parse(rules)])

    def take(_partner: str, raws: tuple[bytes, ...], keep: Keep) -> bytes:
        node.posted += raws
        stamp = "2026-01-01T00:00:00.000Z"
        with store.write() as tx:
            return keep(tx, tuple(Delivered(orjson.loads(raw)["id"], stamp) for raw in raws))

    def identify(request: Request) -> Partnership | None:
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            token = base64.b64decode(token).decode().partition(":")[2]
        return node.partnership(token.removeprefix("token-")) if token.startswith("token-") else None

    node.service = Service(home, store, identify, node.partnership, take)
    return node


def connect(one: Node, other: Node) -> None:
    """Exchange invitations both ways and compare the words."""
    for here, there in ((one, other), (other, one)):
        read_back = partners.read_invitation(partners.invite(there.home, there.clock()), here.home.verify)
        with here.store.write() as tx:
            partners.add(tx, here.home, read_back, here.clock())
            words = fingerprint(there.name, there.home.keys, "fr")
            partners.confirm(tx, there.name, words, "officer", here.clock())


def client(node: Node, name: str = "READER") -> None:
    """Record a plain TAXII client."""
    with node.store.write() as tx:
        partners.add_client(tx, name, name, "BEL", "", node.clock())


def wire(there: Node) -> Transport:
    """Return a transport that calls the other node's server function."""
    return there.answer


def pull(here: Node, there: Node, transport: Callable[[Request], Response] | None = None) -> Pulled:
    """Visit another node until it has no more."""
    with here.store.read() as tx:
        known = partners.partner(tx, there.name)
    while True:
        pulled = visit(here.store, here.home, known, transport or wire(there))
        if not pulled.more or pulled.link.state != "up":
            return pulled


def indicator(name: str, *, marking: Sequence[str] = (), minute: int = 0, **more: Any) -> bytes:
    """Write an indicator; `minute` is when it was modified."""
    when = f"2026-03-01T10:{minute:02}:00.000Z"
    value: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid5(SPACE, name)}",
        "created": "2026-03-01T10:00:00.000Z",
        "modified": when,
        "name": name,
        "pattern": f"[domain-name:value = '{name}.example']",
        "pattern_type": "stix",
        "valid_from": "2026-03-01T00:00:00Z",
        **more,
    }
    if marking:
        value["object_marking_refs"] = [atoms.id_of(atom) for atom in marking]
    return orjson.dumps(value)


def malware(name: str, *, marking: Sequence[str] = (), **more: Any) -> bytes:
    value: dict[str, Any] = {
        "type": "malware",
        "spec_version": "2.1",
        "id": f"malware--{uuid5(SPACE, name)}",
        "created": "2026-03-01T10:00:00.000Z",
        "modified": "2026-03-01T10:00:00.000Z",
        "name": name,
        "is_family": False,
        **more,
    }
    if marking:
        value["object_marking_refs"] = [atoms.id_of(atom) for atom in marking]
    return orjson.dumps(value)


def relationship(source: bytes, target: bytes, *, marking: Sequence[str] = ()) -> bytes:
    one, two = id_of(source), id_of(target)
    value: dict[str, Any] = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": f"relationship--{uuid5(SPACE, one + two)}",
        "created": "2026-03-01T10:00:00.000Z",
        "modified": "2026-03-01T10:00:00.000Z",
        "relationship_type": "indicates",
        "source_ref": one,
        "target_ref": two,
    }
    if marking:
        value["object_marking_refs"] = [atoms.id_of(atom) for atom in marking]
    return orjson.dumps(value)


def report(name: str, refs: Sequence[bytes], *, marking: Sequence[str] = ()) -> bytes:
    value: dict[str, Any] = {
        "type": "report",
        "spec_version": "2.1",
        "id": f"report--{uuid5(SPACE, name)}",
        "created": "2026-03-01T10:00:00.000Z",
        "modified": "2026-03-01T10:00:00.000Z",
        "name": name,
        "report_types": ["indicator"],
        "published": "2026-03-01T10:00:00Z",
        "object_refs": [id_of(ref) for ref in refs],
    }
    if marking:
        value["object_marking_refs"] = [atoms.id_of(atom) for atom in marking]
    return orjson.dumps(value)


def id_of(raw: bytes) -> str:
    return str(orjson.loads(raw)["id"])
