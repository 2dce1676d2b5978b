"""Hand one request to a process of pages, and its answer back, each part as it comes and none faster than it is taken."""

from __future__ import annotations

import asyncio
import contextlib
from enum import Enum

from cordiale.platform.asgi import Receive, Scope, Send
from cordiale.web.processes import frames
from cordiale.web.processes.frames import Began, Done, Piece


class Went(Enum):
    """How it went: answered; nothing was answered, as the process ended before; or the answer broke off in the middle."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    BROKEN = "broken"


class Link:
    """A socket to one process, for one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.carried = False
        self.left = False

    @property
    def is_clean(self) -> bool:
        """Tell whether another request may follow on it."""
        return self.carried and not self.writer.is_closing()

    def close(self) -> None:
        """End it; a request that is under way on it is told that nobody waits any more."""
        self.writer.close()


async def hand(link: Link, scope: Scope, receive: Receive, send: Send) -> Went:
    """Have a request answered by the process at the other end; one whose client left counts as answered."""
    one = frames.asked(scope)
    link.carried, link.left = not one.body, False
    link.writer.write(frames.packed(one))
    carrier = asyncio.create_task(_carry(link, receive))
    begun = False
    try:
        while (frame := await frames.read(link.reader)) is not None:
            if isinstance(frame, Began):
                begun = True
                await send({"type": "http.response.start", "status": frame.status, "headers": frame.headers})
            elif isinstance(frame, Piece):
                if not frame.more:
                    carrier.cancel()  # before the server says that its client is done with, as one who left
                await send({"type": "http.response.body", "body": frame.content, "more_body": frame.more})
            elif isinstance(frame, Done):
                return Went.ANSWERED
        if link.left:
            return Went.ANSWERED
        return Went.BROKEN if begun else Went.UNANSWERED
    except BaseException:
        link.close()
        raise
    finally:
        carrier.cancel()


async def _carry(link: Link, receive: Receive) -> None:
    """Hand the body on, then wait for the client to leave, which ends the socket."""
    with contextlib.suppress(ConnectionError):
        while True:
            message = await receive()
            if message["type"] != "http.request":
                link.left = True
                link.close()
                return
            if link.carried:
                continue  # the server says once of a request without a body that there is none
            more = bool(message.get("more_body"))
            for piece in frames.pieces(message.get("body", b""), more):
                link.writer.write(frames.packed(piece))
                await link.writer.drain()
            link.carried = not more
