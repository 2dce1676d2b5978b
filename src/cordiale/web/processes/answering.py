"""What runs in a process of pages: it opens the node beside the one that serves it, and answers what it is handed.

It listens nowhere and does none of the node's own work. It ends when the process that started it closes their socket, whatever
ended that one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale import __version__
from cordiale.platform import log as logs
from cordiale.platform.asgi import App
from cordiale.platform.collector import settle
from cordiale.platform.log import logger
from cordiale.platform.settings import Settings
from cordiale.web.headers import plain
from cordiale.web.mounting import Mounting
from cordiale.web.processes import frames
from cordiale.web.processes.frames import Asked, Began, Begin, Done, Paced, Pacing, Piece, Ready, Wake

if TYPE_CHECKING:
    from cordiale.node.node import Node

OTHER_RELEASE: Final = 3
"""Exit code of a process that is of another release than the one that started it."""

log = logger("web")


def answer(talk: socket.socket, given: socket.socket, mounting: Mounting) -> None:
    """Answer pages, and what `mounting` puts beside them, until the other end of `talk` is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # who started us ends us, after what is under way; a handler, unlike ignoring, is not handed down to what we start
        signal.signal(number, lambda _number, _frame: None)
    begin = _first(talk)
    settings = msgspec.json.decode(begin.settings, type=Settings, dec_hook=lambda kind, text: kind(text))
    logs.prepare(settings.log.level, settings.log.format, f"pages-{begin.number}")
    if begin.release != __version__:
        # another release was installed meanwhile: it would bring the database to its own schema under the one that serves
        log.error(
            "another release is installed: start the node again", serves=begin.release, installed=__version__
        )
        raise SystemExit(OTHER_RELEASE)

    from cordiale.node.opening import open_node

    front = Front()
    with open_node(Path(begin.path), settings=settings, wake=front.wake) as node:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(_until_left(node, begin, front, talk, given, mounting))
    os._exit(0)  # whoever asked is gone: a thread that still works for them is not waited for


def _first(talk: socket.socket) -> Begin:
    with talk.makefile("rb", buffering=0) as stream:
        length = int.from_bytes(_exactly(stream, 4), "big")
        frame = frames.unpacked(_exactly(stream, length))
    assert isinstance(frame, Begin)
    return frame


def _exactly(stream: Any, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = stream.read(size - len(content))
        if not piece:
            raise SystemExit(0)  # whoever started us is gone
        content += piece
    return content


class Front:
    """The process that listens, as one behind it speaks to it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._asked: dict[int, asyncio.Future[int]] = {}
        self._number = 0

    def meet(self, writer: asyncio.StreamWriter) -> None:
        """Speak by this writer from now on."""
        self._loop, self._writer = asyncio.get_running_loop(), writer

    def say(self, frame: Ready | Wake | Pacing) -> None:
        """Say one thing, from the thread of the loop."""
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(frames.packed(frame))

    def wake(self) -> None:
        """Ask for a cut at once, from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.say, Wake())

    async def pace(self, known: bool, caller: bytes) -> int:
        """Return 0, or in how many seconds this caller may ask."""
        self._number += 1
        number, answer = self._number, asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            self.say(Pacing(number, known, caller))
            return int(await answer)
        finally:
            del self._asked[number]

    def heard(self, paced: Paced) -> None:
        """Take an answer."""
        waiting = self._asked.get(paced.number)
        if waiting is not None and not waiting.done():
            waiting.set_result(paced.seconds)


async def _until_left(
    node: Node, begin: Begin, front: Front, talk: socket.socket, given: socket.socket, mounting: Mounting
) -> None:
    from cordiale.web.app import faces

    reader, writer = await asyncio.open_unix_connection(sock=talk)
    front.meet(writer)
    app = faces(
        node,
        pages=begin.pages,
        any_host=begin.any_host,
        loaded=settle,
        mounted=mounting(node, front.pace),
        of=begin.of,
        at_once=True,
    )
    loop = asyncio.get_running_loop()
    running: set[asyncio.Task[None]] = set()

    def taken() -> None:
        try:
            _said, handles, _flags, _from = socket.recv_fds(given, 1, 1)
        except BlockingIOError:
            return
        if not handles:
            loop.remove_reader(given)
            return
        task = loop.create_task(_served(app, socket.socket(fileno=handles[0])))
        running.add(task)
        task.add_done_callback(running.discard)

    given.setblocking(False)
    loop.add_reader(given, taken)
    front.say(Ready())
    while (frame := await frames.read(reader)) is not None:
        if isinstance(frame, Paced):
            front.heard(frame)


async def _served(app: App, link: socket.socket) -> None:
    """Answer the requests that come on one socket, one after the other."""
    reader, writer = await asyncio.open_unix_connection(sock=link)
    inward = _Inward(reader)
    try:
        while (frame := await inward.next()) is not None:
            if isinstance(frame, Asked):
                await _one(app, frame, inward, writer)
    except ConnectionError:
        pass
    except Exception as error:  # noqa: BLE001 - the other end sees that nothing more comes, and says so
        log.error("a request that was handed on failed", error=error)
    finally:
        writer.close()


async def _one(app: App, asked: Asked, inward: _Inward, writer: asyncio.StreamWriter) -> None:
    """Answer one request; where the application fails before it began, say so as the server does (500), so that nobody asks again.

    Where it fails in the middle of an answer, the end of what is said shows that a part is missing.
    """
    whole = not asked.body
    said = begun = complete = False

    async def receive() -> dict[str, Any]:
        nonlocal whole, said
        if whole and not said and not asked.body:
            said = True
            return {"type": "http.request", "body": b"", "more_body": False}
        frame = await inward.next(keep=whole)
        if not isinstance(frame, Piece):
            return {"type": "http.disconnect"}
        whole = not frame.more
        return {"type": "http.request", "body": frame.content, "more_body": frame.more}

    async def send(message: Any) -> None:
        nonlocal begun, complete
        if writer.is_closing() or inward.over:
            return  # as a server does whose client left
        if message["type"] == "http.response.start":
            begun = True
            headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
            writer.write(frames.packed(Began(message["status"], headers)))
        elif message["type"] == "http.response.body":
            more = bool(message.get("more_body"))
            complete = not more
            with contextlib.suppress(ConnectionError):
                for piece in frames.pieces(message.get("body", b""), more):
                    writer.write(frames.packed(piece))
                    await writer.drain()

    try:
        await app(frames.scope_of(asked), receive, send)
    except Exception as error:  # noqa: BLE001 - the client is told, as by the server where there are no such processes
        log.error("a request that was handed on failed", error=error)
        if begun and not complete:
            writer.write_eof()  # closing would drop what is on its way; the other end closes
            return
        if not begun:
            await plain(send, 500, b"Internal Server Error\n")
    writer.write(frames.packed(Done()))
    await writer.drain()


class _Inward:
    """Frames of one socket, each read to its end even where nobody waits for it any more."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._under_way: asyncio.Task[frames.Frame | None] | None = None
        self.over = False

    async def next(self, *, keep: bool = False) -> frames.Frame | None:
        """Return the next frame, None at the end; `keep` leaves one that is no end for who asks next."""
        if self._under_way is None:
            self._under_way = asyncio.create_task(frames.read(self._reader))
        frame = await asyncio.shield(self._under_way)
        if frame is None:
            self.over = True
        elif not keep:
            self._under_way = None
        return frame
