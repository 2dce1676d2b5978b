"""The transport over HTTP: bounded in time and size, never following a redirect."""

from __future__ import annotations

from cordiale.exchange.message import Transport


def http_transport(
    base_url: str, *, timeout: float = 30.0, max_bytes: int = 64 * 1024 * 1024, verify: object = True
) -> Transport:
    """Return a transport to `base_url`; raises Unavailable when the other side cannot be reached."""
    raise NotImplementedError
