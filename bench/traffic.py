"""Servers as real processes, and a keep-alive client whose own cost is not counted."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson

from bench import measure
from bench.child import compiling

MEDIA_TYPE = "application/taxii+json;version=2.1"


def free_port() -> int:
    """Give a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    command: Sequence[str], port: int, log: Path, environ: Mapping[str, str] | None = None
) -> Iterator[int]:
    """Run a server until the block ends; gives its process id once the port answers.

    Raises:
        RuntimeError: it ended or did not listen within 60 s; the end of its log is in the message.
    """
    with log.open("wb") as output:
        server = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**compiling(), **(environ or {})},
            start_new_session=True,
        )
    try:
        _wait(server, port, log)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"{server.args!r} ended with {server.returncode}:\n{log.read_text()[-3000:]}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"{server.args!r} did not listen within 60 s:\n{log.read_text()[-3000:]}")


class Client:
    """One keep-alive connection to a TAXII 2.1 server on loopback."""

    def __init__(self, port: int, authorization: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Accept": MEDIA_TYPE, "Authorization": authorization, "Content-Type": MEDIA_TYPE}

    def send(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Send a request and give the answer's body.

        Raises:
            RuntimeError: the answer's status is not 2xx.
        """
        self.connection.request(method, path, body=body, headers=self.headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status // 100 != 2:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def basic(user: str, password: str) -> str:
    """Give a Basic authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def read_rate(pid: int, client: Client, path: str, limit: int, enough: int) -> float:
    """Page through a collection, again from its start when it ends, and give objects per CPU-second of the server.

    `path` is that of `…/objects/`; stops after `enough` objects.
    """
    first = f"{path}?limit={limit}"
    got, where = 0, first
    client.send("GET", first)  # opens files and fills caches once, as any first request does
    start = measure.tree_cpu(pid)
    while got < enough:
        page = orjson.loads(client.send("GET", where))
        found = len(page.get("objects", ()))
        if not found:
            raise RuntimeError(f"no objects at {where}")
        got += found
        where = f"{first}&next={page['next']}" if page.get("more") else first
    used = measure.tree_cpu(pid) - start
    return got / max(used, 1 / measure.TICKS)


def post_rate(pid: int, client: Client, path: str, batches: Sequence[bytes], count: int) -> float:
    """Post envelopes holding `count` objects altogether and give objects per CPU-second of the server."""
    start = measure.tree_cpu(pid)
    for batch in batches:
        client.send("POST", path, batch)
    used = measure.tree_cpu(pid) - start
    return count / max(used, 1 / measure.TICKS)


def envelopes(objects: Sequence[bytes], size: int) -> list[bytes]:
    """Pack objects into TAXII envelopes of `size` each."""
    return [
        b'{"objects":[' + b",".join(objects[at : at + size]) + b"]}" for at in range(0, len(objects), size)
    ]
