"""Mark, raise, lower, share, recall, crash, part and heal in every order that Hypothesis can think of.

The schedules draw from a seed and cannot be made smaller; what fails here comes as the shortest run that still does.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from cordiale.platform.errors import CordialeError
from tests.simulation.disk import Crash
from tests.simulation.network import FAIR
from tests.simulation.schedule import Schedule
from tests.simulation.world import NODES, Node

WHERE = st.sampled_from(NODES)
CHANCE = st.integers(0, 255)
HIGH = st.sampled_from(
    (frozenset({"tlp:red"}), frozenset({"tlp:amber", "rel:can|fra"}), frozenset({"tlp:amber+strict"}))
)
LOW = st.sampled_from((frozenset({"tlp:clear"}), frozenset({"tlp:green"})))


class Exchange(RuleBasedStateMachine):
    """Three nodes and a plain client; the judge of the schedules looks at every byte that crosses."""

    def __init__(self) -> None:
        super().__init__()
        self.schedule = Schedule(0, events=0)
        self.schedule.network.weather = FAIR
        self.sound = True

    def do(self, where: str, chance: int, act: Callable[[Node], object]) -> None:
        """Let something happen at a node, drawing from `chance`; a refusal and a power cut are part of it."""
        self.schedule.random.seed(chance)
        self.schedule.pass_time()
        node = self.schedule.world.nodes[where]
        self.sound = False
        try:
            act(node)
        except Crash as crash:
            self.schedule.crashed(crash)
        except CordialeError:
            pass
        self.schedule.judge.recalls(where)
        self.sound = True

    @rule(where=WHERE, chance=CHANCE)
    def write(self, where: str, chance: int) -> None:
        self.do(where, chance, self.schedule.write)

    @rule(where=WHERE, chance=CHANCE)
    def mark(self, where: str, chance: int) -> None:
        self.do(where, chance, self.schedule.mark)

    @rule(where=WHERE, chance=CHANCE, wanted=HIGH)
    def raise_(self, where: str, chance: int, wanted: frozenset[str]) -> None:
        self.do(where, chance, lambda node: self.marked(node, wanted))

    @rule(where=WHERE, chance=CHANCE, wanted=LOW)
    def lower(self, where: str, chance: int, wanted: frozenset[str]) -> None:
        self.do(where, chance, lambda node: self.marked(node, wanted))

    def marked(self, node: Node, wanted: frozenset[str]) -> None:
        """Mark anything that a node holds."""
        kept = self.schedule.any_of(node)
        if kept is not None:
            self.schedule.mark_as(node, kept, wanted)

    @rule(where=WHERE, chance=CHANCE)
    def share(self, where: str, chance: int) -> None:
        self.do(where, chance, self.schedule.sync_both)

    @rule(where=WHERE, chance=CHANCE)
    def visit(self, where: str, chance: int) -> None:
        self.do(where, chance, self.schedule.visit)

    @rule(chance=CHANCE)
    def read_taxii(self, chance: int) -> None:
        self.do("can", chance, self.schedule.read_taxii)

    @rule(where=WHERE, chance=CHANCE)
    def recall(self, where: str, chance: int) -> None:
        self.do(where, chance, self.schedule.recall)

    @rule(where=WHERE, chance=CHANCE)
    def crash(self, where: str, chance: int) -> None:
        self.do(where, chance, self.schedule.crash)

    @rule(where=WHERE, chance=CHANCE)
    def part(self, where: str, chance: int) -> None:
        self.do(where, chance, self.schedule.part)

    @rule()
    def heal(self) -> None:
        self.schedule.network.parted.clear()

    def teardown(self) -> None:
        """Heal everything, and look at what everybody has in the end."""
        try:
            if self.sound:
                self.schedule.quiet()
        finally:
            self.schedule.world.close()


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=8, stateful_step_count=30)
