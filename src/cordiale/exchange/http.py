"""The transport over HTTP: bounded in time and size, never following a redirect."""

from __future__ import annotations

import ssl
import weakref
from typing import TYPE_CHECKING

from cordiale.exchange.message import Request, Response, Transport
from cordiale.platform.errors import NotAllowed, ProtocolError, Unavailable
from cordiale.platform.languages import _

if TYPE_CHECKING:
    import httpx

#: A long poll waits up to this many seconds before the other side answers.
_LONG_POLL = 60.0


def http_transport(
    base_url: str,
    *,
    timeout: float = 30.0,
    max_bytes: int = 64 * 1024 * 1024,
    verify: ssl.SSLContext | bool = True,
) -> Transport:
    """Return a transport to `base_url`, with one kept connection.

    A redirect is an answer like any other and is not followed: credentials and signatures never
    go where they were not meant to. Compressed answers are not asked for, so that size is what
    it seems. Proxy settings and .netrc of the environment are not used. Raises Unavailable when the
    other side cannot be reached in time, ProtocolError when its answer is too large.
    """
    import httpx

    client = httpx.Client(
        base_url=base_url,
        timeout=httpx.Timeout(timeout, read=max(timeout, _LONG_POLL)),
        follow_redirects=False,
        verify=verify,
        trust_env=False,
        headers={"accept-encoding": "identity", "user-agent": "cordiale"},
    )

    def send(request: Request) -> Response:
        url = request.path + (f"?{request.query}" if request.query else "")
        try:
            with client.stream(
                request.method, url, content=request.body or None, headers=dict(request.headers)
            ) as answer:
                return _read(answer, max_bytes)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unavailable(
                "exchange.unreachable",
                _("{url} cannot be reached: {problem}."),
                url=base_url,
                problem=type(error).__name__,
            ) from error

    weakref.finalize(send, client.close)  # a transport nobody holds any more leaves no connection behind
    return send


def refusing_plain(node: str, url: str) -> Transport:
    """Return a transport that sends nothing: the address is in the clear and not on this machine."""

    def send(request: Request) -> Response:
        raise NotAllowed(
            "exchange.http.plain",
            _(
                "The address of {node} is {url}: everybody on the way could read what is exchanged, so nothing was sent. Ask them for an invitation with an https:// address, or set exchange.plain_http."
            ),
            node=node,
            url=url,
        )

    return send


def _read(answer: httpx.Response, max_bytes: int) -> Response:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_raw():
        size += len(part)
        if size > max_bytes:
            raise ProtocolError(
                "exchange.answer.size", _("The answer is larger than {limit} bytes."), limit=max_bytes
            )
        parts.append(part)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if headers.get("content-encoding", "identity") != "identity":
        raise ProtocolError(
            "exchange.answer.encoding", _("The answer is compressed although that was not asked for.")
        )
    return Response(answer.status_code, headers, b"".join(parts))
