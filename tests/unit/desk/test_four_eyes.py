"""Where the rules ask for two officers, one is not enough, and the same one twice is one."""

from __future__ import annotations

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.outgoing.release import confirm_act, release, withdraw_act
from cordiale.desk.partner.partners import partner_add_client
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.why import why
from cordiale.node.node import Node
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from tests.unit.desk.conftest import indicator

RULES = """
format = 1
partnership = "careful"
[partners.client]
nation = "FRA"
organisation = "CVMI"
tlp = "amber"
assurance = "taxii"
[[mandates]]
name = "two"
to = ["client"]
four_eyes = true
[assurance]
taxii = ["tlp:amber"]
"""
OBJECT = indicator(1)
SECOND = house("jeanne")


def prepare(node: Node, marie: Actor) -> None:
    partner_add_client(node.desk, marie, "client", nation="FRA", organisation="CVMI")
    rules_apply(node.desk, marie, RULES, "rules.toml", rules_diff(node.desk, marie, RULES).token)
    import_(node.desk, marie, [of_bytes("objects", orjson.dumps([OBJECT]))], marking="tlp:amber")


def form(node: Node, marie: Actor) -> str:
    return why(node.desk, marie, OBJECT["id"], "client").form


def test_one_officer_is_not_enough_and_the_second_is_another(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    act = release(node.desk, marie, "client", ids=[OBJECT["id"]])
    assert (act.waiting_second, act.verbatim) == (True, 0)
    assert form(node, marie) == "withheld"
    with pytest.raises(NotAllowed, match="marie cannot be both"):
        confirm_act(node.desk, marie, act.act)
    with pytest.raises(NotFound):
        confirm_act(node.desk, SECOND, "no-such-act")
    assert form(node, marie) == "withheld"
    done = confirm_act(node.desk, SECOND, act.act)
    assert (done.verbatim, done.by, done.waiting_second) == (1, "jeanne", False)
    assert form(node, marie) == "verbatim"
    with pytest.raises(Conflict):
        confirm_act(node.desk, house("paul"), act.act)


def test_a_withdrawn_act_cannot_be_confirmed(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    act = release(node.desk, marie, "client", ids=[OBJECT["id"]])
    withdraw_act(node.desk, marie, act.act)
    with pytest.raises(Conflict):
        confirm_act(node.desk, SECOND, act.act)
    assert form(node, marie) == "withheld"


def test_an_officer_without_the_role_cannot_confirm(node: Node, marie: Actor) -> None:
    prepare(node, marie)
    act = release(node.desk, marie, "client", ids=[OBJECT["id"]])
    with pytest.raises(NotAllowed, match="needs the role"):
        confirm_act(node.desk, Actor("ann", frozenset({"analyst"})), act.act)
