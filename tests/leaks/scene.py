"""One world in which a script runs, and what a reader of it is answered.

A *scene* is three real nodes over memory stores (tests/simulation/world.py): Canada, where the script runs; France, a
partner's node; a plain TAXII client and a person of Canada, who read. Clock and randomness are set anew at every step,
so that two scenes which differ only in what is hidden have no reason to answer differently.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import orjson

from cordiale.desk.actor import Actor, house
from cordiale.desk.files.attach import attach
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking import mark as marking
from cordiale.desk.outgoing import recall as recalling
from cordiale.desk.outgoing import release
from cordiale.desk.partner.sync import cut_all
from cordiale.exchange import records
from cordiale.exchange.home import Home
from cordiale.exchange.message import Request, Response
from cordiale.exchange.records.reaches import reaches
from cordiale.exchange.serve.service import respond
from cordiale.exchange.serve.wake import Told
from cordiale.exchange.serve.wake import step as notified
from cordiale.exchange.visit.sync import visit
from cordiale.platform.ids import uuid5
from cordiale.release.recipient import Recipient
from cordiale.stix import atoms as definitions
from tests.simulation.world import SECOND, SPACE, World

OFFICER = house("officer")
PERSON = Actor(
    "paul",
    frozenset({"analyst", "officer"}),
    Recipient(node="can", nation="nation-can", organisation="can-cert", person="paul", tlp="green"),
)
"""A person of the node itself: green and no compartment, as the plain client; France has amber and MAPLE."""

WHEN = "2026-03-01T08:00:00.000Z"
SECRETS = (b"halcyon", b"kestrel")
"""Words that stand in hidden things only."""
OPENLY = "openly"
"""A label of everything that is shown to somebody: a trace without it shows nothing and proves nothing."""


class Steady:
    """Randomness that depends on the step and on how often it was asked there, on nothing before."""

    def __init__(self, name: str) -> None:
        self._name, self._step, self._asked = name, 0, 0

    def step(self, number: int) -> None:
        """Begin a step."""
        self._step, self._asked = number, 0

    def __call__(self, size: int) -> bytes:
        self._asked += 1
        key = f"{self._name} {self._step} {self._asked}".encode()
        return hashlib.shake_256(key).digest(size)


@dataclass
class Scene:
    """A world, what was hidden in it, and every answer a reader got."""

    world: World
    hidden: list[str] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list)
    trace: list[tuple[str, bytes]] = field(default_factory=list)
    randoms: dict[str, Steady] = field(default_factory=dict)
    steps: int = 0
    quietly: bool = False
    waiting: bool = False
    told: Told = field(default_factory=lambda: Told(0, 0))
    cursor: str = ""

    def __post_init__(self) -> None:
        for name, node in self.world.nodes.items():
            steady = self.randoms[name] = Steady(name)
            home: Home = msgspec.structs.replace(node.desk.home, random=steady)
            node.desk = replace(node.desk, home=home, random=steady)
            node.restart()

    # What happens at Canada ----------------------------------------------------------------------

    def step(self, seconds: int = 1) -> None:
        """Let time pass; what follows draws other random numbers than what was before."""
        self.steps += 1
        self.world.time[0] += seconds * SECOND
        for random in self.randoms.values():
            random.step(self.steps)

    def wake(self) -> None:
        """Note what the stream of events tells France now; its clock is the number of answers so far."""
        self.step()
        with self.world.nodes["can"].desk.store.read() as tx:
            reach = reaches(tx)[records.partner(tx, "fra").number]
        done = notified(self.told, reach, float(len(self.trace)))
        self.told = done.told
        self.note("notice", repr((done.notice, done.over, done.wait)).encode())

    def put(self, *objects: dict[str, Any], marking: str = "tlp:green", node: str = "can") -> None:
        """Import objects that carry their marking or take this one."""
        self.step()
        desk = self.world.nodes[node].desk
        if not self.quietly:
            objects = tuple(
                one | {"labels": one.get("labels", [OPENLY])} if "created" in one else one for one in objects
            )
        import_(desk, OFFICER, [of_bytes("objects", orjson.dumps(list(objects)))], marking=marking)

    def hide(self, *objects: dict[str, Any], marking: str = "tlp:red") -> None:
        """Import objects nobody who reads here may see; called in one of two worlds alone."""
        with self.aside():
            self.hidden += [str(one["id"]) for one in objects]
            self.put(*objects, marking=marking)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Do something that happens in one of two worlds: it takes no step and no time."""
        steps, time = self.steps, self.world.time[0]
        self.quietly = True
        yield
        self.quietly = False
        self.steps, self.world.time[0] = steps, time
        for random in self.randoms.values():
            random.step(self.steps)

    def mark(self, stix_id: str, *atoms: str) -> None:
        """Mark an object as these atoms say."""
        self.step()
        marking.mark(self.desk, OFFICER, stix_id, frozenset(atoms))

    def attach(self, stix_id: str, content: bytes, name: str, atoms: str) -> str:
        """Attach a file to an object; return its SHA-256."""
        self.step()
        return attach(self.desk, OFFICER, stix_id, [content], name=name, marking=atoms).sha256

    def release(self, *ids: str, partner: str = "fra") -> None:
        """Approve objects for a partner."""
        self.step()
        release.release(self.desk, OFFICER, partner, ids=list(ids))

    def refuse(self, *ids: str, partner: str = "fra") -> None:
        """Keep objects from a partner."""
        self.step()
        release.refuse(self.desk, OFFICER, partner, ids=list(ids))

    def recall(self, *ids: str) -> None:
        """Ask objects back from everybody."""
        self.step()
        recalling.recall(self.desk, OFFICER, ids=list(ids), reason="r", confirm=True)

    def cut(self) -> None:
        """Let the sequencer tick."""
        self.step()
        cut_all(self.desk)

    @property
    def desk(self) -> Any:
        """Return Canada's desk."""
        return self.world.nodes["can"].desk

    # What readers are answered ------------------------------------------------------------------

    def note(self, what: str, answer: bytes, *named: str) -> None:
        """Put one answer on the trace; what the question itself `named` is nothing the answer told."""
        for one in named:
            answer = re.sub(re.escape(one).encode(), b"(as asked)", answer, flags=re.IGNORECASE)
        self.trace.append((what, answer))

    def ask(self, request: Request, *named: str) -> Response:
        """Ask Canada's server and keep the whole answer."""
        answer = respond(request, self.world.nodes["can"].service)
        head = repr((answer.status, sorted(answer.headers.items()))).encode()
        self.note(f"{request.method} {request.path}?{request.query}", head + answer.body, *named)
        return answer

    def visit(self) -> None:
        """Let France's node visit Canada; every answer it gets is on the trace."""
        self.step()
        france = self.world.nodes["fra"]

        def carry(request: Request) -> Response:
            return self.ask(request)

        while True:
            with france.store.read() as tx:
                known = records.partner(tx, "can")
            pulled = visit(france.store, france.home, known, carry)
            self.note("pulled", repr((pulled.new, pulled.withdrawn, pulled.recalls, pulled.link)).encode())
            if not pulled.more or pulled.link.state != "up":
                return

    def held(self, node: str = "fra") -> bytes:
        """Return everything a node's store holds, as bytes, to look for what must not be there."""
        return self.world.nodes[node].store.snapshot()

    def close(self) -> None:
        """Let go of the stores."""
        self.world.close()


