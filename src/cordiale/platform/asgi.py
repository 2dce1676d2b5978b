"""What an ASGI server and an application hand each other (ASGI 3.0), and the headers of a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
"""The request without its body: path, method, headers as pairs of bytes."""

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str:
    """Return the first header of this name, which is written in lower case; "" where there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
