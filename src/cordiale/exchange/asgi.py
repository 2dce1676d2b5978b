"""The thinnest ASGI application over the server functions, for a web framework to mount."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from cordiale.exchange.service import Service

App = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def application(service: Service) -> App:
    """Return a raw ASGI app for /taxii2/ and /cordiale/v1/ (bounded bodies, long poll)."""
    raise NotImplementedError
