"""A real node in a process of its own, asked over HTTP: by its own schema, and by the typed client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from cordiale.desk import verbs
from cordiale.desk.incoming.sources import of_bytes
from cordiale.node import init, open_node
from cordiale.platform.errors import NotFound, Unavailable
from cordiale.sdk import connect
from tests.unit.exchange.world import indicator
from tests.unit.rest.served import OPERATOR, Served

BIN = Path(sys.executable).parent

CONFIGURATION = """
# what the schema allows may still be refused for what it says: a position nobody issued, an object nobody has
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 422, 429]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429]
"""


@dataclass
class Running:
    """A served node, and the token of somebody with every role."""

    folder: Path
    url: str
    token: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("rest")
    init(folder / "node", name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(folder / "node", environ={}) as node:
        objects = b"[" + b",".join(indicator(f"object {n}", minute=n) for n in range(20)) + b"]"
        verbs.import_(node.desk, OPERATOR, [of_bytes("objects", objects)], marking="tlp:green")
        token = Served(node).person("paul", roles=("analyst", "officer", "operator"))
    with serving(folder / "node", CORDIALE_LIMITS_API_PER_MINUTE="0") as url:
        yield Running(folder, url, token)


@contextmanager
def serving(node: Path, **environment: str) -> Iterator[str]:
    """Serve a node in a process of its own; yield its address."""
    command = [str(BIN / "cordiale"), "--node", str(node), "--json", "serve", "--listen", "127.0.0.1:0", "--until-input-ends"]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **environment}) as server:  # fmt: skip
        assert server.stdout is not None
        yield str(json.loads(server.stdout.readline())["url"])
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(20) == 0


def schemathesis(running: Running, *options: str) -> None:
    """Let schemathesis ask the server what its schema allows and forbids."""
    # the document is made for its first reader; schemathesis waits ten seconds for it, whatever else the machine does
    httpx.get(f"{running.url}api/v1/openapi.json", timeout=60).raise_for_status()
    (running.folder / "schemathesis.toml").write_text(CONFIGURATION)
    command = [str(BIN / "st"), "--config-file", "schemathesis.toml", "run", f"{running.url}api/v1/openapi.json", "-H", f"Authorization: Bearer {running.token}", "--continue-on-failure", "--warnings", "off", *options]  # fmt: skip
    ran = subprocess.run(
        command, cwd=running.folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert ran.returncode == 0, "\n".join(line[:300] for line in ran.stdout.splitlines()[-150:])
    assert "No issues found" in ran.stdout or "passed" in ran.stdout


@pytest.mark.timeout(300)
def test_what_the_schema_says_is_what_the_node_does(running: Running) -> None:
    """Every boundary of every parameter, field and header, inside and outside of what is allowed."""
    schemathesis(running, "--phases", "coverage", "--seed", "1")


@pytest.mark.long
@pytest.mark.timeout(600)
def test_what_the_schema_says_is_what_the_node_does_in_any_order(running: Running) -> None:
    # of a list of recalls it takes the list for the id
    schemathesis(running, "--phases", "coverage,fuzzing,stateful", "--max-examples", "100", "--max-time", "120", "--exclude-checks", "ensure_resource_availability")  # fmt: skip


def test_the_client_imports_finds_marks_and_reads_a_refusal(running: Running) -> None:
    with connect(running.url, running.token, lang="fr") as node:
        job = node.import_(b"[" + indicator("by the client") + b"]", name="client.json", marking="tlp:green")
        assert node.wait(job.id).state == "done"
        report = node.import_report(job.id)
        assert (report.read, report.new + report.same) == (1, 1)
        (found,) = node.search("client")
        assert found.name == "by the client"
        assert node.mark(found.id, "tlp:amber").after == ("tlp:amber",)
        assert len(list(node.search(type="indicator", limit=3))) >= 20
        with pytest.raises(NotFound, match="recherchez-le") as refused:
            node.show("indicator--99999999-9999-4999-8999-999999999999")
        assert refused.value.code == "no-object"


def cordiale(*arguments: str, given: bytes = b"") -> tuple[int, str]:
    """Run the command line; return its exit code and all that it said."""
    ran = subprocess.run([str(BIN / "cordiale"), *arguments], input=given, capture_output=True, check=False)
    return ran.returncode, (ran.stdout + ran.stderr).decode()


@pytest.mark.parametrize(
    "line",
    [
        ["search", "object", "-n", "3"],
        ["--lang", "fr", "show", "ID"],
        ["--lang", "fr", "show", "indicator--99999999-9999-4999-8999-999999999999"],
    ],
    ids=" ".join,
)
def test_the_command_line_says_the_same_of_a_node_elsewhere(running: Running, line: list[str]) -> None:
    with connect(running.url, running.token) as node:
        stix_id = node.search("object").first.items[0].id
    (running.folder / "token").write_text(running.token + "\n")
    asked = [stix_id if word == "ID" else word for word in line]
    here = cordiale("--node", str(running.folder / "node"), *asked)
    there = cordiale("--at", running.url, "--token-file", str(running.folder / "token"), *asked)
    assert here[0] == there[0]
    # a position of ours is no number there
    assert [one for one in here[1].splitlines() if "--after" not in one] == [
        one for one in there[1].splitlines() if "--after" not in one
    ]


def test_the_command_line_imports_and_marks_elsewhere(running: Running) -> None:
    (running.folder / "token").write_text(running.token)
    far = ("--at", running.url, "--token-file", str(running.folder / "token"))
    code, said = cordiale(*far, "import", "-", "-m", "tlp:green", given=indicator("from afar"))
    assert (code, said.splitlines()[0].split(" (")[0]) == (0, "Read 1: 1 new, 0 already here, 0 set aside")
    with connect(running.url, running.token) as node:
        (found,) = node.search("afar")
        assert cordiale(*far, "mark", found.id, "tlp:clear")[0] == 0
        assert node.show(found.id).statements[0].base_marking == ("tlp:clear",)


def test_a_node_that_answers_by_tls_is_met_by_its_own_certificate_alone(tmp_path: Path) -> None:
    for name in ("node", "other"):
        init(tmp_path / name, name="canada", nation="CAN", organisation="CAN-LCC", title="Canada")
    with open_node(tmp_path / "node", environ={}) as node:
        token = Served(node).person("paul")
    with serving(tmp_path / "node", CORDIALE_SERVE_TLS="always") as url:
        assert url.startswith("https://127.0.0.1")
        with connect(url, token, certificate=tmp_path / "node" / "keys" / "tls.crt") as client:
            assert client.counts() == {}
        for wrong in (tmp_path / "other" / "keys" / "tls.crt", None):
            with connect(url, token, certificate=wrong) as client, pytest.raises(Unavailable):
                client.counts()
