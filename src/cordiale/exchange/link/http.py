"""The transport over HTTP: bounded in time and size, never following a redirect."""

from __future__ import annotations

import ssl
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cordiale.exchange.message import Flow, Request, Response, Transport
from cordiale.platform.errors import NotAllowed, ProtocolError, Unavailable
from cordiale.platform.languages import _

if TYPE_CHECKING:
    import httpx

#: A long poll waits up to this many seconds before the other side answers.
_LONG_POLL = 60.0


class HttpTransport:
    """Send requests to one address over kept connections, and hand over streams as they come."""

    def __init__(self, client: httpx.Client, base_url: str, max_bytes: int) -> None:
        self._client, self._base_url, self._max_bytes = client, base_url, max_bytes
        weakref.finalize(self, client.close)  # a transport nobody holds any more leaves no connection behind

    def __call__(self, request: Request) -> Response:
        """Send one request and return its whole response; raises Unavailable and ProtocolError."""
        with self._answer(request) as answer:
            return _read(answer, self._max_bytes)

    @contextmanager
    def flow(self, request: Request, patience: float) -> Iterator[Flow]:
        """Hand over a response as it comes; a silence of more than `patience` seconds raises Unavailable."""
        with self._answer(request, patience) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            yield Flow(answer.status_code, headers, answer.iter_raw())

    @contextmanager
    def _answer(self, request: Request, patience: float | None = None) -> Iterator[httpx.Response]:
        import httpx

        timeout = self._client.timeout
        if patience is not None:
            timeout = httpx.Timeout(timeout.connect, read=patience)
        url = request.path + (f"?{request.query}" if request.query else "")
        try:
            with self._client.stream(
                request.method,
                url,
                content=request.body or None,
                headers=dict(request.headers),
                timeout=timeout,
            ) as answer:
                yield answer
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unavailable(
                "exchange.unreachable",
                _("{url} cannot be reached: {problem}."),
                url=self._base_url,
                problem=type(error).__name__,
            ) from error


def http_transport(
    base_url: str,
    *,
    timeout: float = 30.0,
    max_bytes: int = 64 * 1024 * 1024,
    verify: ssl.SSLContext | bool = True,
) -> HttpTransport:
    """Return a transport to `base_url`, with kept connections.

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
    return HttpTransport(client, base_url, max_bytes)


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
