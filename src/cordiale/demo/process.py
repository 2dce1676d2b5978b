"""Real processes: one command line at a time, and servers that are ended when the demonstration is."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

import msgspec
import orjson

from cordiale.platform.errors import Conflict, Unavailable
from cordiale.platform.languages import _

COMMAND: Final = (sys.executable, "-m", "cordiale.cli.main")
START_S: Final = 30.0
END_S: Final = 6.0
COMMAND_S: Final = 300.0
INTERRUPTED: Final = 130

_VALUE: Final = {name: re.compile(rf'name="{name}" value="([^"]*)"') for name in ("csrf", "code", "next")}

# the nodes are on this machine: never through a proxy
_browser = build_opener(ProxyHandler({}))


class Server(msgspec.Struct):
    """A running `cordiale serve` of ours, and where it answers."""

    name: str
    folder: Path
    url: str
    process: subprocess.Popen[bytes]


def free_ports(count: int) -> list[int]:
    """Return loopback ports that nobody uses now."""
    with contextlib.ExitStack() as held:
        found = []
        for _number in range(count):
            one = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            one.bind(("127.0.0.1", 0))
            found.append(one.getsockname()[1])
    return found


Command = Callable[[Sequence[str], str], tuple[int, str, str]]
"""Run one command line under a login name: arguments and name in; exit code, standard output and error out."""


class Nodes(msgspec.Struct, frozen=True):
    """Where the node folders are, and what runs their command lines."""

    folder: Path
    command: Command

    def run(
        self, node: str, *arguments: str, actor: str = "", lang: str = "en", accept: Sequence[int] = (0,)
    ) -> dict[str, Any]:
        """Run one command on a node's folder and return its JSON answer.

        `actor` is the login name to act under. Raises Unavailable with what the command said when it ends with another
        exit code than those of `accept`.
        """
        line = ["--node", str(self.folder / node), "--json", "--lang", lang, *arguments]
        code, said, complaint = self.command(line, actor)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        lines = said.splitlines()
        if code not in accept:
            raise Unavailable(
                "demo.command",
                _("`cordiale {command}` on the node {node} did not work: {said}"),
                command=" ".join(arguments[:3]),
                node=node,
                said=(complaint or said).strip()[-2000:] or f"exit {code}",
            )
        answer: dict[str, Any] = orjson.loads(lines[-1]) if lines else {}
        return answer


def own_process(line: Sequence[str], actor: str) -> tuple[int, str, str]:
    """Run one command line in a process of its own."""
    done = subprocess.run(  # noqa: S603  our own interpreter and arguments
        [*COMMAND, *line],
        capture_output=True,
        text=True,
        env=environment(actor),
        timeout=COMMAND_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


def environment(actor: str = "") -> Mapping[str, str]:
    """Return the environment of a child: ours without settings of another node."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("CORDIALE_")}
    own["PYTHONUNBUFFERED"] = "1"
    if actor:
        own |= {"LOGNAME": actor, "USER": actor}
    return own


def start(name: str, folder: Path, url: str) -> Server:
    """Start a node's server; it does not answer yet. Its words go to `logs/serve.log`."""
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    with (folder / "logs" / "serve.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603  in a session of its own: Ctrl-C reaches us, and we end it in order
            [*COMMAND, "--node", str(folder), "serve", "--until-input-ends"],
            stdin=subprocess.PIPE,  # held open by us alone: it closes with us, whatever ends us
            stdout=log,
            stderr=log,
            env=environment(),
            start_new_session=True,
        )
    return Server(name, folder, url, process)


def wait_until_answering(server: Server, timeout: float = START_S) -> None:
    """Return when a server answers; raises Unavailable with its last words when it ends or stays silent."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        check(server)
        with contextlib.suppress(OSError, URLError):
            page(server.url + "static/icon.svg")
            return
        time.sleep(0.05)
    raise Unavailable(
        "demo.silent",
        _("The node {name} did not answer at {url} within {seconds} s. Its log: {log}"),
        name=server.name,
        url=server.url,
        seconds=round(timeout),
        log=str(server.folder / "logs" / "serve.log"),
    )


def check(server: Server) -> None:
    """Raise Unavailable with its last words when a server has ended by itself."""
    code = server.process.poll()
    if code is None:
        return
    log = server.folder / "logs" / "serve.log"
    said = log.read_text("utf-8", "replace").strip().splitlines()[-6:] if log.exists() else []
    raise Unavailable(
        "demo.ended",
        _("The node {name} ended by itself (exit code {code}). Its last words:\n{words}"),
        name=server.name,
        code=code,
        words="\n".join(said) or "–",
    )


@contextlib.contextmanager
def serving(servers: list[Server]) -> Iterator[list[Server]]:
    """End every server of this list when the block is left, however it is left."""
    try:
        yield servers
    finally:
        stop(servers)


def stop(servers: Sequence[Server]) -> None:
    """Ask our servers to end, wait a little, and end what is left."""
    for server in servers:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGTERM)
    end = time.monotonic() + END_S
    for server in servers:
        try:
            server.process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            # the session is the server's own, so its egress process goes with it
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()


def page(url: str, lang: str = "en", timeout: float = 10.0, browser: OpenerDirector = _browser) -> str:
    """Fetch a page of a node as a browser on this machine would, one in which somebody has signed in where asked."""
    request = Request(url, headers={"Accept-Language": lang})  # noqa: S310  our own nodes' addresses
    with browser.open(request, timeout=timeout) as answer:
        content: bytes = answer.read()
    return content.decode("utf-8")


def signed_in(link: str) -> OpenerDirector:
    """Return a browser in which somebody has signed in by a link of the demonstration."""
    browser = build_opener(ProxyHandler({}), HTTPCookieProcessor())
    form = page(link, browser=browser)
    sent = {
        name: _VALUE[name].search(form)[1]  # type: ignore[index]
        for name in ("csrf", "code", "next")
    }
    request = Request(link.partition("?")[0], urlencode(sent).encode())  # noqa: S310
    browser.open(request, timeout=10.0).close()
    return browser


def busy(port: int) -> Conflict:
    """Return the error that says a port of the demonstration is in use."""
    return Conflict(
        "demo.port",
        _(
            "Port {port}, which this demonstration uses, is taken by another program. "
            "End that program, or start anew with --fresh."
        ),
        port=port,
    )


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
        one.settimeout(0.5)
        return one.connect_ex(("127.0.0.1", port)) != 0
