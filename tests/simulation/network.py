"""The way between nodes: it drops, repeats, delays, reorders and parts, and every answer passes the judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from cordiale.exchange.message import Request, Response, Transport
from cordiale.exchange.serve.service import respond
from cordiale.platform.errors import Unavailable
from cordiale.platform.languages import _
from tests.simulation.disk import Crash
from tests.simulation.judge import Judge, opened
from tests.simulation.world import World

UNREACHABLE = _("{node} cannot be reached.")


@dataclass(frozen=True)
class Weather:
    """How likely each fault is, for one message."""

    drop: float = 0.0
    answer_lost: float = 0.0
    twice: float = 0.0
    late: float = 0.0
    between: float = 0.0


FAIR = Weather()
ROUGH = Weather(drop=0.04, answer_lost=0.05, twice=0.05, late=0.05, between=0.15)


class Network:
    """Carry requests between the nodes of a world."""

    def __init__(
        self,
        world: World,
        judge: Judge,
        coverage: Counter[str],
        trace: Callable[..., None],
        meanwhile: Callable[[], None],
    ) -> None:
        self.world, self.judge, self.coverage, self.trace = world, judge, coverage, trace
        self.meanwhile = meanwhile
        self.weather = ROUGH
        self.parted: set[frozenset[str]] = set()
        self.late: list[tuple[str, str, Request]] = []

    def way(self, here: str, there: str) -> Transport:
        """Return the transport from one node to another."""

        def carry(request: Request) -> Response:
            return self._carry(here, there, request)

        return carry

    def _carry(self, here: str, there: str, request: Request) -> Response:
        random, weather = self.world.random, self.weather
        if frozenset((here, there)) in self.parted:
            raise self._lost(there, "partition")
        draw = random.random()
        if draw < weather.drop:
            raise self._lost(there, "drop")
        if random.random() < weather.between:
            self.coverage["net between"] += 1
            self.meanwhile()
        if random.random() < weather.late:
            self.coverage["net late"] += 1
            self.late.append((here, there, request))  # what arrives now is the repetition
        answer = self.answer(here, there, request)
        if random.random() < weather.twice:
            self.coverage["net twice"] += 1
            self.answer(here, there, request)
        if random.random() < weather.answer_lost:
            raise self._lost(there, "answer lost")
        if request.path.endswith("/segments") and answer.status == 200:
            self.judge.reached(there, here, opened(answer.body))
        return answer

    def answer(self, here: str, there: str, request: Request) -> Response:
        """Let a node answer, under the judge's eyes; a crash there is an unreachable node here."""
        node = self.world.nodes[there]
        try:
            answer = respond(request, node.service)
        except Crash as crash:
            self.world.nodes[crash.node].restart()
            self.coverage["crash serving"] += 1
            raise self._lost(there, "crash") from None
        self.judge.crossed(there, here, request.path, answer)
        self.trace("answer", there, here, request.path, answer.status)
        return answer

    def deliver_late(self) -> None:
        """Let what was delayed arrive, in another order than it was sent."""
        self.world.random.shuffle(self.late)
        for here, there, request in self.late:
            self.coverage["net late arrival"] += 1
            try:
                self.answer(here, there, request)
            except Unavailable:
                continue
        self.late.clear()

    def _lost(self, there: str, why: str) -> Unavailable:
        self.coverage[f"net {why}"] += 1
        return Unavailable("exchange.unreachable", UNREACHABLE, node=there)
