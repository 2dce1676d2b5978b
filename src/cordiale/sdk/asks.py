"""How a node is asked: one place for addresses, repeated tries, keys, and what came back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import httpx
import msgspec

from cordiale.platform.errors import Unavailable
from cordiale.platform.languages import _
from cordiale.sdk.answering import raised, value
from cordiale.sdk.lists import Lazy
from cordiale.sdk.wire import Asked

T = TypeVar("T")

PIECE: Final = 1 << 20
TRIES: Final = 3
"""How often a request is sent when the connection breaks: it is a GET, or carries a key under which it is done once."""

Body = bytes | Callable[[], Iterator[bytes]] | None
"""What is sent: bytes, or what gives them anew for each try."""


class Asks:
    """A node under its address, with the token already in every request."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def list(
        self, path: str, asked: Mapping[str, Any], kind: type[Any], start: str | None = None
    ) -> Lazy[Any]:
        """Return a list whose pages are asked for when they are reached."""
        return Lazy(lambda after: self.get(path, kind, {**asked, "after": after or start}))

    def get(self, path: str, kind: type[T], asked: Mapping[str, Any] | None = None) -> T:
        """Read a value."""
        return value(self.ask("GET", path, asked), kind)

    def post(self, path: str, asked: Asked | None, kind: type[T], key: str | None) -> T:
        """Ask for an act and read what came of it."""
        return value(self.send(path, asked, key), kind)

    def send(
        self, path: str, body: Asked | Body, key: str | None, asked: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """Send a POST under a key of its own, so that it is done once although it may be sent several times."""
        headers = {"idempotency-key": key or str(uuid.uuid4())}
        if isinstance(body, Asked):
            headers["content-type"] = "application/json"
            return self.ask("POST", path, asked, msgspec.json.encode(body), headers)
        return self.ask("POST", path, asked, body, headers)

    def ask(
        self,
        method: str,
        path: str,
        asked: Mapping[str, Any] | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request and return what answers it; raises what it refuses, and Unavailable where nobody answers."""
        given = {name: one for name, one in (asked or {}).items() if one not in (None, "")}
        left = TRIES
        while True:
            left -= 1
            try:
                content = body() if callable(body) else body
                return raised(
                    self._http.request(method, path, params=given, content=content, headers=headers)
                )
            except httpx.TransportError as error:
                if not left:
                    raise Unavailable(
                        "no-answer",
                        _("{url} does not answer ({words}): check the address, and whether the node runs."),
                        url=str(self._http.base_url.copy_with(path="/")),
                        words=type(error).__name__,
                    ) from error


def content(source: Path | bytes | BinaryIO) -> Body:
    """Return what to send of a file; a stream is read at once, since it can be read once."""
    if isinstance(source, bytes):
        return source
    if isinstance(source, Path):
        return lambda: _pieces(source)
    return source.read()


def written(moment: datetime | None) -> str | None:
    """Write an instant for an address; one without a zone is in UTC."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece
