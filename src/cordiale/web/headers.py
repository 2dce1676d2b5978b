"""The headers every page carries."""

from __future__ import annotations

from typing import Any

from cordiale.platform.asgi import Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"
)
"""No inline script or style, nothing from elsewhere, no framing (CSP level 3); one policy makes elements from text."""

SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), usb=()"),
)


def secured(send: Send) -> Send:
    """Return a `send` that puts the security headers on every response, whatever made it."""

    async def wrapped(message: Any) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _value in message["headers"]}
            extra = [pair for pair in SECURITY if pair[0] not in own]
            if b"cache-control" not in own:
                extra.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return wrapped


async def plain(send: Send, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
    """Answer with lines of text."""
    send = secured(send)
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
