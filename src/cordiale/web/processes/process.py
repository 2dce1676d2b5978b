"""One process that answers pages, as the process that listens holds it: how it is started, asked and ended."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from cordiale.platform.asgi import Receive, Scope, Send
from cordiale.web.processes import frames
from cordiale.web.processes.frames import Begin, Frame, Paced
from cordiale.web.processes.handing import Link, Went, hand
from cordiale.web.waiting import waits

PATIENCE_S: Final = 3.0
"""Seconds a process is given to end by itself."""

KEPT: Final = 32
"""Sockets kept open to a process for requests to come."""

_ROOM: Final = 1 << 18


class _Deaf(Exception):
    """It takes no further socket."""


class Process:
    """A process and its two sockets: one to talk on, one on which it is given a further socket for each request at a time."""

    def __init__(self, begin: Begin, command: Sequence[str]) -> None:
        self.number = begin.number
        self.answering = self.listening = 0
        self.is_ready = False
        self._free: list[Link] = []
        self._writer: asyncio.StreamWriter | None = None
        self._talk, talk = socket.socketpair()
        self._give, give = socket.socketpair()
        with talk, give:
            passed = (talk.fileno(), give.fileno())
            try:
                self._running = subprocess.Popen(  # noqa: S603 - our own module, our own interpreter
                    [*command, *map(str, passed)],
                    stdin=subprocess.DEVNULL,
                    pass_fds=passed,
                    start_new_session=True,  # an interrupt at the terminal is for who started us
                )
            except OSError:
                self.cut_off()
                raise
        self._talk.sendall(frames.packed(begin))
        self._give.setblocking(False)

    @property
    def pid(self) -> int:
        """Return its number on this machine."""
        return self._running.pid

    async def listen(self, heard: Callable[[Frame], Awaitable[None]]) -> None:
        """Give every word of the process to `heard`; returns when it is gone."""
        reader, self._writer = await asyncio.open_unix_connection(sock=self._talk)
        while (frame := await frames.read(reader)) is not None:
            await heard(frame)
        self.is_ready = False

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> Went | None:
        """Have it answer a request; None where it could not even be asked."""
        waiting = waits(scope)  # for news: that takes no time until there are some
        self.listening += waiting
        self.answering += not waiting
        try:
            link = await self._link()
            went = await hand(link, scope, receive, send)
            self._take_back(link, went)
            return went
        except _Deaf:
            return None
        finally:
            self.listening -= waiting
            self.answering -= not waiting

    def tell(self, word: Paced) -> None:
        """Answer what it asked."""
        if self._writer is not None:
            self._writer.write(frames.packed(word))

    async def _link(self) -> Link:
        while self._free:
            if (known := self._free.pop()).is_clean:
                return known
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._give, [b"\0"], [theirs.fileno()])
            return Link(*await asyncio.open_unix_connection(sock=ours, limit=_ROOM))
        except OSError as error:
            ours.close()
            raise _Deaf from error

    def _take_back(self, link: Link, went: Went) -> None:
        if went is Went.ANSWERED and link.is_clean and self.is_ready and len(self._free) < KEPT:
            self._free.append(link)
        else:
            link.close()

    def leave(self) -> None:
        """Close every socket, which is the word to end."""
        self.is_ready = False
        for link in self._free:
            link.close()
        self._free.clear()
        if self._writer is not None:
            self._writer.close()
        self.cut_off()

    def cut_off(self) -> None:
        """Close what it listens to for its end, from any thread."""
        self.is_ready = False
        for one in (self._talk, self._give):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # also where the loop still holds on to it
            one.close()

    def wait(self, patience: float = PATIENCE_S) -> int:
        """Wait for its end, and end it after so many seconds; return its exit code."""
        try:
            return self._running.wait(patience)
        except subprocess.TimeoutExpired:
            self._running.kill()
            return self._running.wait()
