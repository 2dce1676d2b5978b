"""Pages and REST by processes of their own: what is decided in one holds in all, and none of them is missed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cordiale.accounts.records import metadata
from cordiale.cli.answering import COMMAND as COMMAND_OF_PAGES
from cordiale.desk import verbs
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.person.people import person_change
from cordiale.desk.person.sessions import sessions_end
from cordiale.node import Node, init, open_node
from cordiale.sdk.wire import PREFIX
from cordiale.web.app import faces
from cordiale.web.processes.answering import OTHER_RELEASE
from cordiale.web.processes.handing import Went
from cordiale.web.processes.process import Process
from tests import postgresql
from tests.e2e.crewed import Crewed, begun, crewed, until
from tests.unit.rest.served import Served
from tests.unit.web.asgi import ask
from tests.unit.web.browser import Browser
from tests.unit.web.conftest import indicator
from tests.unit.web.device import Device
from tests.unit.web.test_factors import ORIGIN, asked, with_passkey
from tests.unit.web.test_signin import MARIE, PASSWORD, add

FLAGS = {"accounts.second_factor": "optional", "limits.api_per_minute": 60}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Crewed]]:
    path = init(tmp_path_factory.mktemp("crewed") / "node", name="canada", nation="CAN", organisation="LCC")
    with open_node(path, environ={}, flags=FLAGS) as node:
        objects = [indicator(number, name=f"finding {number}") for number in range(3)]
        given = of_bytes("given", orjson.dumps(objects))
        verbs.import_(node.desk, MARIE, [given], marking="tlp:green")
        with crewed(node) as crew:
            yield node, crew


@pytest.fixture
def node(made: tuple[Node, Crewed]) -> Node:
    with made[0].store.write() as tx:
        for table in metadata.tables:
            tx.run(f"DELETE FROM {table}")
    for name, roles in (("paul", ["analyst"]), ("olga", ["operator"])):
        add(made[0], name, roles)
    person_change(made[0].desk, MARIE, "paul", tlp="green")
    return made[0]


@pytest.fixture
def crew(made: tuple[Node, Crewed], node: Node) -> Crewed:
    until(lambda: len(made[1].crew.ready) == 2)
    return made[1]


def signed_in(node: Node, name: str = "paul") -> Browser:
    """Sign somebody in where that is always done: in the process that listens."""
    browser = Browser(faces(node))
    assert browser.sign_in(name, PASSWORD).status == 303
    return browser


def at(browser: Browser, crew: Crewed, number: int) -> Browser:
    """Return the same browser, with all that it has, at one process."""
    return Browser(crew.by(number), host=browser.host, jar=browser.jar, csrf=browser.csrf)


def test_whoever_signed_in_is_known_to_every_process(node: Node, crew: Crewed) -> None:
    browser = signed_in(node)
    for number in (1, 2):
        page = at(browser, crew, number).get("/objects")
        assert page.status == 200
        assert "finding 1" in page.text
        assert "content-security-policy" in page.headers


def test_a_session_that_was_ended_is_worth_nothing_at_any_process_from_then_on(
    node: Node, crew: Crewed
) -> None:
    browser = signed_in(node)
    browsers = [at(browser, crew, number) for number in (1, 2)]
    assert [one.get("/objects").status for one in browsers] == [200, 200]
    sessions_end(node.desk, MARIE, "paul")
    assert [one.get("/objects").status for one in browsers] == [303, 303]


def test_what_was_narrowed_is_hidden_at_once_at_every_process(node: Node, crew: Crewed) -> None:
    browser = signed_in(node)
    hidden = indicator(7, name="soon hidden")
    verbs.import_(node.desk, MARIE, [of_bytes("given", orjson.dumps([hidden]))], marking="tlp:green")
    browsers = [at(browser, crew, number) for number in (1, 2)]
    place = f"/objects/{hidden['id']}"
    assert [one.get(place).status for one in browsers] == [200, 200]
    verbs.mark(node.desk, MARIE, hidden["id"], ["tlp:red"])
    assert [one.get(place).status for one in browsers] == [404, 404]
    assert all("soon hidden" not in one.get("/objects").text for one in browsers)


def test_who_sees_less_sees_less_at_once_at_every_process(node: Node, crew: Crewed) -> None:
    token = Served(node).person("anna", tlp="green")
    apps = [crew.by(number) for number in (1, 2)]
    path = f"{PREFIX}/objects/{indicator(1)['id']}"
    said = [ask(app, path, authorization=f"Bearer {token}").status for app in apps]
    assert said == [200, 200]
    person_change(node.desk, MARIE, "anna", tlp="clear")
    said = [ask(app, path, authorization=f"Bearer {token}").status for app in apps]
    assert said == [404, 404]


def test_an_answer_of_a_device_works_once_whichever_process_it_is_shown_to(node: Node, crew: Crewed) -> None:
    """Whoever listens answers these pages itself; were they handed on all the same, nothing would be lost."""
    device = Device(counts=False)
    with_passkey(Browser(faces(node), host="localhost:8470"), node, device)
    first = Browser(crew.by(1), host="localhost:8470")
    answer = device.show(asked(first.get("/sign-in"), "show"), ORIGIN)
    jar, csrf = dict(first.jar), first.csrf
    assert first.post("/sign-in/passkey", {"answer": answer}).status == 303
    again = Browser(crew.by(2), host="localhost:8470", jar=jar, csrf=csrf)
    assert again.post("/sign-in/passkey", {"answer": answer}).status == 403


def test_wrong_passwords_are_counted_over_all_processes(node: Node, crew: Crewed) -> None:
    thieves = [Browser(crew.by(number), address="203.0.113.9") for number in (1, 2)]
    said = [thieves[turn % 2].sign_in("paul", "wrong") for turn in range(7)]
    assert [one.status for one in said] == [403] * 5 + [429] * 2


def test_who_asks_too_fast_waits_whichever_process_they_ask(node: Node, crew: Crewed) -> None:
    token = Served(node).person("rita")
    apps = [crew.by(number) for number in (1, 2)]
    said = [
        ask(apps[turn % 2], f"{PREFIX}/objects/{indicator(1)['id']}", authorization=f"Bearer {token}").status
        for turn in range(14)
    ]
    assert said.count(429) >= 3, said
    assert said[:10] == [200] * 10
    strangers = [ask(apps[turn % 2], f"{PREFIX}/objects").status for turn in range(14)]
    assert strangers[:10] == [401] * 10
    assert strangers.count(429) >= 3, strangers


def test_a_request_under_a_key_is_done_once_whichever_process_is_asked_again(
    node: Node, crew: Crewed
) -> None:
    token = Served(node).person("vera", tlp="red")
    named = {
        "authorization": f"Bearer {token}",
        "idempotency_key": "marked-once",
        "content_type": "application/json",
    }
    path, body = f"{PREFIX}/objects/{indicator(2)['id']}/marking", b'{"marking": "tlp:amber"}'
    crew.woken.clear()
    first, second = (ask(crew.by(number), path, method="POST", body=body, **named) for number in (1, 2))
    assert first.status == 200, first.body
    assert (first.status, first.body) == (second.status, second.body)
    assert crew.woken.wait(20), "the process that cuts was not told of it"


def test_who_signs_in_is_answered_by_the_process_that_listens(crew: Crewed) -> None:
    for path in ("/sign-in", "/enrol", "/enter/", "/account", "/account/secure", "/administration/audit"):
        assert ask(crew.by_all(), path).status == 418
    assert ask(crew.by_all(), "/static/icon.svg").status == 200


def test_a_process_that_is_killed_in_the_middle_of_a_page_is_not_missed(node: Node, crew: Crewed) -> None:
    """It stands still, so that it has the request and cannot answer: what only reads is asked again here."""
    before = crew.one(1).pid
    os.kill(before, signal.SIGSTOP)
    said: list[Any] = []
    crew.one(2).answering += 10  # so that it is the other one that is asked
    asking = threading.Thread(target=lambda: said.append(ask(crew.by_all(), "/static/icon.svg").status))
    asking.start()
    until(lambda: crew.one(1).answering == 1)
    os.kill(before, signal.SIGKILL)
    asking.join(30)
    crew.one(2).answering -= 10
    assert said == [418]
    until(lambda: len(crew.crew.ready) == 2)
    assert crew.one(1).pid != before
    assert ask(crew.by(1), "/static/icon.svg").status == 200


def test_what_writes_is_not_done_twice_when_its_process_is_killed(node: Node, crew: Crewed) -> None:
    browser = signed_in(node)
    before = crew.one(2).pid
    os.kill(before, signal.SIGSTOP)
    crew.one(1).answering += 10
    said: list[Any] = []
    other = Browser(crew.by_all(), host=browser.host, jar=browser.jar, csrf=browser.csrf)
    asking = threading.Thread(target=lambda: said.append(other.post("/scheme", {"scheme": "dark"})))
    asking.start()
    until(lambda: crew.one(2).answering == 1)
    os.kill(before, signal.SIGKILL)
    asking.join(30)
    crew.one(1).answering -= 10
    assert [one.status for one in said] == [503]
    assert b"Look whether it was done" in said[0].body
    until(lambda: len(crew.crew.ready) == 2)


def test_programs_are_told_so_as_they_are_told_of_any_problem_in_their_language(
    node: Node, crew: Crewed
) -> None:
    token = Served(node).person("zoe", tlp="red")
    before = crew.one(2).pid
    os.kill(before, signal.SIGSTOP)
    crew.one(1).answering += 10
    path = f"{PREFIX}/objects/{indicator(2)['id']}/marking"
    said: list[Any] = []
    named = {"authorization": f"Bearer {token}", "accept_language": "fr", "content_type": "application/json"}
    body = b'{"marking": "tlp:amber"}'
    asking = threading.Thread(
        target=lambda: said.append(ask(crew.by_all(), path, method="POST", body=body, **named))
    )
    asking.start()
    until(lambda: crew.one(2).answering == 1)
    os.kill(before, signal.SIGKILL)
    asking.join(30)
    crew.one(1).answering -= 10
    problem = json.loads(said[0].body)
    assert (said[0].status, problem["code"]) == (503, "interrupted")
    assert "Vérifiez" in problem["detail"]
    until(lambda: len(crew.crew.ready) == 2)


def test_news_come_through_a_process_and_break_off_with_it(node: Node, crew: Crewed) -> None:
    browser = signed_in(node)
    jar = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    headers = [(b"host", browser.host.encode()), (b"cookie", jar.encode()), (b"accept", b"text/event-stream")]
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/events", "query_string": b"",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8470),
    }  # fmt: skip
    heard: list[bytes] = []
    one = crew.one(2)

    async def receive() -> Any:
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        heard.append(message.get("body", b""))

    async def listen() -> Went | None:
        return await one.answer(scope, receive, send)

    went: list[Any] = []
    listening = threading.Thread(target=lambda: went.append(crew.run(listen())))
    listening.start()
    until(lambda: b"badges" in b"".join(heard))
    told = len(heard)
    more = of_bytes("more", orjson.dumps([indicator(8, name="news")]))
    verbs.import_(node.desk, MARIE, [more], marking="tlp:green")
    until(lambda: len(heard) > told)
    os.kill(one.pid, signal.SIGKILL)
    listening.join(30)
    assert went == [Went.BROKEN]
    until(lambda: len(crew.crew.ready) == 2)


def test_a_process_of_another_release_does_not_touch_the_database(node: Node) -> None:
    """Somebody installed another one under a node that goes on: it would migrate what the other still uses."""
    other = Process(begun(node, release="0.0.1"), COMMAND_OF_PAGES)
    try:
        assert other.wait(60) == OTHER_RELEASE
    finally:
        other.cut_off()


def test_whoever_leaves_is_not_answered_to_the_end(node: Node, crew: Crewed) -> None:
    """A connection that its client closed ends in the process as well, and others go on."""
    browser = signed_in(node)
    jar = "; ".join(f"{name}={value}" for name, value in browser.jar.items())
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/events", "query_string": b"",
        "headers": [(b"host", browser.host.encode()), (b"cookie", jar.encode())], "client": None, "server": None,
    }  # fmt: skip

    async def leave_after_the_first_word() -> Went | None:
        told = asyncio.Event()

        async def receive() -> Any:
            await told.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            told.set()

        return await crew.one(1).answer(scope, receive, send)

    assert crew.run(leave_after_the_first_word()) is Went.ANSWERED
    assert crew.one(1).listening == 0
    assert at(browser, crew, 1).get("/objects").status == 200


@pytest.mark.skipif(postgresql.programs() is None, reason=postgresql.INSTALL)
def test_on_postgresql_as_well(tmp_path: Path) -> None:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with postgresql.cluster() as socket:
        flags = FLAGS | {"store.url": postgresql.make_schema(socket, "pages")}
        with open_node(path, environ={}, flags=flags) as node, crewed(node) as crew:
            add(node, "paul", ["analyst"])
            given = of_bytes("given", orjson.dumps([indicator(1, name="one finding")]))
            verbs.import_(node.desk, MARIE, [given], marking="tlp:green")
            person_change(node.desk, MARIE, "paul", tlp="green")
            browser = signed_in(node)
            browsers = [at(browser, crew, number) for number in (1, 2)]
            assert ["one finding" in one.get("/objects").text for one in browsers] == [True, True]
            verbs.mark(node.desk, MARIE, indicator(1)["id"], ["tlp:red"])
            assert ["one finding" in one.get("/objects").text for one in browsers] == [False, False]
            sessions_end(node.desk, MARIE, "paul")
            assert [one.get("/objects").status for one in browsers] == [303, 303]


COMMAND = [sys.executable, "-m", "cordiale.cli.main"]


def serving(path: Path, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    """Serve a node with a log of its own; return the process and its address."""
    with (path / "log").open("wb") as log:
        server = subprocess.Popen(
            [*COMMAND, "--node", str(path), "--json", "serve", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **environment},
        )
    assert server.stdout is not None
    url = str(json.loads(server.stdout.readline())["url"])
    server.stdout.close()
    return server, url


def answering(path: Path) -> list[int]:
    """Return the numbers of the processes that answer, as the log says."""
    lines = (path / "log").read_text().splitlines()
    return [json.loads(line)["process"] for line in lines if "a process for pages answers" in line]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_they_end_with_the_one_that_listens(how: signal.Signals, tmp_path: Path) -> None:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    server, url = serving(path, CORDIALE_SERVE_PAGE_PROCESSES_FROM="start")
    try:
        until(lambda: len(answering(path)) == 2)
        processes = answering(path)
        assert all(is_running(one) for one in processes)
        with urllib.request.urlopen(url + "static/icon.svg") as icon:
            assert icon.status == 200
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url + "api/v1/objects")
        assert refused.value.code == 401
        refused.value.close()
    finally:
        server.send_signal(how)
        code = server.wait(20)
    assert code == (-how if how is signal.SIGKILL else 0)
    until(lambda: not any(is_running(one) for one in processes))


@pytest.mark.long
def test_they_start_once_pages_keep_the_node_busy(tmp_path: Path) -> None:
    """Takes as long as the machine takes to give the node two fifths of a processor for some seconds."""
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    server, url = serving(path)

    def read() -> None:
        while not answering(path):
            with urllib.request.urlopen(url + "sign-in") as page:
                page.read()

    readers = [threading.Thread(target=read, daemon=True) for _number in range(3)]
    try:
        for one in readers:
            one.start()
        until(lambda: len(answering(path)) == 2)
        for one in readers:
            one.join(20)
    finally:
        server.terminate()
        server.wait(20)


def is_running(pid: int) -> bool:
    """Tell whether a process goes on; one that waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
