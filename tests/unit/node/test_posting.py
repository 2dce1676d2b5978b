"""What is posted is stored together with the answer given for it, and neither is lost when the node is killed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.desk import definitions
from cordiale.desk.actor import house
from cordiale.desk.incoming import inbox
from cordiale.desk.partner import partners, tokens
from cordiale.exchange.message import Request, Response
from cordiale.exchange.partners.pairing import partners as known
from cordiale.exchange.serve.service import respond
from cordiale.exchange.taxii.media import TAXII
from cordiale.exchange.taxii.pages import collection_id
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.node.service import service
from cordiale.store import versions
from tests.unit.desk.conftest import indicator
from tests.unit.desk.test_inbox import STATEMENT
from tests.unit.desk.test_tokens import apply


def made(folder: Path) -> Path:
    return init(folder / "node", name="canada", nation="CAN", organisation="LCC")


def reader(node: Node) -> str:
    partners.partner_add_client(node.desk, house("marie"), "reader", nation="FRA", organisation="Reader")
    apply(node, house("marie"))
    return tokens.partner_token(node.desk, house("marie"), "reader")


def ask(node: Node, token: str, method: str, path: str, *objects: dict[str, Any]) -> Response:
    headers = {"authorization": f"Bearer {token}", "accept": TAXII, "content-type": TAXII}
    return respond(Request(method, path, "", headers, orjson.dumps({"objects": objects})), service(node.desk))


def objects_path(node: Node) -> str:
    with node.store.read() as tx:
        number = next(partner.number for partner in known(tx))
    return f"/taxii2/api/collections/{collection_id(node.desk.home, number, 'in')}/objects/"


def held(node: Node, stix_id: str) -> bool:
    with node.store.read() as tx:
        return bool(versions.get(tx, stix_id, None))


def test_what_was_answered_is_there_after_a_kill_and_so_is_its_status(tmp_path: Path) -> None:
    path = made(tmp_path)
    with open_node(path, environ={}) as node:
        token = reader(node)
        answer = ask(node, token, "POST", objects_path(node), indicator(1), indicator(2))
        status = orjson.loads(answer.body)
        assert (answer.status, status["status"], status["success_count"]) == (202, "complete", 2)
        shutil.copytree(path, tmp_path / "killed")  # nothing was closed: what a kill would leave
    with open_node(tmp_path / "killed", environ={}) as again:
        found = ask(again, token, "GET", f"/taxii2/api/status/{status['id']}/")
        assert orjson.loads(found.body) == status
        assert held(again, indicator(1)["id"])
        assert held(again, indicator(2)["id"])


def test_what_cannot_be_answered_for_is_not_stored(tmp_path: Path) -> None:
    with open_node(made(tmp_path), environ={}) as node:
        token, path = reader(node), objects_path(node)
        with node.store.write() as tx:
            tx.run("DROP TABLE exchange_status")
        assert ask(node, token, "POST", path, indicator(1)).status == 500
        assert not held(node, indicator(1)["id"])


def test_a_definition_that_was_rolled_back_explains_nothing(tmp_path: Path) -> None:
    with open_node(made(tmp_path), environ={}) as node:
        inbox.take(node.desk, "reader", (orjson.dumps(indicator(1)),))
        with pytest.raises(KeyError), node.store.write() as tx:
            inbox.taken(tx, node.desk, "reader", (orjson.dumps(STATEMENT),))
            assert STATEMENT["id"] in definitions.believed(tx, node.desk, "reader")
            raise KeyError
        inbox.take(node.desk, "reader", (orjson.dumps(indicator(2)),))
        with node.store.read() as tx:
            assert STATEMENT["id"] not in definitions.believed(tx, node.desk, "reader")
        inbox.take(node.desk, "reader", (orjson.dumps(STATEMENT),))
        with node.store.read() as tx:
            assert STATEMENT["id"] in definitions.believed(tx, node.desk, "reader")
