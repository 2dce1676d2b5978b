"""The thinnest ASGI application over the server functions, for a web framework to mount."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from cordiale.exchange import link, rejoin, wake
from cordiale.exchange.message import Request, Response
from cordiale.exchange.nodes import BASE, refused
from cordiale.exchange.service import Service, authenticate, respond
from cordiale.exchange.taxii import inbox
from cordiale.platform.errors import CordialeError, NotAllowed

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def application(service: Service) -> App:
    """Return a raw ASGI app for /taxii2/ and /cordiale/v1/: bounded bodies, long poll, nothing else.

    Reading requests of TAXII are answered in the event loop (a page takes about a millisecond);
    what writes, or reads whole segments, runs in a thread.
    """
    limit = service.home.limits.request_bytes

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b"" if scope["method"] == "GET" else await _body(receive, limit)
        if body is None:
            await _send(send, inbox.too_large(service.home))
            return
        request = _request(scope, body)
        if request.method == "GET" and not request.path.startswith(BASE):
            answer = respond(request, service)
        elif wake.seconds(request):
            answer = await _news(request, service)
        else:
            answer = await asyncio.to_thread(respond, request, service)
        await _send(send, answer)

    return app


def _request(scope: Scope, body: bytes) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    path = scope.get("raw_path") or scope["path"].encode()
    return Request(
        scope["method"],
        unquote(path.split(b"?")[0].decode("latin-1")),
        scope["query_string"].decode("latin-1"),
        headers,
        body,
    )


async def _body(receive: Receive, limit: int) -> bytes | None:
    """Read a request body; None when it is larger than the limit."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _news(request: Request, service: Service) -> Response:
    """Wait for news without a thread, then answer as for any other request."""
    try:
        partnership = authenticate(request, service)
        with service.store.read() as tx:
            rejoin.refuse_closed(tx, partnership.partner)
        wait = wake.Wait(request, service.store, partnership.partner)
        for _look in range(int(wake.seconds(request) / wake.STEP)):
            if wait.over():
                break
            await asyncio.sleep(wake.STEP)
        return wake.answer(service.store, partnership.partner)
    except NotAllowed as problem:
        named = link.signer_named(request) or ""
        return link.refusal_response(service.home, problem, named, service.home.clock())
    except CordialeError as problem:
        return refused(problem)


async def _send(send: Send, response: Response) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    if response.status != 204:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
