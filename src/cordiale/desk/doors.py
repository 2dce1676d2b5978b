"""Addresses that are given to people: where they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from cordiale.desk.desk import Desk


def base(desk: Desk) -> str:
    """Return the address of the pages, without a slash at its end.

    On this machine's own address it is written `localhost`: browsers keep passkeys for names, not for numbers.
    """
    url = desk.home.url.rstrip("/")
    parts = urlsplit(url)
    if parts.hostname == "127.0.0.1":
        return f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else "")
    return url


def address(desk: Desk, kind: str, code: str, **more: str) -> str:
    """Return the link with a code: `kind` is `enrol` or `enter`."""
    return f"{base(desk)}/{kind}?{urlencode({'code': code, **more})}"
