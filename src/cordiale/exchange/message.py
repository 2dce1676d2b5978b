"""Requests and responses as values: what every server function here takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec


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
