"""The thinnest ASGI application over the server functions, for a web framework to mount."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote

from cordiale.exchange.home import Partner
from cordiale.exchange.link import signatures
from cordiale.exchange.link.wire import BASE, refused
from cordiale.exchange.message import Request, Response
from cordiale.exchange.restore import rejoin
from cordiale.exchange.serve import wake
from cordiale.exchange.serve.hub import Hub
from cordiale.exchange.serve.service import Service, authenticate, respond
from cordiale.exchange.taxii import inbox
from cordiale.platform.asgi import App, Receive, Scope, Send
from cordiale.platform.errors import CordialeError, NotAllowed


def application(service: Service) -> App:
    """Return a raw ASGI app for /taxii2/ and /cordiale/v1/: bounded bodies, events, long poll, nothing else.

    Reading requests of TAXII are answered in the event loop (a page takes about a millisecond);
    what writes, or reads whole segments, runs in a thread.
    """
    limit = service.home.limits.request_bytes
    hub = Hub(service.store, service.bell)

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
        elif wake.is_stream(request) or wake.seconds(request):
            waiting = await _waiting(request, service, hub, receive, send)
            if waiting is None:
                return
            answer = waiting
        else:
            answer = await asyncio.to_thread(respond, request, service)
            if request.method == "POST":
                service.bell.ring()  # a receipt may be what the next notice waits for
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


async def _waiting(
    request: Request, service: Service, hub: Hub, receive: Receive, send: Send
) -> Response | None:
    """Let a partner wait for news without a thread; None when it was answered by a stream."""
    try:
        partner = await asyncio.to_thread(_known, request, service)
        if not wake.is_stream(request):
            return await hub.poll(request, partner)
        told = wake.told(request)
    except NotAllowed as problem:
        named = signatures.signer_named(request) or ""
        return signatures.refusal_response(service.home, problem, named, service.home.clock(), service.nonces)
    except CordialeError as problem:
        return refused(problem)
    await hub.stream(told, partner, receive, send)
    return None


def _known(request: Request, service: Service) -> Partner:
    """Return the partner that signed a request, unless it is served nothing."""
    partner = authenticate(request, service).partner
    with service.store.read() as tx:
        rejoin.refuse_closed(tx, partner)
    return partner


async def _send(send: Send, response: Response) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    if response.status != 204:
        headers.append((b"content-length", str(len(response.body)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})