def sdo(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """Write an object of a type with a name; its id follows from both."""
    value: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid5(SPACE, kind + name)}",
        "created": WHEN,
        "modified": WHEN,
    }
    match kind:
        case "indicator":
            value |= {
                "pattern": "[domain-name:value = 'a.example']",
                "pattern_type": "stix",
                "valid_from": WHEN,
            }
            value["name"] = name
        case "malware":
            value |= {"name": name, "is_family": False}
        case "note":
            value["content"] = name
        case "report":
            value |= {"name": name, "published": WHEN}
        case "relationship":
            value["relationship_type"] = "related-to"
        case "domain-name":
            del value["created"], value["modified"]
            value["value"] = f"{name}.example"
        case "sighting" | "language-content" | "opinion":
            pass
        case _:
            value["name"] = name
    return value | more


def later(value: dict[str, Any], minutes: int, **more: Any) -> dict[str, Any]:
    """Write a later version of an object."""
    return value | {"modified": f"2026-03-01T08:{minutes:02}:00.000Z"} | more


def refs(*atoms: str) -> list[str]:
    """Return the marking-definition ids of atoms."""
    return [definitions.id_of(atom) for atom in atoms]


def granular(selectors: Sequence[str], *atoms: str) -> dict[str, Any]:
    """Write granular markings of these selectors."""
    return {"granular_markings": [{"marking_ref": one, "selectors": list(selectors)} for one in refs(*atoms)]}
