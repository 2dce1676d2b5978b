"""The cookies that say who a browser is: their names, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from cordiale.platform.asgi import Scope, header

_LONGEST = 16_384


def read(scope: Scope) -> Mapping[str, str]:
    """Return the cookies of a request; none where they cannot be read."""
    written = "; ".join(v.decode("latin-1") for k, v in scope["headers"] if k == b"cookie")
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(written[:_LONGEST]).items()}
    except CookieError:
        return {}


def is_secure(scope: Scope, public_url: str) -> bool:
    """Tell whether a browser reached us by TLS: directly, or by the proxy under the node's public address."""
    if scope.get("scheme") == "https":
        return True
    public = urlsplit(public_url)
    host = header(scope, b"host")
    return public.scheme == "https" and host.lower() == public.netloc.lower()


def name_of(kind: str, node: str, *, secure: bool) -> str:
    """Return the name of a cookie; nodes on one host have cookies of their own, whatever their ports.

    `__Host-` (RFC 6265bis) keeps other hosts of a domain from setting it; browsers take it over TLS only.
    """
    return f"{'__Host-' if secure else ''}cordiale-{kind}-{node}"


def written(name: str, value: str, *, secure: bool, seconds: int | None = None) -> tuple[bytes, bytes]:
    """Return the header that sets a cookie for this host alone, `seconds` long or while the browser runs; 0 removes it.

    `Lax`, not `Strict`: a link in a message opens the page it names for who is signed in. It carries no form: every
    POST must have the browser's own token besides.
    """
    parts = [f"{name}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if secure:
        parts.append("Secure")
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    return b"set-cookie", "; ".join(parts).encode("latin-1")
