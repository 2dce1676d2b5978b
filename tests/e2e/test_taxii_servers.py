"""TAXII servers nobody here wrote, running for real: what they hold is fetched whole, what may go is sent, by the command line's own functions."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench import peer
from bench.opentaxii import opentaxii
from cordiale.desk.actor import house
from cordiale.desk.incoming.importing import import_
from cordiale.desk.incoming.sources import of_bytes
from cordiale.desk.views.search import Question, search
from cordiale.domains.cyber import taxii
from cordiale.node.initialise import init
from cordiale.node.node import Node
from cordiale.node.opening import open_node
from tests.unit.desk.conftest import indicator

MARIE = house("marie")
MANY = 230
"""Objects held there: more than these servers give in one page."""

HELD, INBOX = "91a7b528-80eb-42ed-a74d-c6fbd5a26116", "365fed99-08fa-4c1a-8a53-6b5e7f4b1d51"


def objects(first: int, count: int) -> list[dict[str, Any]]:
    return [indicator(first + n) for n in range(count)]


@contextmanager
def opened(tmp_path: Path, url: str) -> Iterator[Node]:
    path = init(tmp_path / "node", name="canada", nation="CAN", organisation="LCC")
    with (path / "cordiale.toml").open("a") as file:
        file.write(f'\n[taxii.them]\nurl = "{url}"\nkey_file = "keys/them"\nmarking = "tlp:green"\n')
    (path / "keys" / "them").write_text("partner:secret\n")
    with open_node(path, environ={}) as node:
        yield node


def fetched_and_sent(node: Node, count: int) -> None:
    first = taxii.pull(node.desk, MARIE, "them")
    assert (first.new, first.set_aside) == (count, 0), first.first_set_aside[:1]
    assert taxii.pull(node.desk, MARIE, "them").new == 0
    assert taxii.pull(node.desk, MARIE, "them", whole=True).same == count
    ours = {
        "type": "bundle",
        "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
        "objects": objects(9000, 3),
    }
    import_(node.desk, MARIE, [of_bytes("ours.json", json.dumps(ours).encode())], marking="tlp:green")
    ids = [
        one.id
        for one in search(node.desk, MARIE, type="indicator", limit=1000).items
        if int(one.id[-12:]) >= 9000
    ]
    assert len(ids) == 3
    posted = taxii.push(node.desk, MARIE, "them", ids=ids)
    assert (posted.sent, posted.refused, posted.kept) == (3, (), 0)


def programs(name: str) -> Path:
    """Return where the programs of a server are; where they cannot be fetched, as without a network, the test is skipped but in CI."""
    try:
        return peer.environment(name)
    except RuntimeError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{name} could not be installed here: {str(error)[-200:]}")


@pytest.fixture(scope="module")
def medallion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run OASIS's server with one collection to read and one to write."""
    folder = tmp_path_factory.mktemp("medallion")
    held = objects(1, MANY)
    listed = [
        {
            "id": one["id"], "date_added": f"2026-03-01T08:{n // 60:02}:{n % 60:02}.000000Z", "version": one["modified"],
            "media_type": "application/stix+json;version=2.1",
        }
        for n, one in enumerate(held)
    ]  # fmt: skip
    common = {"media_types": ["application/stix+json;version=2.1"], "description": ""}
    data = {
        "/discovery": {"title": "peer", "description": "", "contact": "", "default": "/root1/", "api_roots": ["/root1/"]},
        "root1": {
            "information": {
                "title": "peer", "description": "", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 9765625,
            },
            "status": [],
            "collections": [
                {"id": HELD, "title": "held", "can_read": True, "can_write": False, **common, "objects": held, "manifest": listed},
                {"id": INBOX, "title": "inbox", "can_read": False, "can_write": True, **common, "objects": [], "manifest": []},
            ],
        },
    }  # fmt: skip
    (folder / "data.json").write_text(json.dumps(data))
    backend = {
        "module": "medallion.backends.memory_backend",
        "module_class": "MemoryBackend",
        "filename": str(folder / "data.json"),
    }
    settings = {"backend": backend, "users": {"partner": "secret"}, "taxii": {"max_page_size": 100}}
    (folder / "config.json").write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(programs("medallion") / "medallion"),
        "--port",
        str(port),
        str(folder / "config.json"),
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            _answering(port, process)
            yield f"http://127.0.0.1:{port}/taxii2/"
        finally:
            process.terminate()


def _answering(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until somebody listens: connecting tells, and only ever for as long as the server needs to start."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as attempt:
            attempt.settimeout(1)
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the server does not answer")


def test_medallion(tmp_path: Path, medallion: str) -> None:
    with opened(tmp_path, medallion) as node:
        fetched_and_sent(node, MANY)
        assert len(search(node.desk, MARIE, type="indicator", limit=1000).items) == MANY + 3


def test_opentaxii(tmp_path: Path) -> None:
    programs("opentaxii")
    raws = [json.dumps(one).encode() for one in objects(1, MANY)]
    with opentaxii(tmp_path / "opentaxii", raws) as server:
        root = server.held.rsplit("collections/", 1)[0]
        with opened(tmp_path, f"http://127.0.0.1:{server.port}{root}") as node:
            fetched_and_sent(node, MANY)


def test_a_search_says_what_is_sent(tmp_path: Path, medallion: str) -> None:
    with opened(tmp_path, medallion) as node:
        bundle = {
            "type": "bundle",
            "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
            "objects": objects(1, 2),
        }
        import_(node.desk, MARIE, [of_bytes("ours.json", json.dumps(bundle).encode())])
        posted = taxii.push(node.desk, MARIE, "them", asked=Question(type="indicator"))
        assert (posted.sent, posted.kept, posted.left) == (0, 0, 2)  # nothing says who may have them
