"""Connections that wait for news, instead of being answered at once."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Final

from cordiale.platform.asgi import header

NEWS: Final = "/events"


def waits(scope: MutableMapping[str, Any]) -> bool:
    """Tell whether a request opens such a connection."""
    return scope["path"] == NEWS or "text/event-stream" in header(scope, b"accept")
