"""Whose name a browser thinks it is talking to: the answer to DNS rebinding."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def host_of(header: str) -> str:
    """Return the name in a Host header without its port, lower-case."""
    if header.startswith("["):
        return header.partition("]")[0].lower() + "]"
    return header.partition(":")[0].lower()


def is_known(header: str, names: Iterable[str] = ()) -> bool:
    """Tell whether a Host header names this machine's loopback address or one of `names`."""
    host = host_of(header)
    if host in LOCAL_NAMES or host in names:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
