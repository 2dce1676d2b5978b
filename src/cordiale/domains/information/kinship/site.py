"""What a site is called: the host of its addresses."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,62}\.)+[a-z0-9-]{2,63}")


def site_of(address: str) -> str:
    """Return the site of an address: its host in lower case without `www.`; empty for what has none."""
    try:
        host = (urlsplit(address).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    host = host.removeprefix("www.")
    return host if _HOST.fullmatch(host) else ""
