"""The node's one ASGI application: partners first, by the shortest way; pages for the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cordiale.web.headers import plain, secured
from cordiale.web.hosts import is_known
from cordiale.web.monitor import PATHS, monitor

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.node.node import Node

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

EXCHANGE = ("/taxii2/", "/cordiale/v1/")


def app(
    node: Node,
    *,
    pages: bool = True,
    any_host: bool = False,
    actor: Actor | None = None,
    started: Callable[[], None] | None = None,
    loaded: Callable[[], None] | None = None,
    mounted: Mapping[str, Callable[[], App]] | None = None,
) -> App:
    """Return the application of an opened node.

    Requests under `/taxii2/` and `/cordiale/v1/` never meet the web framework; it is loaded with the first page, so a
    node that only serves partners does not pay for it. With an `actor` the pages act as that one, and nobody signs in:
    for tests. `any_host` turns off the Host check; `started` is called once requests are accepted, `loaded` once the pages
    are there to answer. `mounted` are other
    faces by the path that begins theirs (`/api/v1/`), each made for its first request. They ask every request for a
    token, which no browser sends by itself, so that the Host check is not theirs.
    """
    exchange: App | None = None
    site: App | None = None
    faces: dict[str, App] = {}
    others = mounted or {}
    public = urlsplit(node.settings.serve.public_url).hostname

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal exchange, site
        if scope["type"] == "lifespan":
            await _lifespan(receive, send, started)
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
        for prefix, build_face in others.items():
            if scope["path"].startswith(prefix):
                if prefix not in faces:
                    faces[prefix] = build_face()
                await faces[prefix](scope, receive, secured(send))
                return
        if not pages:
            await plain(send, 404, b"Not found\n")
            return
        if not any_host and not is_known(_header(scope, b"host"), (public,) if public else ()):
            await plain(send, 421, b"This name is not served here.\n")
            return
        if site is None:
            from cordiale.web.site import site as build

            site = build(node, actor)
            if loaded is not None:
                loaded()
        await site(scope, receive, secured(send))

    return answer


def _exchange(node: Node) -> App:
    from cordiale.exchange.serve.asgi import application

    return application(node.service)


def _header(scope: Scope, name: bytes) -> str:
    return next((v.decode("latin-1") for k, v in scope["headers"] if k == name), "")


async def _lifespan(receive: Receive, send: Send, started: Callable[[], None] | None) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
            if started is not None:
                started()
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
