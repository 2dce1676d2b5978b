"""What goes to a TAXII server that is neither a partner's nor the house's own: what anybody may have, and nothing beside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest

from cordiale.desk.actor import Actor, house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.marking.mark import mark
from cordiale.desk.upkeep.inspection import audit_show
from cordiale.desk.views.search import Question
from cordiale.domains.cyber import taxii
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from cordiale.platform.errors import NotAllowed
from cordiale.release.recipient import Recipient
from tests.unit.desk.conftest import indicator

MARIE = house("marie")


def numbered(kind: str, number: int) -> str:
    return f"{kind}--00000000-0000-4000-8000-{number:012d}"


KIND = "application/taxii+json;version=2.1"


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[bytes]]]:
    """Run a server with one collection to write to, and return its address with what was posted there."""
    got: list[bytes] = []

    class Answers(BaseHTTPRequestHandler):
        def answer(self, status: int, value: Any) -> None:
            body = orjson.dumps(value)
            self.send_response(status)
            self.send_header("content-type", KIND)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            one = {"id": "c", "title": "inbox", "can_read": False, "can_write": True}
            self.answer(200, {"collections": [one]})

        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.answer(202, {"id": "s", "status": "complete", "failures": []})

        def log_message(self, *_said: Any) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/", got
        server.shutdown()
        thread.join()


@contextmanager
def opened(tmp_path: Path, url: str, more: str = "") -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with (path / "cordiale.toml").open("a") as file:
        file.write(f'\n[taxii.them]\nurl = "{url}"\n{more}')
    with open_node(path, environ={}) as node:
        yield node


def take(node: Node, marking: str, *values: dict[str, Any]) -> None:
    done = import_(
        node.desk, MARIE, [of_bytes("objects.json", orjson.dumps(list(values)))], marking=marking or None
    )
    assert done.set_aside == 0, done.first_set_aside


ACCOUNT = {"type": "user-account", "spec_version": "2.1", "id": numbered("user-account", 1), "account_login": "jane"}  # fmt: skip
SEEN = {
    "type": "observed-data", "spec_version": "2.1", "id": numbered("observed-data", 2), "created": "2026-03-01T08:00:00.000Z",
    "modified": "2026-03-01T08:00:00.000Z", "first_observed": "2026-03-01T08:00:00Z", "last_observed": "2026-03-01T08:00:00Z",
    "number_observed": 1, "object_refs": [ACCOUNT["id"]],
}  # fmt: skip


def report(number: int, *names: Any) -> dict[str, Any]:
    return {
        "type": "report", "spec_version": "2.1", "id": numbered("report", number), "created": "2026-03-01T08:00:00.000Z",
        "modified": "2026-03-01T08:00:00.000Z", "name": f"report {number}", "published": "2026-03-01T08:00:00Z",
        "object_refs": [str(one) for one in names],
    }  # fmt: skip


RESTRICTED = (
    "tlp:amber",
    "tlp:red",
    "tlp:green rel:canada",
    "tlp:green compartment:CAN/MAPLE",
    "tlp:clear level:CAN/SECRET",
    "tlp:green orcon:canada",
    "tlp:green not-after:2099-01-01T00:00:00Z",
    "rel:canada",
    "",
)
"""What is for somebody alone, ends by a date, or says nothing: none of it goes where nobody can be asked to give it back."""


def stocked(node: Node) -> set[str]:
    """Fill a node; return the ids of what anybody may have."""
    take(node, "tlp:green", indicator(1), report(10, indicator(1)["id"]))
    take(node, "tlp:clear pap:green", indicator(2))
    for number, marking in enumerate(RESTRICTED, 100):
        take(node, marking, indicator(number))
    take(node, "tlp:green", report(11, indicator(1)["id"], indicator(100)["id"]), ACCOUNT, SEEN)
    return {indicator(1)["id"], indicator(2)["id"], report(10)["id"]}


def arrived(got: list[bytes]) -> set[str]:
    return {
        one["id"]
        for body in got
        for one in orjson.loads(body)["objects"]
        if one["type"] != "marking-definition"
    }


def every_name(fine: set[str]) -> list[str]:
    restricted = [indicator(number)["id"] for number in range(100, 100 + len(RESTRICTED))]
    return [*fine, *restricted, report(11)["id"], ACCOUNT["id"], SEEN["id"]]


@pytest.mark.parametrize("named", [False, True])
def test_a_server_of_nobody_gets_what_anybody_may_have(
    tmp_path: Path, inbox: tuple[str, list[bytes]], named: bool
) -> None:
    url, got = inbox
    with opened(tmp_path, url) as node:
        fine = stocked(node)
        posted = taxii.push(node.desk, MARIE, "them", ids=every_name(fine) if named else ())
        assert arrived(got) == fine
        assert b"jane" not in b"".join(got)
        assert (posted.sent, posted.kept, posted.left) == (
            len(fine) + 1,
            0,
            len(RESTRICTED) + 3,
        )  # what PAP:GREEN is goes with it


def test_what_is_narrowed_does_not_go_any_more(tmp_path: Path, inbox: tuple[str, list[bytes]]) -> None:
    url, got = inbox
    with opened(tmp_path, url) as node:
        take(node, "tlp:green", indicator(1), indicator(2))
        mark(node.desk, MARIE, indicator(1)["id"], "tlp:amber")
        assert taxii.push(node.desk, MARIE, "them", asked=Question(type="indicator")).left == 1
        assert arrived(got) == {indicator(2)["id"]}


def test_the_houses_own_server_gets_what_the_officer_may_read(
    tmp_path: Path, inbox: tuple[str, list[bytes]]
) -> None:
    url, got = inbox
    with opened(tmp_path, url, "house = true\n") as node:
        take(node, "tlp:amber", indicator(1))
        take(node, "tlp:red", indicator(2))
        reads = Recipient(node="canada", person="ann", tlp="amber")
        ann = Actor("ann", frozenset({"officer"}), reads, person="ann")
        assert taxii.push(node.desk, ann, "them").left == 0
        assert arrived(got) == {indicator(1)["id"]}
        (row,) = audit_show(node.desk, MARIE, verb="send-outside").acts
        assert (row.actor, row.details["server"], row.details["ids"]) == ("ann", "them", [indicator(1)["id"]])


@pytest.mark.parametrize("more", ["", "house = true\n"])
def test_sending_is_the_act_of_a_release_officer(
    tmp_path: Path, inbox: tuple[str, list[bytes]], more: str
) -> None:
    url, got = inbox
    with opened(tmp_path, url, more) as node:
        take(node, "tlp:green", indicator(1))
        for roles, name in ((("analyst", "operations", "liaison"), "ana"), (("officer",), "")):
            with pytest.raises(NotAllowed):
                taxii.push(node.desk, Actor(name, frozenset(roles)), "them")
        assert got == []
