"""Everybody who waits for news, in one event loop: one look at the store for all of them, and no thread for any."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from cordiale.exchange.home import Partner
from cordiale.exchange.message import Request, Response
from cordiale.exchange.records.reaches import Reach, reaches
from cordiale.exchange.serve import wake
from cordiale.platform.asgi import Receive, Send
from cordiale.platform.log import logger
from cordiale.store.connection import Store

log = logger("exchange")


#: Seconds a reader may leave the bytes of one notice in our buffers before it is cut off.
STUCK_S = 10.0
#: Seconds between two looks at least: many commits in a row are one look.
REST_S = 0.005

_HEADERS = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class Waiting:
    """One connection that waits; `moved` is set when its partner's numbers changed or it is to end."""

    def __init__(self) -> None:
        self.moved = asyncio.Event()
        self.ended = False


class Hub:
    """Look at the store once for all who wait: when this process rings, else every `wake.LOOK_S`."""

    def __init__(self, store: Store, bell: wake.Bell) -> None:
        self._store, self._bell = store, bell
        self._known: Mapping[int, Reach] = {}
        self._token: object = None
        self._waiting: dict[int, set[Waiting]] = {}
        self._streams: dict[int, Waiting] = {}
        self._task: asyncio.Task[None] | None = None
        self._away = False  # said once, not at every look

    @property
    def streams(self) -> int:
        """Return how many partners wait on a stream."""
        return len(self._streams)

    def reach(self, number: int) -> Reach | None:
        """Return how far a partner's stream reaches, as last seen."""
        return self._known.get(number)

    @asynccontextmanager
    async def joined(self, number: int) -> AsyncIterator[Waiting]:
        """Wait for news of one partner until the block is left."""
        one = Waiting()
        self._waiting.setdefault(number, set()).add(one)
        try:
            self._look()
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._run())
            yield one
        finally:
            others = self._waiting[number]
            others.discard(one)
            if not others:
                del self._waiting[number]

    async def poll(self, request: Request, partner: Partner) -> Response:
        """Answer a long poll: when there is news beyond what it names, or when its time is over."""
        loop = asyncio.get_running_loop()
        end, told = loop.time() + wake.seconds(request), wake.told(request)
        async with self.joined(partner.number) as one:
            while True:
                one.moved.clear()
                reach = self._known[partner.number]
                left = end - loop.time()
                if left <= 0 or reach.last > told.last or reach.recalls > told.recalls:
                    return wake.answer(reach)
                await _moved(one, left)

    async def stream(self, told: wake.Told, partner: Partner, receive: Receive, send: Send) -> None:
        """Send notices until the reader goes, is too slow, or is not to be told any more.

        A partner has one stream: a later one ends the one before.
        """
        loop = asyncio.get_running_loop()
        async with self.joined(partner.number) as one:
            before = self._streams.get(partner.number)
            if before is not None:
                before.ended = True
                before.moved.set()
            self._streams[partner.number] = one
            gone = asyncio.ensure_future(_gone(receive, one))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
                # the reader sees at once that nothing in between holds the stream back
                await _part(send, wake.BEAT)
                end, spoken, silence = loop.time() + wake.LIFE_S, loop.time(), wake.BEAT_S
                while not one.ended and loop.time() < end:
                    one.moved.clear()
                    now = loop.time()
                    done = wake.step(told, self._known.get(partner.number), now)
                    told = done.told
                    if done.over:
                        break
                    if done.notice or now - spoken >= silence:
                        await _part(send, done.notice or wake.BEAT)
                        spoken, silence = now, wake.SOON_S if done.notice else wake.BEAT_S
                    await _moved(one, min(done.wait, spoken + silence - now))
                if not gone.done():
                    await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), STUCK_S)
            except (TimeoutError, OSError):
                return  # who reads nothing is cut off
            finally:
                gone.cancel()
                if self._streams.get(partner.number) is one:
                    del self._streams[partner.number]

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        rung = asyncio.Event()

        def heard() -> None:
            try:
                loop.call_soon_threadsafe(rung.set)
            except RuntimeError:
                return  # the loop is closed: nobody waits any more

        end = self._bell.listen(heard)
        try:
            while self._waiting:
                self._look_again()
                await asyncio.sleep(REST_S)
                try:
                    await asyncio.wait_for(rung.wait(), wake.LOOK_S - REST_S)
                except TimeoutError:
                    continue
                finally:
                    rung.clear()
        finally:
            end()

    def _look_again(self) -> None:
        """Look, and let those who wait go on waiting when the database does not answer: it may the next time."""
        try:
            self._look()
        except Exception as error:  # noqa: BLE001 (whatever took the database away, it is tried again)
            if not self._away:
                log.warning("the database is away: who waits for news is told late", error=error)
            self._away = True
        else:
            self._away = False

    def _look(self) -> None:
        """Read all numbers when something was committed; wake those whose numbers moved."""
        token = self._store.changed()
        if token == self._token:
            return
        with self._store.read() as tx:
            found = reaches(tx)
        self._token = token
        before, self._known = self._known, found
        for number, waiting in self._waiting.items():
            if before.get(number) != found.get(number):
                for one in waiting:
                    one.moved.set()


async def _moved(one: Waiting, seconds: float) -> None:
    try:
        await asyncio.wait_for(one.moved.wait(), max(0.0, seconds))
    except TimeoutError:
        return


async def _part(send: Send, body: bytes) -> None:
    await asyncio.wait_for(send({"type": "http.response.body", "body": body, "more_body": True}), STUCK_S)


async def _gone(receive: Receive, one: Waiting) -> None:
    """Wait until the reader is gone; a request that says something more is not listened to."""
    while (await receive())["type"] != "http.disconnect":
        continue
    one.ended = True
    one.moved.set()
