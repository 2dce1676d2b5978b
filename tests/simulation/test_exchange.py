"""Three nodes, a bad network and crashes, from a seed: nothing leaks, nothing is lost, nothing comes back."""

from __future__ import annotations

from hashlib import sha256
from random import Random

import pytest

from cordiale.exchange.message import Request, Response
from cordiale.exchange.recall import sending
from cordiale.platform.errors import Unavailable
from tests.unit.exchange.world import (
    Clock,
    Node,
    connect,
    id_of,
    indicator,
    make,
    malware,
    pull,
    relationship,
)

NAMES = ("CAN", "FRA", "GBR")
#: What a node may hold of another's: markings by whom they let through.
MARKINGS = {
    ("tlp:green",): {"FRA", "GBR", "CAN"},
    ("tlp:red",): {"CAN"},
    ("tlp:green", "rel:CAN|FRA"): {"CAN", "FRA"},
    ("tlp:green", "rel:CAN|GBR"): {"CAN", "GBR"},
}


class World:
    """Drive three nodes by a seeded source of chance and keep what ought to be true of them."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.clock = Clock()
        self.nodes = {name: make(name, self.clock, seed=str(seed)) for name in NAMES}
        for one, other in (("CAN", "FRA"), ("CAN", "GBR"), ("FRA", "GBR")):
            connect(self.nodes[one], self.nodes[other])
        self.allowed: dict[str, set[str]] = {}
        self.owner: dict[str, str] = {}
        self.recalled: set[str] = set()
        self.made = 0
        self.trace = sha256()

    def step(self) -> None:
        self.clock.now += self.random.randrange(1, 2_000_000)
        name = self.random.choice(NAMES)
        action = self.random.choice(
            (self.create, self.create, self.cut, self.cut, self.visit, self.visit, self.visit, self.take_back)
        )
        action(self.nodes[name])

    def create(self, node: Node) -> None:
        one, two = f"{node.name}-{self.made}", f"{node.name}-m{self.made}"
        self.made += 1
        atoms, readers = self.random.choice(list(MARKINGS.items()))
        tlp = [atom for atom in atoms if atom.startswith("tlp")]
        first = indicator(one, marking=tlp, description=f"canary {one}")
        second = malware(two, marking=["tlp:green"])
        link = relationship(first, second, marking=["tlp:green"])
        node.put((first, atoms), second, link)
        for raw, who in ((first, readers), (second, set(NAMES)), (link, readers)):
            self.allowed[id_of(raw)] = who | {node.name}
            self.owner[id_of(raw)] = node.name

    def cut(self, node: Node) -> None:
        node.cut(*(name for name in NAMES if name != node.name))

    def visit(self, node: Node) -> None:
        other = self.nodes[self.random.choice([name for name in NAMES if name != node.name])]
        fate = self.random.random()
        state = node.store.snapshot()

        def network(request: Request) -> Response:
            if fate < 0.15 and self.random.random() < 0.4:
                raise Unavailable("test.dropped", "dropped")
            answer = other.answer(request)
            if 0.15 < fate < 0.25 and self.random.random() < 0.3:
                return Response(answer.status, answer.headers, answer.body[: len(answer.body) // 2])
            if 0.25 < fate < 0.35 and request.path.endswith("segments") and self.random.random() < 0.5:
                other.answer(request)  # a duplicate reaches the other side
            return answer

        pulled = pull(node, other, network)
        if 0.35 < fate < 0.4 and pulled.segments == 0 and not pulled.recalls:
            node.store.load(state)  # the machine stopped before anything was committed
        self.trace.update(
            repr((node.name, other.name, pulled.link.state, pulled.new, pulled.recalls)).encode()
        )

    def take_back(self, node: Node) -> None:
        mine = sorted(i for i, owner in self.owner.items() if owner == node.name and i not in self.recalled)
        if not mine or self.random.random() < 0.6:
            return
        chosen = self.random.choice(mine)
        for name in NAMES:
            known = node.partnership(name) if name != node.name else None
            if known is None:
                continue
            with node.store.write() as tx:
                made = sending.draft(
                    tx, node.home, known.partner, ids=[chosen], reason="r", by="o", now=self.clock()
                )
                if made is not None:
                    sending.confirm(tx, node.home, known, made.id, "o", self.clock())
                    self.recalled.add(chosen)

    def check(self) -> None:
        for node in self.nodes.values():
            for stix_id in node.ids():
                assert node.name in self.allowed[stix_id], (node.name, stix_id)

    def settle(self) -> None:
        for _round in range(4):
            for name in NAMES:
                self.clock.now += 1_000_000
                self.cut(self.nodes[name])
            for name in NAMES:
                for other in NAMES:
                    if other != name:
                        assert pull(self.nodes[name], self.nodes[other]).link.state == "up"


@pytest.mark.parametrize("seed", range(6))
def test_three_nodes_over_a_bad_network(seed: int) -> None:
    world = World(seed)
    for _step in range(60):
        world.step()
        world.check()
    world.settle()
    world.check()
    for stix_id, readers in world.allowed.items():
        for name in NAMES:
            held = stix_id in world.nodes[name].ids()
            if stix_id in world.recalled:
                assert not held or name == world.owner[stix_id]
            else:
                assert held == (name in readers), (name, stix_id, world.owner[stix_id])
    for name, node in world.nodes.items():
        content = node.store.snapshot()
        for stix_id, readers in world.allowed.items():
            if name not in readers:
                assert stix_id.encode() not in content


def test_the_same_seed_gives_the_same_trace() -> None:
    traces = []
    for _run in range(2):
        world = World(42)
        for _step in range(40):
            world.step()
        traces.append(world.trace.hexdigest())
    assert traces[0] == traces[1]
