"""A request that is sent again is done once: while it is under way, after a restart, and for a day."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from cordiale.desk import once, verbs
from cordiale.desk.actor import Actor
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.once import records
from cordiale.desk.upkeep.purge import purge
from cordiale.node import init, open_node
from cordiale.node.leftovers import leftovers
from cordiale.platform.clock import DAY
from cordiale.platform.errors import Conflict
from cordiale.rest.app import application
from tests.unit.exchange.world import indicator
from tests.unit.rest.served import OPERATOR, Served, said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init(tmp_path / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    return tmp_path / "node"


def imported(served: Served, name: str, key: str = "") -> Any:
    headers = {"idempotency-key": key} if key else {}
    return served.ask(
        "/imports?name=x&marking=tlp:green", "paul", method="POST", raw=indicator(name), headers=headers
    )


def acts(served: Served, verb: str) -> int:
    return len(verbs.audit_show(served.node.desk, OPERATOR, verb=verb).acts)


def test_the_same_request_is_done_once_and_answered_alike_across_a_restart(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        served = Served(node)
        token = served.person("paul")
        first = imported(served, "one", "key 1".replace(" ", "-"))
        assert first.status == 202
        assert imported(served, "one", "key-1") == first
        job = said(first)["id"]
        done = served.client("paul").wait(job)
        assert (done.state, done.done) == ("done", 1)
    with open_node(folder, environ={}) as node:
        served = Served(node, {"paul": token})
        again = imported(served, "one", "key-1")
        assert again == first
        assert acts(served, "import") == 1
        assert not list((folder / "spool").iterdir())


def test_another_request_under_the_same_key_is_refused(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        served = Served(node)
        served.person("paul")
        served.person("rita")
        assert imported(served, "one", "key").status == 202
        for refused in (
            imported(served, "two", "key"),
            served.post("/partners/x/suspend", "paul", {"reason": ""}, "key"),
        ):
            assert (refused.status, said(refused)["code"]) == (422, "key-reused")
        # keys are each person's own: nobody learns from one that somebody else used it
        assert said(served.post("/partners/x/suspend", "rita", {"reason": ""}, "key"))["code"] != "key-reused"


def test_a_refusal_is_answered_alike_and_a_fault_may_be_asked_anew(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        served = Served(node)
        served.person("paul")
        refused = served.post("/partners/nobody/suspend", "paul", {"reason": "x"}, "key")
        assert refused.status == 404
        assert served.post("/partners/nobody/suspend", "paul", {"reason": "x"}, "key") == refused
        whole = node.desk.folder
        served.app = application(replace(node.desk, folder=folder / "gone"))
        failed = served.ask(
            "/imports", "paul", method="POST", raw=indicator("one"), headers={"idempotency-key": "k"}
        )
        assert failed.status == 500
        served.app = application(replace(node.desk, folder=whole))
        assert (
            served.ask(
                "/imports", "paul", method="POST", raw=indicator("one"), headers={"idempotency-key": "k"}
            ).status
            == 202
        )


def test_what_is_under_way_is_not_begun_again_and_what_was_interrupted_is_said_to_be(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        desk, who = node.desk, Actor("paul", person="1")
        assert once.begin(desk, who, "k", b"digest") is None
        with pytest.raises(Conflict) as raised:
            once.begin(desk, who, "k", b"digest")
        assert raised.value.code == "under-way"
        with desk.store.write() as tx:  # what a process that was killed leaves behind
            tx.run("UPDATE desk_answer SET process = '999999999:1'")
        with pytest.raises(Conflict) as raised:
            once.begin(desk, who, "k", b"digest")
        assert raised.value.code == "interrupted"


def test_an_answer_is_kept_for_a_day(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        time = [node.desk.clock()]
        desk = replace(node.desk, clock=lambda: time[0])
        who = Actor("paul", person="1")
        assert once.begin(desk, who, "k", b"digest") is None
        once.keep(desk, who, "k", b"answer")
        time[0] += DAY - 1
        assert once.begin(desk, who, "k", b"digest") == b"answer"
        time[0] += 2
        assert once.begin(desk, who, "k", b"other") is None


def test_of_two_at_the_same_time_one_is_done(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        served = Served(node)
        served.person("paul")
        gate, found = Barrier(2), []

        def send() -> None:
            gate.wait()
            found.append(imported(served, "one", "key"))

        threads = [Thread(target=send) for _n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {one.status for one in found} <= {202, 409}
        assert acts(served, "import") == 1
        assert imported(served, "one", "key").status == 202
        assert acts(served, "import") == 1


SAID = {
    "type": "intrusion-set",
    "spec_version": "2.1",
    "id": "intrusion-set--00000000-0000-4000-8000-000000000001",
    "created": "2026-03-01T08:00:00.000Z",
    "modified": "2026-03-01T08:00:00.000Z",
    "name": "HALCYON relay at the ministry gate",
    "description": "seen on the KINGFISHER host",
}


def chosen(served: Served) -> Any:
    asked = {"property": "description", "source": "canada", "reason": "it is nearer"}
    return served.post(f"/objects/{SAID['id']}/view", "paul", asked, "key")


def held(served: Served) -> None:
    given = [of_bytes("said", json.dumps([SAID]).encode())]
    verbs.import_(served.node.desk, OPERATOR, given, marking="tlp:green")


def test_an_answer_is_not_given_again_once_what_it_names_is_hidden(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        served = Served(node)
        served.person("paul")
        held(served)
        first = chosen(served)
        assert b"KINGFISHER" in first.body
        assert chosen(served) == first
        verbs.mark(node.desk, OPERATOR, SAID["id"], "tlp:red")
        again = chosen(served)
        assert (again.status, said(again)["code"]) == (409, "answer-gone")
        assert SAID["id"] not in again.body.decode()


def test_nothing_of_a_kept_answer_is_left_after_a_purge(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        served = Served(node)
        served.person("paul")
        held(served)
        chosen(served)
        purge(node.desk, OPERATOR, SAID["id"], "a mistake")
        assert leftovers(node, [json.dumps(SAID).encode()]) == []
        assert said(chosen(served))["code"] == "answer-gone"


def test_neither_an_answer_nor_its_key_can_be_read_where_it_is_kept(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        who = Actor("paul", person="1")
        assert once.begin(node.desk, who, "my-own-key", b"digest") is None
        once.keep(node.desk, who, "my-own-key", b"what was answered")
        with node.desk.store.read() as tx:
            (row,) = tx.rows("SELECT key, answer FROM desk_answer")
        assert "my-own-key" not in row[0]
        assert b"answered" not in bytes(row[1])
        assert once.begin(node.desk, who, "my-own-key", b"digest") == b"what was answered"


def test_what_was_done_before_answers_were_sealed_is_not_done_again(folder: Path) -> None:
    with open_node(folder, environ={}) as node:
        who = Actor("paul", person="1")
        with node.desk.store.write() as tx:
            records.put(tx, "1 paul", "k", b"digest", node.desk.clock(), "999999999:1")
            records.answered(tx, "1 paul", "k", b"plain")
        with pytest.raises(Conflict) as raised:
            once.begin(node.desk, who, "k", b"digest")
        assert raised.value.code == "answer-gone"
