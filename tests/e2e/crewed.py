"""A node whose pages are answered by real processes, asked one by one as a test wants it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from cordiale import __version__
from cordiale.cli import answering
from cordiale.node import Node
from cordiale.platform.asgi import App
from cordiale.rest.pace import Paces
from cordiale.web.headers import plain
from cordiale.web.processes.crew import Crew
from cordiale.web.processes.frames import Begin
from cordiale.web.processes.process import Process

LONGEST_S = 60.0


def begun(node: Node, of: int = 1, release: str = __version__) -> Begin:
    """Return what a process of pages is told first."""
    settings = msgspec.json.encode(node.settings, enc_hook=str)
    return Begin(str(node.path), settings, True, False, 0, of, release)


class Crewed:
    """The processes of a node, on a loop of their own; `here` answers 418, so that it is seen who answered."""

    def __init__(self, node: Node, of: int) -> None:
        self.woken = threading.Event()
        limits = node.settings.limits
        begin = begun(node, of)
        self.crew = Crew(
            begin,
            answering.COMMAND,
            here,
            wake=self.woken.set,
            pace=Paces(limits.api_per_minute, node.desk.clock).wait,
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._loop.call_soon_threadsafe(self.crew.start)
        until(lambda: len(self.crew.ready) == of)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the loop of the processes."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST_S)

    def one(self, number: int) -> Process:
        """Return the process of a number."""
        return next(one for one in self.crew.ready if one.number == number)

    def by(self, number: int) -> App:
        """Return the application that has everything answered by one process."""
        return self.through(lambda *asked: self.one(number).answer(*asked))

    def by_all(self) -> App:
        """Return the application that has everything answered by whichever has time."""
        return self.through(self.crew)

    def through(self, ask: Callable[..., Any]) -> App:
        """Return an application that asks on the loop of the processes; its client stays until it is answered."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            given = [await receive()]
            size = len(given[0]["body"])
            lengths = [(b"content-length", str(size).encode())] if size else []  # as every client says
            scope = {**scope, "headers": [*scope["headers"], *lengths]}
            said: list[Any] = []

            async def read() -> Any:
                return given.pop() if given else await asyncio.Event().wait()

            async def write(message: Any) -> None:
                said.append(message)

            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(ask(scope, read, write), self._loop))
            for message in said:
                await send(message)

        return app

    def end(self) -> None:
        """End the processes and their loop."""
        self.run(self.crew.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST_S)
        self._loop.close()


async def here(scope: Any, receive: Any, send: Any) -> None:
    """Answer in the process that listens."""
    await plain(send, 418, b"here\n")


def until(is_so: Callable[[], bool]) -> None:
    """Wait for another process to come to something."""
    end = time.monotonic() + LONGEST_S
    while not is_so():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.02)


@contextmanager
def crewed(node: Node, of: int = 2) -> Iterator[Crewed]:
    """Have a node's pages answered by so many processes until the block ends."""
    made = Crewed(node, of)
    try:
        yield made
    finally:
        made.end()
