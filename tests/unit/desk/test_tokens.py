"""A token speaks for its partner, and stops doing so at once when anything that gave it that right ends."""

from __future__ import annotations

import base64

from cordiale.desk import rules
from cordiale.desk.actor import Actor
from cordiale.desk.partner import partners, tokens
from cordiale.exchange.message import Request
from cordiale.node.node import Node

RULES = """format = 1
partnership = "test"
[title]
en = "Test"
fr = "Essai"
[scales.CAN]
nation = "CAN"
ladder = ["SECRET"]
[partners.reader]
nation = "FRA"
organisation = "Reader"
tlp = "{tlp}"
"""


def apply(node: Node, actor: Actor, tlp: str = "green") -> None:
    text = RULES.format(tlp=tlp)
    rules.rules_apply(
        node.desk, actor, text, "test.toml", rules.rules_diff(node.desk, actor, text, "test.toml").token
    )


def shown(token: str) -> Request:
    return Request("GET", "/taxii2/", headers={"authorization": f"Bearer {token}"})


def test_a_token_speaks_for_its_partner_as_a_plain_client(node: Node, marie: Actor) -> None:
    partners.partner_add_client(node.desk, marie, "reader", nation="FRA", organisation="Reader")
    apply(node, marie)
    token = tokens.partner_token(node.desk, marie, "reader")
    basic = base64.b64encode(f"anybody:{token}".encode()).decode()
    for request in (shown(token), Request("GET", "/taxii2/", headers={"authorization": f"Basic {basic}"})):
        found = tokens.identify(node.desk, request)
        assert found is not None
        assert (found.partner.node, found.recipient.assurance) == ("reader", "taxii")
    assert tokens.identify(node.desk, shown(token + "x")) is None


def test_a_new_token_ends_the_one_before_at_once(node: Node, marie: Actor) -> None:
    partners.partner_add_client(node.desk, marie, "reader", nation="FRA", organisation="Reader")
    apply(node, marie)
    earlier = tokens.partner_token(node.desk, marie, "reader")
    assert tokens.identify(node.desk, shown(earlier)) is not None
    later = tokens.partner_token(node.desk, marie, "reader")
    assert tokens.identify(node.desk, shown(earlier)) is None
    assert tokens.identify(node.desk, shown(later)) is not None


def test_new_rules_hold_from_the_next_request_on(node: Node, marie: Actor) -> None:
    partners.partner_add_client(node.desk, marie, "reader", nation="FRA", organisation="Reader")
    apply(node, marie, "amber")
    token = tokens.partner_token(node.desk, marie, "reader")
    before = tokens.identify(node.desk, shown(token))
    apply(node, marie, "clear")
    after = tokens.identify(node.desk, shown(token))
    assert before is not None
    assert after is not None
    assert (before.recipient.tlp, after.recipient.tlp) == ("amber", "clear")
