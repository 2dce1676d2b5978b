"""A plain TAXII client at a node's own service: who it is by its token, and what it posts is under its name."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from cordiale.desk.actor import house
from cordiale.desk.partner import tokens
from cordiale.desk.partner.partners import partner_add_client
from cordiale.desk.rules import rules_apply, rules_diff
from cordiale.desk.views.search import search
from cordiale.desk.views.show import show
from cordiale.exchange import records
from cordiale.exchange.message import Request, Response
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from tests.unit.desk.conftest import indicator

MARIE = house("marie")
MEDIA = "application/taxii+json;version=2.1"
RULES = """
format = 1
partnership = "plain"
[partners.reader]
nation = "FRA"
organisation = "Reader"
tlp = "green"
assurance = "taxii"
"""


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    init(tmp_path / "canada", name="canada", nation="CAN")
    with open_node(tmp_path / "canada", environ={}) as node:
        partner_add_client(node.desk, MARIE, "reader", nation="FRA", organisation="Reader")
        rules_apply(node.desk, MARIE, RULES, "rules.toml", rules_diff(node.desk, MARIE, RULES).token)
        yield node


def ask(node: Node, credential: str, path: str = "/taxii2/", body: bytes = b"") -> Response:
    headers = {"accept": MEDIA, "content-type": MEDIA}
    if credential:
        headers["authorization"] = credential
    return node.respond(Request("POST" if body else "GET", path, "", headers, body))


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()


def test_a_token_is_good_as_bearer_and_as_password_and_nothing_else_is(node: Node) -> None:
    token = tokens.partner_token(node.desk, MARIE, "reader")
    assert [ask(node, c).status for c in (f"Bearer {token}", f"bearer {token}", basic(token))] == [200] * 3
    refused = [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {token}x",
        f"Bearer {token[:-1]}",
        f"Digest {token}",
        basic(""),
        basic(token.upper()),
        "Basic not-base64",
        "Basic " + base64.b64encode(token.encode()).decode(),
        "Bearer " + "x" * 5000,
    ]
    answers = [ask(node, credential) for credential in refused]
    assert {answer.status for answer in answers} == {401}
    assert len({answer.body for answer in answers}) == 1  # nothing tells a near miss from nonsense
    assert token not in str(node.path.joinpath("cordiale.db").read_bytes())


def test_a_token_ends_with_a_new_one_and_with_its_partner(node: Node) -> None:
    first = tokens.partner_token(node.desk, MARIE, "reader")
    second = tokens.partner_token(node.desk, MARIE, "reader")
    assert [ask(node, f"Bearer {t}").status for t in (first, second)] == [401, 200]
    with node.store.write() as tx:
        records.suspend_partner(tx, records.partner(tx, "reader").number, "suspended")
    assert ask(node, f"Bearer {second}").status == 401


def test_a_token_ends_when_no_rules_name_its_partner(node: Node) -> None:
    token = tokens.partner_token(node.desk, MARIE, "reader")
    other = RULES.replace("partners.reader", "partners.somebody")
    rules_apply(node.desk, MARIE, other, "rules.toml", rules_diff(node.desk, MARIE, other).token)
    assert ask(node, f"Bearer {token}").status == 401


def test_what_is_posted_is_stated_by_the_partner_and_read_by_nobody_of_theirs(node: Node) -> None:
    credential = "Bearer " + tokens.partner_token(node.desk, MARIE, "reader")
    root = orjson.loads(ask(node, credential).body)["api_roots"][0]
    path = "/" + root.split("/", 3)[3] if "://" in root else root
    collections = orjson.loads(ask(node, credential, path.rstrip("/") + "/collections/").body)["collections"]
    (box,) = [one for one in collections if one["can_write"]]
    assert box["can_read"] is False
    objects = f"{path.rstrip('/')}/collections/{box['id']}/objects/"
    sent = orjson.dumps({"objects": [indicator(1), {"type": "indicator", "id": "no id"}]})
    answer = ask(node, credential, objects, sent)
    assert answer.status == 202
    status = orjson.loads(answer.body)
    assert (status["success_count"], status["failure_count"]) == (1, 1)
    assert ask(node, "Bearer nobody", objects, sent).status == 401
    assert ask(node, credential, objects).status in (403, 404)
    (statement,) = show(node.desk, MARIE, indicator(1)["id"]).statements
    assert (statement.summary.source, statement.summary.origin) == ("reader", "received")
    assert statement.summary.marking == ("unmarked",)  # stays in the house until somebody marks it
    assert [item.id for item in search(node.desk, MARIE, source="reader").items] == [indicator(1)["id"]]
