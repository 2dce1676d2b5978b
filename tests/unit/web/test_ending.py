"""What readers who wait for news meet when the node is told to stop."""

import asyncio
import http.client
import logging
import socket
import threading
from contextlib import ExitStack
from typing import Any

import pytest
import uvicorn

from cordiale.web.ending import Requests, Server
from cordiale.web.protocol import BoundedProtocol


def waiting(arrived: threading.Semaphore) -> Any:
    """Answer `/stream` in parts, what writes once a reader was sent away, and all else when there is news: there never is any."""
    away = asyncio.Event()

    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        if scope["method"] == "POST":
            arrived.release()
            await away.wait()
            await send({"type": "http.response.start", "status": 201, "headers": []})
            await send({"type": "http.response.body", "body": b"written"})
            return
        if scope["path"] == "/stream":
            headers = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b": here\n\n", "more_body": True})
        arrived.release()
        try:
            await asyncio.Event().wait()
        finally:
            away.set()

    return answer


def test_whoever_waits_gets_a_whole_answer_and_the_log_no_error(caplog: pytest.LogCaptureFixture) -> None:
    requests, arrived = Requests(), threading.Semaphore(0)
    config = uvicorn.Config(
        requests.answered_by(waiting(arrived)), log_config=None, lifespan="off", http=BoundedProtocol,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = Server(config, requests)
    with ExitStack() as ended, caplog.at_level(logging.WARNING):
        listening = ended.enter_context(socket.create_server(("127.0.0.1", 0)))
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        try:
            answers = []
            for method, path in (("GET", "/stream"), ("GET", "/poll"), ("POST", "/objects")):
                asked = http.client.HTTPConnection("127.0.0.1", listening.getsockname()[1], timeout=20)
                ended.callback(asked.close)
                asked.request(method, path)
                assert arrived.acquire(timeout=20)
                answers.append(asked)
        finally:
            server.should_exit = True
        stream, poll, write = (asked.getresponse() for asked in answers)
        assert (stream.status, stream.read()) == (200, b": here\n\n")
        assert (poll.status, poll.getheader("retry-after"), poll.read()) == (503, "5", b"")
        assert (write.status, write.read()) == (201, b"written"), "nobody is told to write it a second time"
        serving.join(20)
    assert not serving.is_alive()
    assert caplog.records == []
