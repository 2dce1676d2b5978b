"""`/healthz`, `/readyz` and `/metrics`: for supervisors and monitors, not for people."""

from __future__ import annotations

import asyncio
import hmac
from typing import TYPE_CHECKING, Final

from cordiale.exchange.partners.tls import is_loopback
from cordiale.platform.asgi import Scope, Send
from cordiale.platform.errors import ConfigurationError, explain
from cordiale.web.headers import plain

if TYPE_CHECKING:
    from cordiale.node.node import Node


PATHS: Final = ("/healthz", "/readyz", "/metrics")


async def monitor(node: Node, scope: Scope, send: Send) -> None:
    """Answer one of `PATHS`.

    Whether the node lives and is ready, anybody may know; why it is not, and the metrics, only who may `read`.
    """
    if scope["method"] not in ("GET", "HEAD"):
        await plain(send, 405, b"Only GET is answered here.\n")
    elif scope["path"] == "/healthz":
        await plain(send, 200, b"ok\n")
    elif scope["path"] == "/readyz":
        from cordiale.node.health import troubles

        found = await asyncio.to_thread(troubles, node.desk, node.ticks.heartbeat)
        age, said = node.ticks.heartbeat.age(), "not ready" if found else "ready"
        if reads(node, scope):
            said += f": {', '.join(found)}" if found else ""
            said += "" if age is None else f"\nlast step of work: {age:.1f} s ago"
        await plain(send, 503 if found else 200, f"{said}\n".encode())
    elif not reads(node, scope):
        await plain(send, 404, b"Not found\n")
    else:
        await _metrics(node, send)


def reads(node: Node, scope: Scope) -> bool:
    """Tell whether a request may read metrics: with the token of monitor.token, else from this machine.

    Where a proxy may stand before the node, everybody seems to be on this machine: then only the token counts.
    """
    monitoring, serve = node.settings.monitor, node.settings.serve
    given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    if monitoring.token:
        return hmac.compare_digest(given, b"Bearer " + monitoring.token.encode())
    client = scope.get("client")
    return not serve.public_url and not serve.certificate and client is not None and is_loopback(client[0])


async def _metrics(node: Node, send: Send) -> None:
    from cordiale.node import metrics

    try:
        body = await asyncio.to_thread(metrics.exposition, node.desk)
    except ConfigurationError as error:
        await plain(send, 501, (explain(error, node.settings.node.language) + "\n").encode())
        return
    await plain(send, 200, body, metrics.CONTENT_TYPE)
