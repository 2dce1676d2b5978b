"""News for open pages, by server-sent events: each reader is told when what they see changed, and not otherwise."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Request, get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from cordiale.desk import verbs
from cordiale.desk.person.sessions import acting_still
from cordiale.platform.errors import CordialeError
from cordiale.web.context import Site

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

LOOK_S: Final = 1.0
"""Seconds between two looks for a commit: one question to the database for all who wait."""

BEAT_S: Final = 15.0
"""Seconds after which a silent connection says that it lives."""

LIFE_S: Final = 300.0
"""Seconds after which a browser connects again, so that a session that ended is noticed."""

SHARE: Final = 4.0
"""Times what it took to look for one reader until the next is looked for: a quarter of a core goes into news at most.

Processes that answer pages share that quarter, and `MOST`.
"""

MOST: Final = 500
"""Connections of all readers; more are asked to come back."""


class Watch:
    """One look at the store for all open pages, and one reader's turn at a time; `seen` counts the commits that were noticed."""

    def __init__(self, desk: Desk, of: int = 1) -> None:
        self._desk = desk
        self._rests = SHARE * of - 1
        self.most = max(1, MOST // of)
        self._token: object = None
        self._task: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()
        self._turn = asyncio.Lock()
        self.open = 0
        self.seen = 0

    async def changed(self, since: int, seconds: float) -> int:
        """Return the count of commits once it differs from `since`, or after so many seconds."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        if self.seen == since:
            moved = self._moved
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(moved.wait(), seconds)
        return self.seen

    async def standing(self, actor: Actor) -> bytes:
        """Return how it stands for one reader, in turn: a commit is news to all at once, and who asks for a page goes first."""
        loop = asyncio.get_running_loop()
        await self._turn.acquire()
        began = loop.time()
        try:
            return await asyncio.to_thread(standing, self._desk, actor)
        finally:
            loop.call_later(self._rests * (loop.time() - began), self._turn.release)

    async def _look(self) -> None:
        while self.open:
            token = await asyncio.to_thread(self._desk.store.changed)
            if token != self._token:
                self._token = token
                self.seen += 1
                moved, self._moved = self._moved, asyncio.Event()
                moved.set()
            await asyncio.sleep(LOOK_S)


def handlers(site: Site) -> list[Any]:
    """Return the route of news."""
    watch = Watch(site.desk, site.of)

    @get("/events")
    async def events(request: Request[Any, Any, Any]) -> ServerSentEvent:
        actor = site.actor(request)
        return ServerSentEvent(told(watch, actor))

    return [events]


async def told(watch: Watch, actor: Actor) -> AsyncIterator[ServerSentEventMessage]:
    """Yield what the pages of one reader are told: at first how it stands, then when it changes."""
    loop = asyncio.get_running_loop()
    ends, spoken, seen, before = loop.time() + LIFE_S, 0.0, -1, b""
    if watch.open >= watch.most:
        return
    watch.open += 1
    try:
        while loop.time() < ends:
            try:
                state = await watch.standing(actor)
            except CordialeError:
                return  # the browser comes back, and is told why
            if state != before:
                yield ServerSentEventMessage(event="state", data=state.decode())
                before, spoken = state, loop.time()
            elif loop.time() - spoken >= BEAT_S:
                yield ServerSentEventMessage(comment="beat")
                spoken = loop.time()
            seen = await watch.changed(seen, BEAT_S)
    finally:
        watch.open -= 1


def standing(desk: Desk, actor: Actor) -> bytes:
    """Return how it stands for one reader, with the rights they have now: a mark of what they see, the numbers of the rail.

    Raises NotFound once they are kept out: their page stays open, and is told nothing more.
    """
    actor = acting_still(desk, actor)
    news = verbs.news(desk, actor)
    alerts = len(verbs.alerts(desk, actor))
    return msgspec.json.encode({"mark": news.mark, "badges": {"today": alerts, "objects": news.total}})
