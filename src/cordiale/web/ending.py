"""End what still waits for news when the node is told to stop: its readers get a whole answer, and the log no error."""

from __future__ import annotations

import asyncio
from socket import socket
from typing import Any, Final

import uvicorn

from cordiale.platform.asgi import App, Receive, Scope, Send

PATIENCE_S: Final = 0.5
"""Seconds that answers under way have to become whole by themselves. What writes has until the server cuts it off."""

_WAITS: Final = ("GET", "HEAD")
"""Methods of what may wait for news. To be told 503 of a write that is carried out would ask for it a second time."""


class Requests:
    """The requests that are being answered; `end` breaks off those that are left."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._ending = False

    def answered_by(self, app: App) -> App:
        """Return `app` so that what `end` breaks off is answered to its end: 503 where nothing was said yet."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            task = asyncio.current_task()
            if scope["type"] != "http" or scope["method"] not in _WAITS or task is None:
                await app(scope, receive, send)
                return
            said = ""

            async def told(message: Any) -> None:
                nonlocal said
                await send(message)
                last = message["type"] == "http.response.body" and not message.get("more_body")
                said = "all" if last else "some"

            self._tasks.add(task)
            try:
                await app(scope, receive, told)
            except asyncio.CancelledError:
                if not self._ending:
                    raise
                if not said:
                    headers = [(b"retry-after", b"5"), (b"connection", b"close")]
                    await send({"type": "http.response.start", "status": 503, "headers": headers})
                if said != "all":
                    await send({"type": "http.response.body", "body": b""})
            finally:
                self._tasks.discard(task)

        return answer

    def end(self) -> None:
        """Break off what is still being answered."""
        self._ending = True
        for task in self._tasks:
            task.cancel()


class Server(uvicorn.Server):
    """A server that breaks off by itself what still waits when it is told to stop."""

    def __init__(self, config: uvicorn.Config, requests: Requests) -> None:
        super().__init__(config)
        self._requests = requests

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop accepting, let answers become whole, break off the others, and end."""
        asyncio.get_running_loop().call_later(PATIENCE_S, self._requests.end)
        await super().shutdown(sockets)
