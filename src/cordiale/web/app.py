"""The node's one ASGI application: partners first, by the shortest way; pages for the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cordiale.platform.asgi import App, Receive, Scope, Send, header
from cordiale.web.headers import plain, secured
from cordiale.web.hosts import is_known
from cordiale.web.monitor import PATHS, monitor

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.node.node import Node

EXCHANGE = ("/taxii2/", "/cordiale/v1/")


def app(
    node: Node,
    *,
    pages: bool = True,
    any_host: bool = False,
    actor: Actor | None = None,
    started: Callable[[], None] | None = None,
    ended: Callable[[], Awaitable[None]] | None = None,
    people: App | None = None,
) -> App:
    """Return the application of an opened node: what partners ask, what monitors ask, and for the rest `people`.

    Requests under `/taxii2/` and `/cordiale/v1/` never meet the web framework. `people` answers the others (default: `faces`
    with the same `pages`, `any_host` and `actor`, in this process). `started` is called once requests are accepted, `ended` before the
    server ends.
    """
    exchange: App | None = None
    others = people or faces(node, pages=pages, any_host=any_host, actor=actor)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal exchange
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, started, ended)
            return
        if scope["type"] != "http":
            return
        if scope["path"].startswith(EXCHANGE):
            if exchange is None:
                exchange = _exchange(node)
            await exchange(scope, receive, send)
            return
        if scope["path"] in PATHS:
            await monitor(node, scope, send)
            return
        await others(scope, receive, send)

    return answer


def faces(
    node: Node,
    *,
    pages: bool = True,
    any_host: bool = False,
    actor: Actor | None = None,
    loaded: Callable[[], None] | None = None,
    mounted: Mapping[str, Callable[[], App]] | None = None,
    of: int = 1,
    at_once: bool = False,
) -> App:
    """Return the application that answers people and their programs.

    The web framework is loaded with the first page, so that a node that only serves partners does not pay for it, or
    `at_once`; `loaded` is called once the pages are there to answer. With an `actor` the pages act as that one, and nobody signs
    in: for tests. `any_host` turns off the Host check. `mounted` are other faces by the path that begins theirs (`/api/v1/`), each made for
    its first request. They ask every request for a token, which no browser sends by itself, so that the Host check is not theirs. `of` says how many processes
    share what may be spent on news.
    """
    site: App | None = None
    made: dict[str, App] = {}
    others = mounted or {}
    public = urlsplit(node.settings.serve.public_url).hostname

    def built() -> App:
        nonlocal site
        if site is None:
            from cordiale.web.site import site as build

            site = build(node, actor, of=of)
            if loaded is not None:
                loaded()
        return site

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        for prefix, build_face in others.items():
            if scope["path"].startswith(prefix):
                if prefix not in made:
                    made[prefix] = build_face()
                await made[prefix](scope, receive, secured(send))
                return
        if not pages:
            await plain(send, 404, b"Not found\n")
            return
        if not any_host and not is_known(header(scope, b"host"), (public,) if public else ()):
            await plain(send, 421, b"This name is not served here.\n")
            return
        await built()(scope, receive, secured(send))

    if at_once and pages:
        built()
    return answer


def _exchange(node: Node) -> App:
    from cordiale.exchange.serve.asgi import application

    return application(node.service)


async def _lifespan(
    receive: Receive,
    send: Send,
    started: Callable[[], None] | None,
    ended: Callable[[], Awaitable[None]] | None,
) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
            if started is not None:
                started()
        elif message["type"] == "lifespan.shutdown":
            if ended is not None:
                await ended()
            await send({"type": "lifespan.shutdown.complete"})
            return
