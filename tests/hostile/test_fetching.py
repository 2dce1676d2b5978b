"""A list of addresses makes no node ask its own network, give itself away, or wait."""

from __future__ import annotations

import gzip
import http.client
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, ClassVar

import pytest

from cordiale.domains.information.readers import fetching
from cordiale.domains.information.readers.fetching import fetch, fetch_all, listed, public
from cordiale.domains.information.readers.result import Aside
from cordiale.platform.errors import InputError

PAGE = b"<p>The night ferry runs again.</p>"


class Site(http.server.BaseHTTPRequestHandler):
    """A site of a test: what it is asked with is remembered."""

    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []
    hold = threading.Event()

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        kind, _slash, rest = self.path[1:].partition("/")
        if kind in ("to", "ring"):
            self.send_response(302)
            self.send_header("Location", rest.replace("~", "/") or "/ring")
            self.send_header("Set-Cookie", "who=node")
            self.end_headers()
            return
        self.send_response(200 if kind != "gone" else 410)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        body = PAGE
        if kind == "packed":
            body = gzip.compress(PAGE)
            self.send_header("Content-Encoding", "gzip")
        if kind == "bomb":
            body = gzip.compress(bytes(80 << 20))
            self.send_header("Content-Encoding", "gzip")
        if kind == "large":
            body = bytes(3000)
        if kind == "slow":
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"<p>")
            self.wfile.flush()
            self.hold.wait(30)
            return
        self.send_header("Content-Length", str(len(body) + (5 if kind == "short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        return


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    Site.hold.set()
    server.shutdown()
    server.server_close()
    thread.join()


def asked(port: int, path: str, **more: Any) -> Any:
    """Fetch from the site, under a name that leads to it; nothing else of this machine is allowed."""
    return fetch(
        f"http://gazette.example:{port}/{path}",
        resolved=lambda host, _port: ["127.0.0.1"] if host == "gazette.example" else ["10.0.0.8"],
        allowed=lambda address, at: (address, at) == ("127.0.0.1", port),
        **more,
    )


@pytest.mark.parametrize("path", ["page", "packed"])
def test_a_page_is_fetched(port: int, path: str) -> None:
    found = asked(port, path)
    assert (found.body, found.media_type) == (PAGE, "text/html")


def test_nothing_says_who_asks(port: int) -> None:
    Site.asked.clear()
    found = asked(port, "to/~page")
    assert found.final.endswith("/page")
    for _path, headers in Site.asked:
        assert not {"cookie", "authorization", "referer", "from"} & set(headers)
        assert headers["user-agent"].startswith("Cordiale/")


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.0.0.8",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
        ),
        *(
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "2002:7f00:1::",
            "64:ff9b::a00:8",
            "fec0::1",
            "3fff::1",
            "192.0.0.8",
            "::ffff:192.0.0.8",
            "not an address",
        ),
    ],
)
def test_no_address_that_is_not_public_is_asked(address: str) -> None:
    assert not public(address, 443)
    with pytest.raises(InputError, match="not public"):
        fetch("https://inside.example/", resolved=lambda _host, _port: [address])


def test_public_addresses_of_the_web_may_be_asked_and_no_other_port() -> None:
    assert public("93.184.215.14", 443)
    assert public("2606:2800:21f:cb07:6820:80da:af6b:8b2c", 80)
    assert not public("93.184.215.14", 22)


def test_a_name_with_one_private_address_among_public_ones_is_not_asked() -> None:
    with pytest.raises(InputError, match="not public"):
        fetch("https://two.example/", resolved=lambda _host, _port: ["93.184.215.14", "10.0.0.8"])


def test_addresses_as_numbers_are_judged_as_what_they_are() -> None:
    for written in (
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://localhost/",
    ):
        with pytest.raises(InputError):
            fetch(written)


@pytest.mark.parametrize(
    "leads", ["http:~~inside.example~", "http:~~127.0.0.1:1~", "http:~~10.0.0.8~latest~meta-data"]
)
def test_a_redirect_into_this_network_is_not_followed(port: int, leads: str) -> None:
    with pytest.raises(InputError, match="not public"):
        asked(port, f"to/{leads}")


def test_a_redirect_is_given_no_credentials_and_to_no_other_scheme(port: int) -> None:
    with pytest.raises(InputError, match="name or password"):
        asked(port, f"to/http:~~user:secret@gazette.example:{port}~page")
    with pytest.raises(InputError, match="no address of the web"):
        asked(port, "to/file:~~~etc~passwd")


def test_a_name_is_resolved_once_and_connected_to_what_was_judged(port: int) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.8"]])
    found = fetch(
        f"http://turns.example:{port}/page",
        resolved=lambda _host, _port: next(answers),
        allowed=lambda address, at: (address, at) == ("127.0.0.1", port),
    )
    assert found.body == PAGE
    assert next(answers) == ["10.0.0.8"]


def test_a_ring_of_redirects_ends(port: int) -> None:
    with pytest.raises(InputError, match="leads on more than 5 times"):
        asked(port, "ring")


def test_size_is_bounded_before_and_after_unpacking(port: int) -> None:
    with pytest.raises(InputError, match="cannot be unpacked"):
        asked(port, "large", largest=1000)
    with pytest.raises(InputError, match="cannot be unpacked"):
        asked(port, "bomb")


def test_an_answer_that_does_not_end_is_cut_off(port: int) -> None:
    with pytest.raises(InputError, match="not answer in time"):
        asked(port, "slow", seconds=0.5)


def test_a_handshake_that_outlasts_the_time_is_cut_off() -> None:
    """The far side answers the greeting with nothing, or byte by byte: neither is waited for."""
    for drip in (b"", b"\x16"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            over = threading.Event()

            def side(
                server: socket.socket = server, drip: bytes = drip, over: threading.Event = over
            ) -> None:
                taken, _from = server.accept()
                with taken, suppress(OSError):
                    taken.settimeout(20)
                    taken.recv(4096)
                    taken.sendall(drip)
                    while taken.recv(4096):
                        continue
                over.set()

            thread = threading.Thread(target=side, daemon=True)
            thread.start()
            with pytest.raises(InputError, match="not answer in time"):
                fetch(
                    f"https://gazette.example:{server.getsockname()[1]}/",
                    resolved=lambda _host, _port: ["127.0.0.1"],
                    allowed=lambda _address, _port: True,
                    seconds=0.4,
                )
            assert over.wait(10)
            thread.join()


def test_what_is_cut_while_it_connects_does_not_go_on(port: int) -> None:
    connection = fetching._Pinned("gazette.example", port, "127.0.0.1", tls=False, deadline=time.monotonic() + 60)  # fmt: skip
    connection.cut()
    with pytest.raises(TimeoutError):
        connection.connect()
    connection.close()
    connection = fetching._Pinned("gazette.example", port, "127.0.0.1", tls=False, deadline=time.monotonic())
    with pytest.raises(TimeoutError):
        connection.connect()
    connection.close()


def test_an_answer_that_comes_in_drops_is_cut_off(port: int) -> None:
    """Even where nothing else ends it: the clock is looked at between two pieces."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def side() -> None:
            taken, _from = server.accept()
            with taken, suppress(OSError):
                taken.recv(4096)
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while True:
                    taken.sendall(b"x" * 10)
                    Site.hold.wait(0.02)

        thread = threading.Thread(target=side, daemon=True)
        thread.start()
        connection = http.client.HTTPConnection("127.0.0.1", server.getsockname()[1], timeout=10)
        connection.request("GET", "/")
        with pytest.raises(TimeoutError):
            fetching._body(connection.getresponse(), 1 << 20, time.monotonic() + 0.3)
        connection.close()
        thread.join()


def test_an_answer_that_is_cut_short_is_no_page(port: int) -> None:
    with pytest.raises(InputError, match="does not answer"):
        asked(port, "short")


def test_a_list_goes_on_after_what_does_not_answer(port: int) -> None:
    base = f"http://gazette.example:{port}"
    found = list(
        fetch_all(
            [f"{base}/gone", "http://inside.example/", f"{base}/page"],
            resolved=lambda host, _port: ["127.0.0.1"] if host == "gazette.example" else ["10.0.0.8"],
            allowed=lambda address, at: (address, at) == ("127.0.0.1", port),
        )
    )
    assert [(one.line, one.code) if isinstance(one, Aside) else one.final for one in found] == [
        *((1, "fetch-status"), (2, "fetch-private"), f"{base}/page")
    ]


def test_a_list_of_addresses_is_known_by_holding_nothing_else() -> None:
    assert listed("# mine\nhttps://a.example/x\n\nhttps://a.example/x\nhttp://b.example\n") == (
        *("https://a.example/x", "http://b.example"),
    )
    assert listed("See https://a.example/x\n") == ()
    assert listed("") == ()
