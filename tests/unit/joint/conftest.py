"""Three real nodes over stores in memory, each an officer's to act at, and exchanges between them when a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.desk import Desk
from cordiale.desk.partner.sync import cut_all
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.exchange import records
from cordiale.exchange.message import Request, Response
from cordiale.exchange.serve.service import respond
from cordiale.exchange.visit.sync import visit
from tests.simulation.world import NODES, SECOND, World

OFFICER = house("officer")
MARKING = "tlp:amber rel:nation-can|nation-fra|nation-gbr"

RULES = """
format = 1
partnership = "{node}-{partner}"
[partners.{partner}]
nation = "nation-{partner}"
organisation = "{partner}-cert"
tlp = "amber"
assurance = "node"
[[mandates]]
name = "asked"
to = ["{partner}"]
"""


@dataclass
class Three:
    """The desks of three nodes by name, and the way between them."""

    world: World

    def __getitem__(self, node: str) -> Desk:
        """Return the desk of a node."""
        return self.world.nodes[node].desk

    def pass_time(self, seconds: int) -> None:
        """Move the clock of all three."""
        self.world.time[0] += seconds * SECOND

    def exchange(self, rounds: int = 2) -> None:
        """Let every node fetch what every other has for it; what is passed on takes a second round."""
        for _round in range(rounds):
            for here in NODES:
                for there in NODES:
                    if here != there:
                        self._visit(here, there)

    def _visit(self, here: str, there: str) -> None:
        source, reader = self.world.nodes[there], self.world.nodes[here]
        self.pass_time(1)
        cut_all(source.desk)

        def carry(request: Request) -> Response:
            return respond(request, source.service)

        while True:
            with reader.store.read() as tx:
                known = records.partner(tx, there)
            pulled = visit(reader.store, reader.home, known, carry)
            assert pulled.link.state == "up", pulled.link
            if not pulled.more:
                return


@pytest.fixture
def three() -> Iterator[Three]:
    world = World(1)
    for node in world.nodes.values():
        for partner in NODES:
            if partner != node.name:
                rules = RULES.format(node=node.name, partner=partner)
                token = rules_diff(node.desk, OFFICER, rules).token
                rules_apply(node.desk, OFFICER, rules, "rules", token)
    yield Three(world)
    world.close()


@pytest.fixture
def officer() -> Actor:
    return OFFICER
