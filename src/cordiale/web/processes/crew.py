"""The processes that answer pages: started once pages keep this one busy, asked in turn, started again when one dies.

Whatever none of them can answer is answered here, by the same application: they are never missed, only slower.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from msgspec import structs

from cordiale.platform.asgi import App, Receive, Scope, Send, header
from cordiale.platform.errors import Unavailable, explain
from cordiale.platform.languages import _, negotiate, text
from cordiale.platform.log import logger
from cordiale.web.headers import plain
from cordiale.web.processes.frames import Begin, Frame, Paced, Pacing, Ready, Wake
from cordiale.web.processes.handing import Went
from cordiale.web.processes.load import Load
from cordiale.web.processes.process import Process
from cordiale.web.waiting import waits

Pace = Callable[[bool, bytes], int]
"""Given whether a caller is known, and who: 0, or in how many seconds they may ask."""

HERE: Final = ("/sign-in", "/enrol", "/enter", "/account", "/administration")
"""What is answered here whatever happens: passwords are hashed in one process, so that two at a time stay two; and the state
of the node's own work is known here."""

LIVED_S: Final = 60.0
"""Seconds after which a process that ends did so by accident; one that ends sooner is started again later each time."""

FIRST_S, LONGEST_S = 0.2, 60.0
"""Seconds until one is started again: after the first time, and at most."""

PROGRAMS: Final = "/api/"
"""Where addresses for programs begin."""

_READS: Final = frozenset({"GET", "HEAD"})
ENDED: Final = _(
    "The process that answered ended in the middle. Look whether it was done before you repeat it."
)

log = logger("web")


class Crew:
    """An application (ASGI) that answers by as many processes as there are to be, and until then and else by `here`."""

    def __init__(
        self,
        begin: Begin,
        command: Sequence[str],
        here: App,
        *,
        wake: Callable[[], None],
        pace: Pace,
        language: str = "en",
        load: Load | None = None,
    ) -> None:
        self._begin, self._command, self._here = begin, command, here
        self._wake, self._pace, self._language = wake, pace, language
        self._load = load or Load()
        self._tasks: list[asyncio.Task[None]] = []
        self._processes: dict[int, Process] = {}
        self._closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        one = None if _is_here(scope["path"]) else self._freest(scope)
        went = await one.answer(scope, receive, send) if one is not None else None
        if went is Went.ANSWERED:
            return
        if went is Went.BROKEN:
            raise ConnectionAbortedError  # the server ends the connection: its client sees that a part is missing
        if went is Went.UNANSWERED:
            if scope["method"] not in _READS:
                await self._interrupted(scope, send)
                return
            receive = _anew(receive)
        await self._answered_here(scope, receive, send)

    def start(self) -> None:
        """Start the processes; what is asked meanwhile is answered here."""
        if self._tasks or self._closing:
            return
        _let_open_more()
        for number in range(1, self._begin.of + 1):
            self._tasks.append(asyncio.create_task(self._keep(number)))

    async def close(self) -> None:
        """End them all, in order."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for one in self._processes.values():
            one.leave()
        await asyncio.to_thread(self.end)

    def end(self) -> None:
        """End what is left of them, also where nothing ended in order and there is no loop any more."""
        self._closing = True
        left = list(self._processes.values())
        self._processes.clear()
        for one in left:
            one.cut_off()
        for one in left:
            one.wait()

    @property
    def ready(self) -> list[Process]:
        """Return the processes that answer now."""
        return [one for one in self._processes.values() if one.is_ready]

    def _freest(self, scope: Scope) -> Process | None:
        """Return who has least to do; those who only wait for news are shared out by themselves."""
        ready = self.ready
        if not ready:
            return None
        if waits(scope):
            return min(ready, key=lambda one: (one.listening, one.answering))
        return min(ready, key=lambda one: (one.answering, one.listening))

    async def _answered_here(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._tasks or waits(scope):
            await self._here(scope, receive, send)
            return
        await self._here(scope, receive, send)
        self._load.answered()
        if self._load.is_busy:
            self.start()

    async def _interrupted(self, scope: Scope, send: Send) -> None:
        """Say that nobody knows whether it was done, as text or as programs want it (RFC 9457)."""
        lang = negotiate(header(scope, b"accept-language"), self._language)
        said = explain(Unavailable("interrupted", ENDED), lang)
        if not scope["path"].startswith(PROGRAMS):
            await plain(send, 503, f"{said}\n".encode())
            return
        title = text(lang, _("This did not work"))
        problem = {
            "type": "about:blank",
            "title": title,
            "status": 503,
            "detail": said,
            "code": "interrupted",
        }
        await plain(send, 503, msgspec.json.encode(problem), "application/problem+json")

    async def _keep(self, number: int) -> None:
        """Have one process of this number run until all end."""
        loop = asyncio.get_running_loop()
        short = 0
        while not self._closing:
            began = loop.time()
            try:
                one = await asyncio.to_thread(self._started, number)
                await one.listen(lambda frame, one=one: self._heard(one, frame))  # type: ignore[misc]
                one.leave()
                code = await asyncio.to_thread(one.wait)
            except OSError as error:
                log.error("a process for pages does not start", number=number, error=error)
            else:
                log.warning("a process for pages ended and is started again", number=number, ended_with=code)
            short = 0 if loop.time() - began >= LIVED_S else short + 1
            await asyncio.sleep(min(LONGEST_S, FIRST_S * 2.0 ** min(short, 20)))

    def _started(self, number: int) -> Process:
        one = self._processes[number] = Process(structs.replace(self._begin, number=number), self._command)
        if self._closing:  # it began while all ended
            one.cut_off()
        return one

    async def _heard(self, one: Process, frame: Frame) -> None:
        if isinstance(frame, Ready):
            one.is_ready = True
            log.info("a process for pages answers", number=one.number, process=one.pid)
        elif isinstance(frame, Wake):
            self._wake()
        elif isinstance(frame, Pacing):
            one.tell(Paced(frame.number, self._pace(frame.known, frame.caller)))


def _is_here(path: str) -> bool:
    return any(path == start or path.startswith(start + "/") for start in HERE)


def _anew(receive: Receive) -> Receive:
    """Return a `receive` that says again that a request has no body: that was heard when it was handed on in vain."""
    said = False

    async def again() -> Any:
        nonlocal said
        if said:
            return await receive()
        said = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return again


def _let_open_more() -> None:
    """Allow as many open files as the system lets us: each request that is handed on takes one more."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 16_384 if hard == resource.RLIM_INFINITY else min(hard, 16_384)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
