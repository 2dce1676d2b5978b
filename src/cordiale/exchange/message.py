"""Requests and responses as values: what every server function here takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Final, Protocol, runtime_checkable

import msgspec

JSON: Final = {"content-type": "application/json"}
"""Headers of what two nodes say to each other in JSON."""


class Request(msgspec.Struct, frozen=True):
    """Carry one HTTP request as a value.

    `path` is percent-decoded, `query` is the raw query string, header names are lower-case.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Response(msgspec.Struct, frozen=True):
    """Carry one HTTP response as a value; header names are lower-case."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


#: The single place where the outside begins: a socket, or another simulated node.
Transport = Callable[[Request], Response]


class Flow(msgspec.Struct, frozen=True):
    """Carry an HTTP response whose body is read while it comes; `parts` raises Unavailable when it breaks off."""

    status: int
    headers: Mapping[str, str]
    parts: Iterator[bytes]


@runtime_checkable
class Streaming(Protocol):
    """A transport that can also hand over a response while it comes."""

    def __call__(self, request: Request) -> Response:
        """Send one request and return its whole response."""

    def flow(self, request: Request, patience: float) -> AbstractContextManager[Flow]:
        """Send one request and hand over its response as it comes, in silences of up to `patience` seconds."""
