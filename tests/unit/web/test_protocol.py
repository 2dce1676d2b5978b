"""What a connection may send before the node has a whole request: over real sockets, to the real server."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn

from cordiale.web.protocol import HEAD_BYTES, BoundedProtocol
from cordiale.web.serve import bind


async def _answer(scope: dict, receive, send) -> None:  # type: ignore[no-untyped-def,type-arg]
    size = 0
    more = True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(size).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]}
    )
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listening = bind("127.0.0.1", 0)
    listening.listen()
    server = uvicorn.Server(
        uvicorn.Config(_answer, http=BoundedProtocol, lifespan="off", log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _said(port: int, *parts: bytes) -> bytes:
    """Send parts until the server closes or all are sent, and return what it answered until it closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        try:
            for part in parts:
                client.sendall(part)
        except OSError:
            pass  # closed while we were still sending
        answer = b""
        try:
            while part := client.recv(65_536):
                answer += part
        except ConnectionResetError:
            pass
        return answer


START = b"GET / HTTP/1.1\r\nhost: localhost\r\n"
LAST = START + b"connection: close\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
PIECE = b"a" * 8192
PIECES = 4 * HEAD_BYTES // len(PIECE)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([START + b"long: ", *[PIECE] * PIECES], id="one header without end"),
        pytest.param(
            [START, *[b"h%d: %s\r\n" % (n, PIECE) for n in range(PIECES)]], id="headers without end"
        ),
        pytest.param([b"GET /", *[PIECE] * PIECES], id="a path without end"),
        pytest.param([POST, b"3\r\nabc\r\n0\r\nlong: ", *[PIECE] * PIECES], id="a trailer without end"),
    ],
)
def test_what_is_never_complete_is_refused_and_closed(port: int, parts: list[bytes]) -> None:
    answer = _said(port, *parts)
    assert b" 200 " not in answer
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert _said(port, LAST).endswith(b"0"), "the server serves others"


def test_a_large_body_and_many_requests_on_one_connection_are_read(port: int) -> None:
    chunk = b"10000\r\n" + b"b" * 65_536 + b"\r\n"
    assert _said(port, POST, *[chunk] * 40, b"0\r\n\r\n").endswith(str(40 * 65_536).encode())
    answers = _said(port, *[START + b"pad: " + PIECE + b"\r\n\r\n"] * PIECES, LAST)
    assert answers.count(b"HTTP/1.1 200 ") == PIECES + 1
