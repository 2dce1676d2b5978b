"""Run one node's server until it is told to stop."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from cordiale import __version__
from cordiale.exchange.partners.tls import is_loopback
from cordiale.platform.asgi import App
from cordiale.platform.collector import settle
from cordiale.platform.errors import ConfigurationError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.node.node import Node
    from cordiale.platform.configuration import Settings
    from cordiale.web.mounting import Mounting, Pace
    from cordiale.web.processes.crew import Crew
    from cordiale.web.processes.crew import Pace as Counted

BACKLOG: Final = 512
"""Connections that wait to be accepted."""


def bind(host: str, port: int) -> socket.socket:
    """Open the listening socket; port 0 takes any free one.

    Raises ConfigurationError when the address is busy or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that asyncio turns Nagle's algorithm off: else each answer waits 40 ms for an acknowledgement.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise ConfigurationError(
            "serve.address",
            _(
                "Cannot listen on {host}:{port}: {reason}. Choose another one with `--listen HOST:PORT`; port 0 takes any free port."
            ),
            host=host,
            port=port,
            reason=error.strerror or str(error),
        ) from error
    return opened


def is_safe(settings: Settings, host: str) -> bool:
    """Tell whether the way to the pages is one that others cannot read."""
    from cordiale.node.tls import by_tls

    behind = settings.serve.public_url.startswith("https://") or bool(settings.serve.certificate)
    return behind or by_tls(settings, host)


def serve(
    node: Node,
    *,
    host: str | None = None,
    port: int | None = None,
    pages: bool = True,
    ready: Callable[[str], None] | None = None,
    mounting: Mounting | None = None,
    pace: Counted | None = None,
    worker: Sequence[str] = (),
) -> None:
    """Serve pages, partners and what else `mounting` puts beside them until SIGINT or SIGTERM.

    `ready` is given the address once it answers. `pace` counts how fast callers of what is mounted ask. `worker` is the command
    line of a process that answers pages (`web.processes`); without one all are answered here.

    Whoever signs in must be able to trust the way: pages on an address that others can reach are refused with
    ConfigurationError unless they are answered by TLS, or a proxy that ends it is declared (`serve.public_url` with
    https, or `serve.certificate`); `pages` off answers partners alone.
    """
    host = node.settings.serve.host if host is None else host
    port = node.settings.serve.port if port is None else port
    if pages and not is_loopback(host) and not is_safe(node.settings, host):
        raise ConfigurationError(
            "serve.open",
            _(
                "{host} can be reached by others, and passwords would go there in the clear. Leave serve.tls at `auto`, "
                "declare the proxy that ends TLS (serve.public_url with https), or serve partners alone with `--no-pages`."
            ),
            host=host,
        )
    import uvicorn

    from cordiale.node import traces
    from cordiale.node.tls import answering_context, by_tls
    from cordiale.web.app import app, faces
    from cordiale.web.ending import Requests, Server
    from cordiale.web.protocol import BoundedProtocol

    context = answering_context(node) if by_tls(node.settings, host) else None
    end_traces = traces.start(node)

    listening = bind(host, port)
    bound = listening.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    address = f"{'https' if context else 'http'}://{shown}:{bound}/"

    def answering() -> None:
        if crew is not None and node.settings.serve.page_processes_from == "start":
            crew.start()
        # it is said just before the loop begins to accept: who asks at once waits in the queue and is not refused
        listening.listen(BACKLOG)
        if ready is not None:
            ready(address)

    any_host = not is_loopback(host)
    people = faces(
        node,
        pages=pages,
        any_host=any_host,
        loaded=settle,
        mounted=mounting(node, _counting(pace)) if mounting is not None else None,
    )
    crew = _crew(node, people, worker, pages=pages, any_host=any_host, pace=pace)
    requests = Requests()
    answers = app(node, started=answering, ended=crew.close if crew else None, people=crew or people)
    server = Server(
        uvicorn.Config(
            requests.answered_by(answers),
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            lifespan="on",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
            limit_concurrency=2000,
            backlog=BACKLOG,
            http=BoundedProtocol,
            ws="none",
            proxy_headers=False,
            ssl_context_factory=(lambda _config, _default: context) if context else None,
        ),
        requests,
    )
    try:
        server.run(sockets=[listening])
    finally:
        listening.close()
        if crew is not None:
            crew.end()
        end_traces()
        sys.stdout.flush()


def _counting(pace: Counted | None) -> Pace:
    async def asked(known: bool, caller: bytes) -> int:
        return pace(known, caller) if pace is not None else 0

    return asked


def _crew(
    node: Node, people: App, worker: Sequence[str], *, pages: bool, any_host: bool, pace: Counted | None
) -> Crew | None:
    """Return what answers by several processes, where the settings say so; a store in memory is nobody else's."""
    import msgspec

    from cordiale.web.processes.crew import Crew
    from cordiale.web.processes.frames import Begin

    many = node.settings.serve.page_processes
    if not worker or not many or node.store.memory is not None:
        return None
    settings = msgspec.json.encode(node.settings, enc_hook=str)
    begin = Begin(str(node.path), settings, pages, any_host, 0, many, __version__)
    return Crew(
        begin,
        worker,
        people,
        wake=node.ticks.wake,
        pace=pace or (lambda _known, _caller: 0),
        language=node.settings.node.language,
    )
