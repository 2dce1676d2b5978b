"""A note is never wider than what it quotes: what governs a part of an object governs what is said of it."""

from __future__ import annotations

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.saying import say
from cordiale.desk.views.show import show
from cordiale.node.node import Node
from cordiale.release.recipient import Recipient
from cordiale.stix import tlp
from tests.unit.desk.conftest import indicator

RED = next(
    i for i, atom in tlp.ATOMS.items() if atom == "tlp:red" and not i.startswith("marking-definition--5e57")
)
PAUL = Actor(
    "paul",
    frozenset({"analyst", "officer"}),
    Recipient(node="canada", nation="CAN", organisation="LCC", person="paul", tlp="green"),
)


@pytest.fixture
def partly(node: Node) -> str:
    value = indicator(
        1, description="hidden", granular_markings=[{"selectors": ["description"], "marking_ref": RED}]
    )
    import_(node.desk, house("marie"), [of_bytes("x", orjson.dumps([value]))], marking="tlp:green")
    return str(value["id"])


def test_a_note_carries_what_a_part_of_the_object_is_marked_by(node: Node, marie: Actor, partly: str) -> None:
    noted = say(node.desk, marie, partly, "It says: hidden.")
    (stated,) = show(node.desk, marie, noted).statements
    assert {"tlp:green", "tlp:red"} <= set(stated.effective_marking)


def test_who_reads_an_object_in_part_reads_their_own_note(node: Node, partly: str) -> None:
    noted = say(node.desk, PAUL, partly, "I saw its name.")
    (stated,) = show(node.desk, PAUL, noted).statements
    assert "tlp:red" not in stated.effective_marking
