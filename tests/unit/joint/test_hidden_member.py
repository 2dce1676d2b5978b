"""A member that others may not know of: two worlds, one in which it takes part, are the same to everybody else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cordiale.desk.actor import Actor
from cordiale.desk.desk import Desk
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.search import counts, search
from cordiale.exchange import records
from cordiale.exchange.message import Request, Response
from cordiale.exchange.serve.service import respond
from cordiale.exchange.visit.sync import visit
from cordiale.joint import agreement, case, position, revision
from cordiale.joint.request import requests
from cordiale.joint.revision import Text
from cordiale.joint.words import Words
from cordiale.platform.errors import CordialeError, NotFound
from cordiale.release.recipient import Recipient
from tests.leaks.scene import Scene
from tests.simulation.world import NODES, World
from tests.unit.joint.conftest import OFFICER, RULES

TWO = "tlp:amber rel:nation-can|nation-fra"
SIDE = "tlp:amber rel:nation-gbr tlp:amber"
EN, FR = Text("Statement", "We will act."), Text("Déclaration", "Nous agirons.")
PERSON = Actor(
    "paul",
    frozenset({"analyst", "officer", "liaison"}),
    Recipient(node="can", nation="nation-can", organisation="can-cert", person="paul", tlp="amber"),
)
"""Somebody of the chair's node who passes what France and Canada share, and not what is between Canada and Britain."""


def scene() -> Scene:
    world = World(1)
    for node in world.nodes.values():
        for partner in NODES:
            if partner != node.name:
                text = RULES.format(node=node.name, partner=partner)
                rules_apply(node.desk, OFFICER, text, "rules", rules_diff(node.desk, OFFICER, text).token)
    return Scene(world)


def fetched(found: Scene, here: str, there: str) -> None:
    """Let a node fetch from another what no reader of the test sees."""
    reader, source = found.world.nodes[here], found.world.nodes[there]

    def carry(request: Request) -> Response:
        return respond(request, source.service)

    with reader.store.read() as tx:
        known = records.partner(tx, there)
    visit(reader.store, reader.home, known, carry)


def beside(found: Scene) -> None:
    """Britain takes part beside the others: a case of its own with the chair, the same text, an objection."""
    desk, gbr = found.desk, found.world.nodes["gbr"].desk
    made = case.open_case(desk, OFFICER, title=Words("Beside", "À côté"), members=["gbr"], marking=SIDE)
    text = revision.propose(desk, OFFICER, made.id, en=EN, fr=FR)
    fetched(found, "gbr", "can")
    position.take(gbr, OFFICER, made.id, "object", text.hash, footnote=Words("kestrel", "kestrel"))
    fetched(found, "can", "gbr")
    found.hidden += [made.id, text.id]
    found.secrets += [b"kestrel"]


def play(hidden: bool) -> tuple[Scene, list[Any]]:
    found = scene()
    desk, fra = found.desk, found.world.nodes["fra"].desk
    seen: list[Any] = []
    found.step()
    of = case.open_case(desk, OFFICER, title=Words("Joint", "Commun"), members=["fra"], marking=TWO).id
    if hidden:
        with found.aside():
            beside(found)
    found.visit()
    found.step()
    text = revision.propose(desk, OFFICER, of, en=EN, fr=FR)
    found.visit()
    found.step()
    position.take(fra, OFFICER, of, "join", text.hash)
    found.step()
    position.take(desk, OFFICER, of, "join", text.hash)
    found.step()
    fetched(found, "can", "fra")
    found.cut()
    found.visit()
    for one, who in ((fra, OFFICER), (desk, PERSON)):
        seen.append(view(one, who))
    return found, seen


def view(desk: Desk, actor: Actor) -> Any:
    """Return everything that a reader is told about joint work, and what counts might tell."""
    told: list[Any] = []
    with desk.store.read() as tx:
        for held in case.cases(tx, desk, actor):
            for text in revision.revisions(tx, desk, actor, held):
                told.append((held.id, held.said, text.said, agreement.stands(tx, desk, actor, held, text)))
            told.append(agreement.agreements(tx, desk, actor, held))
    found = search(desk, actor, limit=200).items
    told += [
        requests(desk, actor),
        counts(desk, actor),
        sorted((one.id, one.type, one.name) for one in found),
    ]
    return msgspec.json.encode(told)


def test_nothing_that_others_see_depends_on_a_hidden_member() -> None:
    (without, plain), (with_, hidden) = play(False), play(True)
    assert with_.hidden
    assert b"Joint" in plain[1]
    assert hidden == plain
    assert with_.trace == without.trace
    held = with_.held("fra")
    for secret in (*with_.hidden, b"kestrel", "Beside"):
        assert (secret if isinstance(secret, bytes) else secret.encode()) not in held
    without.close()
    with_.close()


def test_who_may_not_see_a_case_is_told_that_there_is_none() -> None:
    found, _seen = play(True)
    told: list[CordialeError] = []
    with found.desk.store.read() as tx:
        for asked in (found.hidden[0], "incident--00000000-0000-4000-8000-000000000000"):
            with pytest.raises(NotFound) as raised:
                case.find(tx, found.desk, PERSON, asked)
            told.append(raised.value)
    assert [(one.code, one.message_id) for one in told] == [(told[0].code, told[0].message_id)] * 2
    found.close()
