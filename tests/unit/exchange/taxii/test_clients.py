"""A client nobody here wrote, unmodified, against a real server process; and our own transport."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import httpx
import orjson
import pytest
from taxii2client.exceptions import TAXIIServiceException
from taxii2client.v21 import ApiRoot, Collection, Server, as_pages

from cordiale.exchange.link.http import http_transport
from cordiale.exchange.message import Request
from cordiale.exchange.partners import pairing as partners
from cordiale.exchange.taxii import client as ours
from cordiale.exchange.visit.listening import listen
from cordiale.exchange.visit.sync import visit
from cordiale.platform.errors import ProtocolError, Unavailable
from cordiale.store.backup import check
from tests.unit.exchange.served import OBJECTS
from tests.unit.exchange.world import connect, id_of, indicator, make, malware

WHO = {"user": "reader", "password": "token-READER"}
BEARER = {"authorization": "Bearer token-READER"}
TOTAL = OBJECTS + 1


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a filled node in a process of its own, which has never met anybody."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.exchange.served", f"sqlite:///{folder / 'can.db'}"],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[4],
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 20
    while True:
        try:
            httpx.get(address + "/taxii2/", trust_env=False)
            break
        except httpx.HTTPError:
            assert time.monotonic() < deadline, "the server does not answer"
    yield address
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture
def server(url: str) -> Iterator[Server]:
    made = Server(f"{url}/taxii2/", **WHO)
    yield made
    made.close()


@pytest.fixture
def collections(server: Server) -> tuple[Collection, Collection]:
    (root,) = server.api_roots
    readable, writable = root.collections
    return readable, writable


def test_taxii2_client_finds_its_way(server: Server) -> None:
    assert isinstance(server.default, ApiRoot)
    root = server.default
    assert root.versions == ["application/taxii+json;version=2.1"]
    assert [(c.can_read, c.can_write) for c in root.collections] == [(True, False), (False, True)]


def test_taxii2_client_reads_every_page(collections: tuple[Collection, Collection]) -> None:
    readable, _writable = collections
    for size in (1, 50, 1000) if TOTAL < 10 else (50, 1000):
        found = [
            o for page in as_pages(readable.get_objects, per_request=size) for o in page.get("objects", [])
        ]
        assert len(found) == len({o["id"] for o in found}) == TOTAL
    everything = [
        o
        for page in as_pages(readable.get_objects, per_request=100, version="all")
        for o in page.get("objects", [])
    ]
    assert len(everything) == TOTAL + 50
    assert id_of(malware("hidden")) not in orjson.dumps(everything).decode()


def test_taxii2_client_filters_and_looks_up(collections: tuple[Collection, Collection]) -> None:
    readable, _writable = collections
    wanted = id_of(indicator("i7"))
    assert [o["name"] for o in readable.get_object(wanted)["objects"]] == ["i7"]
    assert len(readable.object_versions(wanted)["versions"]) == 2
    assert len(readable.get_objects(type="report")["objects"]) == 1
    assert readable.get_objects(type=["malware", "campaign"]) == {}
    manifest = readable.get_manifest(limit=10)
    assert len(manifest["objects"]) == 10
    rest = readable.get_objects(added_after=manifest["objects"][-1]["date_added"], limit=1000)["objects"]
    assert len(rest) == TOTAL - 10


def test_taxii2_client_posts_and_asks_for_the_status(collections: tuple[Collection, Collection]) -> None:
    readable, writable = collections
    status = writable.add_objects(
        {"objects": [orjson.loads(indicator("new"))]}, wait_for_completion=True, timeout=5
    )
    assert (status.status, status.success_count) == ("complete", 1)
    status.refresh()
    assert status.successes[0]["id"] == id_of(indicator("new"))
    with pytest.raises(TAXIIServiceException):
        readable.add_objects({"objects": [orjson.loads(indicator("new"))]})
    with pytest.raises(TAXIIServiceException):
        readable.delete_object(id_of(indicator("i1")))


def test_our_client_over_http_reads_the_same(url: str) -> None:
    transport = http_transport(url)
    (root,) = ours.api_roots(transport, BEARER)
    readable = ours.collections(transport, BEARER, root)[0]
    assert sum(len(page.objects) for page in ours.pull(transport, BEARER, readable, limit=60)) == TOTAL


def test_nodes_meet_over_http(url: str) -> None:
    there = make("FRA")
    connect(there, make("CAN"))
    with there.store.read() as tx:
        known = partners.partner(tx, "CAN")
    there.clock.now += 1
    transport = http_transport(url)
    pulled = visit(there.store, there.home, known, transport)
    assert (pulled.link.state, pulled.new) == ("up", TOTAL + 50)
    started = time.monotonic()
    assert listen(there.store, there.home, known, transport, seconds=1) == TOTAL + 50
    assert 0.5 < time.monotonic() - started < 10


def test_the_transport_is_bounded_and_says_what_is_wrong(url: str) -> None:
    with pytest.raises(ProtocolError, match="larger than 10 bytes"):
        http_transport(url, max_bytes=10)(Request("GET", "/taxii2/", "", BEARER))
    with pytest.raises(Unavailable, match="cannot be reached"):
        http_transport("http://127.0.0.1:9", timeout=1)(Request("GET", "/"))


def test_slow_and_silent_clients_keep_nobody_waiting(url: str) -> None:
    port = int(url.rpartition(":")[2])
    idle = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(60)]
    asked = b"GET /taxii2/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-READER\r\nAccept: */*\r\n"
    for n, one in enumerate(idle):
        match n % 3:
            case 0:
                one.sendall(asked[: 10 + n])  # half a request, and no more
            case 1:
                one.sendall((asked + b"\r\n") * 40)  # many, and no answer is read
            case _:
                one.sendall(
                    b"POST /taxii2/api/collections/x/objects/ HTTP/1.1\r\nContent-Length: 100000\r\n\r\n{"
                )
    test_our_client_over_http_reads_the_same(url)
    for one in idle:
        one.close()
    test_our_client_over_http_reads_the_same(url)


class Cutting(socketserver.BaseRequestHandler):
    """Pass a connection on, and cut it after a number of bytes of the answer."""

    upstream: ClassVar[int]
    left: ClassVar[list[int]]

    def handle(self) -> None:
        most = Cutting.left.pop() if Cutting.left else 1 << 40
        with socket.create_connection(("127.0.0.1", Cutting.upstream)) as there:
            threading.Thread(target=self._pump, args=(self.request, there, 1 << 40), daemon=True).start()
            self._pump(there, self.request, most)
            for one in (self.request, there):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _pump(source: socket.socket, to: socket.socket, most: int) -> None:
        with contextlib.suppress(OSError):
            while most > 0 and (data := source.recv(min(65536, most))):
                to.sendall(data)
                most -= len(data)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path) as address:
        yield address


def test_a_partner_that_closes_in_the_middle_is_asked_again(alone: str) -> None:
    Cutting.upstream = int(alone.rpartition(":")[2])
    Cutting.left = [40_000, 20_000, 9_000, 3_000, 700, 100, 0]
    there = make("FRA")
    connect(there, make("CAN"))
    with there.store.read() as tx:
        known = partners.partner(tx, "CAN")
    there.clock.now += 1
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Cutting) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cut = 0
        while Cutting.left:
            transport = http_transport(f"http://127.0.0.1:{server.server_address[1]}")
            pulled = visit(there.store, there.home, known, transport)
            cut += pulled.link.code != ""
            assert check(there.store) == []
            there.clock.now += 1
        transport = http_transport(f"http://127.0.0.1:{server.server_address[1]}")
        pulled = visit(there.store, there.home, known, transport)
        server.shutdown()
    assert cut > 0
    assert pulled.link.state == "up"
    assert len(there.ids() - {id_of(malware("hidden"))}) >= TOTAL


def test_a_body_beyond_the_limit_is_cut_off_at_the_door(url: str) -> None:
    def parts() -> Iterator[bytes]:
        for _part in range(20):
            yield b"x" * (1 << 20)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            answer = httpx.post(f"{url}/taxii2/api/collections/x/objects/", content=parts(), trust_env=False)
        except httpx.HTTPError:
            return  # the server closed the connection before all of it was sent
    assert answer.status_code == 413
