"""Who waits for news is told its own numbers, one notice at a time, on a stream or by long poll; nobody costs a thread."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import pytest

from cordiale.exchange import records
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.link.wire import News
from cordiale.exchange.message import Flow, Request, Response
from cordiale.exchange.records.reaches import Reach
from cordiale.exchange.serve import wake
from cordiale.exchange.serve.asgi import application
from cordiale.exchange.serve.hub import Hub
from cordiale.exchange.serve.wake import AGAIN_S, SLOW_S, Told, step
from cordiale.exchange.visit.listening import POLLED_S, SHORTS, Ear, events
from cordiale.platform.asgi import App
from cordiale.platform.errors import ProtocolError, Unavailable
from tests.unit.exchange.world import Node, connect, indicator, make

FRA = 1


def reach(last: int, *, recalls: int = 0, acknowledged: int = 0, state: str = "confirmed", code: str = "") -> Reach:  # fmt: skip
    return Reach(FRA, "FRA", last, recalls, acknowledged, None, state, "rejoin" if code else "up", code)


def test_a_notice_says_up_to_which_entry_and_recall_there_is_news_and_nothing_else() -> None:
    done = step(Told(3, 0), reach(7, recalls=1, acknowledged=3), 0.0)
    assert done.notice == b'event: news\ndata: {"last":7,"recalls":1}\n\n'
    assert list(events([done.notice])) == [b'{"last":7,"recalls":1}']
    assert step(Told(7, 1), reach(7, recalls=1), 0.0).notice == b""


def test_one_notice_is_under_way_at_most_and_the_next_has_the_newest_numbers() -> None:
    told = step(Told(0, 0), reach(1), 0.0).told
    held = step(told, reach(2), 0.1)
    assert (held.notice, held.told) == (b"", told)
    assert held.wait == pytest.approx(AGAIN_S - 0.1)
    assert step(told, reach(9, acknowledged=1), 0.2).notice == wake.notice(News(9, 0))
    assert step(told, reach(5), AGAIN_S).notice == wake.notice(News(5, 0))


def test_who_acknowledges_nothing_is_cut_off_and_who_does_goes_on() -> None:
    idle = step(Told(0, 0), reach(100), 0.0).told
    assert step(idle, reach(100), SLOW_S).over
    slow = step(idle, reach(100, acknowledged=40), SLOW_S - 1).told
    assert not step(slow, reach(100, acknowledged=40), SLOW_S + 1).over
    caught_up = step(slow, reach(100, acknowledged=100), SLOW_S + 2).told
    assert not step(caught_up, reach(100, acknowledged=100), 10 * SLOW_S).over


@pytest.mark.parametrize("gone", [None, reach(1, state="suspended"), reach(1, code="exchange.restored")])
def test_who_is_not_served_any_more_is_told_nothing(gone: Reach | None) -> None:
    done = step(Told(0, 0), gone, 0.0)
    assert (done.over, done.notice) == (True, b"")


# The server, driven by ASGI values ------------------------------------------------------------------


class Reader:
    """A partner that holds a stream open: what it was sent, and whether it takes it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.status = 0
        self.ended = False
        self.reads = True
        self.news = asyncio.Event()
        self.gone = asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if not self.reads:
            await asyncio.Event().wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        self.sent.append(message["body"])
        self.ended = not message.get("more_body")
        self.news.set()

    async def until(self, last: bytes) -> None:
        while last not in b"".join(self.sent):
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 10)


def opened(
    app: App, there: Node, reader: Reader, query: str = "after=0&recalls=0", path: str = wake.EVENTS
) -> asyncio.Task[None]:
    signed = sign_request(there.home, Request("GET", path, query), "CAN")
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in signed.headers.items()],
    }
    return asyncio.ensure_future(app(scope, reader.receive, reader.send))  # type: ignore[arg-type]


@contextmanager
def two(url: str = "memory://") -> Iterator[tuple[Node, Node]]:
    here, there = make("CAN", url=url), make("FRA")
    connect(here, there)
    connect(there, here)
    yield here, there


def test_a_cut_is_told_at_once_and_what_is_hidden_never_is() -> None:
    async def play(here: Node, there: Node) -> list[bytes]:
        assert here.service is not None
        app, reader = application(here.service), Reader()
        task = opened(app, there, reader)
        await reader.until(b":")
        here.put(indicator("hidden", marking=["tlp:red"]))
        here.cut("FRA")
        here.service.bell.ring()
        here.put(indicator("shown"))
        here.cut("FRA")
        here.service.bell.ring()
        await reader.until(b"news")
        reader.gone.set()
        await asyncio.wait_for(task, 10)
        return reader.sent

    with two() as (here, there):
        assert asyncio.run(play(here, there)) == [wake.BEAT, wake.notice(News(1, 0))]


def test_a_sign_of_life_follows_a_notice_and_who_waits_for_one_returns_at_it() -> None:
    with two() as (here, there):
        news = wake.notice(News(4, 0))
        line = Line(here, stream(wake.BEAT, news, wake.BEAT, wake.BEAT, news))
        one = ear(there, line, [0.0])
        assert one.wait(25) == News(4, 0)
        assert one.wait(25, life=True) is None
        assert one.wait(25) == News(4, 0)  # what only shows life is passed over


def test_what_another_process_of_the_node_commits_is_found_without_a_ring() -> None:
    async def play(here: Node, there: Node) -> None:
        assert here.service is not None
        reader = Reader()
        task = opened(application(here.service), there, reader)
        await reader.until(b":")
        here.put(indicator("shown"))
        here.cut("FRA")
        await reader.until(b'"last":1')
        reader.gone.set()
        await asyncio.wait_for(task, 10)

    with two() as (here, there):
        asyncio.run(play(here, there))


def test_who_waits_hears_again_once_the_database_is_back_and_a_refusal_leaves_nobody_behind() -> None:
    async def play(here: Node, there: Node) -> None:
        assert here.service is not None
        hub, reader, late = Hub(here.store, here.service.bell), Reader(), Reader()
        with here.store.read() as tx:
            known = records.partner(tx, "FRA")
        waits = asyncio.ensure_future(hub.stream(Told(0, 0), known, reader.receive, reader.send))
        await reader.until(b":")
        before = set(hub._waiting[known.number])
        with here.store.write() as tx:
            tx.run("ALTER TABLE exchange_pair RENAME TO away")
            tx.run("INSERT INTO text_dirty (vid) VALUES (1)")
        with pytest.raises(sqlite3.OperationalError):
            await hub.stream(Told(0, 0), known, late.receive, late.send)
        assert hub._waiting[known.number] == before
        assert hub._task is not None
        await asyncio.wait({hub._task}, timeout=2 * wake.LOOK_S)  # it looks meanwhile
        with here.store.write() as tx:
            tx.run("ALTER TABLE away RENAME TO exchange_pair")
        here.put(indicator("shown"))
        here.cut("FRA")
        await reader.until(b'"last":1')
        reader.gone.set()
        await asyncio.wait_for(waits, 10)

    with two() as (here, there):
        asyncio.run(play(here, there))


def test_a_hundred_who_wait_cost_no_thread_each_and_a_partner_has_one_stream() -> None:
    async def play(here: Node, there: list[Node]) -> None:
        assert here.service is not None
        app = application(here.service)
        readers = [Reader() for _one in there]
        tasks = [opened(app, one, reader) for one, reader in zip(there, readers, strict=True)]
        await asyncio.gather(*(reader.until(b":") for reader in readers))
        polls = [Reader() for _n in range(100)]
        tasks += [opened(app, there[0], one, "after=0&wait=50", wake.PATH) for one in polls]
        await asyncio.sleep(0)
        threads = threading.active_count()
        here.put(indicator("shown"))
        here.cut(*(one.home.node for one in there))
        here.service.bell.ring()
        await asyncio.gather(*(reader.until(b'"last":1') for reader in (*readers, *polls)))
        assert threading.active_count() < threads + 20
        again = Reader()
        tasks.append(opened(app, there[0], again, "after=1"))
        await again.until(b":")
        await asyncio.wait_for(tasks[0], 10)
        assert readers[0].ended
        for reader in (*readers, again):
            reader.gone.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 10)

    here = make("CAN")
    there = [make("FRA") if n == 0 else make("GBR") for n in range(2)]
    for one in there:
        connect(here, one)
        connect(one, here)
    asyncio.run(play(here, there))


def test_who_takes_nothing_off_the_line_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordiale.exchange.serve.hub.STUCK_S", 0.05)

    async def play(here: Node, there: Node) -> None:
        assert here.service is not None
        reader = Reader()
        task = opened(application(here.service), there, reader)
        await reader.until(b":")
        reader.reads = False
        here.put(indicator("shown"))
        here.cut("FRA")
        here.service.bell.ring()
        await asyncio.wait_for(task, 10)
        assert reader.sent == [wake.BEAT]

    with two() as (here, there):
        asyncio.run(play(here, there))


def test_a_stranger_gets_no_stream() -> None:
    async def play(here: Node) -> int:
        assert here.service is not None
        reader, stranger = Reader(), make("USA")
        await asyncio.wait_for(opened(application(here.service), stranger, reader), 10)
        return reader.status

    with two() as (here, _there):
        assert asyncio.run(play(here)) == 401


# The reader -----------------------------------------------------------------------------------------


class Line:
    """A way to a partner with something in between: `flows` say what becomes of each stream that is opened."""

    def __init__(self, node: Node, *flows: Any) -> None:
        self.node, self.flows, self.asked = node, list(flows), list[str]()

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.path)
        return self.node.answer(request)

    @contextmanager
    def flow(self, request: Request, patience: float) -> Iterator[Flow]:
        self.asked.append(request.path)
        made = self.flows.pop(0)
        if isinstance(made, Flow):
            yield made
        else:
            raise made


def stream(*parts: bytes) -> Flow:
    return Flow(200, {"content-type": "text/event-stream"}, iter(parts))


def ear(there: Node, line: Line, clock: list[float]) -> Ear:
    with there.store.read() as tx:
        known = records.partner(tx, "CAN")
    return Ear(there.store, there.home, known, line, lambda: clock[0])


def test_the_stream_stays_open_from_visit_to_visit_and_old_news_are_passed_over() -> None:
    with two() as (here, there):
        line = Line(
            here, stream(wake.BEAT, wake.notice(News(0, 0)), wake.notice(News(4, 0)), wake.notice(News(4, 1)))
        )
        one = ear(there, line, [0.0])
        one.wait(25)
        assert one.way == "events"
        one.wait(25)
        assert line.asked == [wake.EVENTS]


@pytest.mark.parametrize("status", [404, 501])
def test_where_there_is_no_stream_the_long_poll_is_used_and_the_stream_tried_again_later(status: int) -> None:
    with two() as (here, there):
        clock = [0.0]
        line = Line(here, Flow(status, {}, iter([b"{}"])), stream(wake.notice(News(4, 0))))
        one = ear(there, line, clock)
        one.wait(0)
        one.wait(0)
        assert (line.asked[0], set(line.asked[1:])) == (wake.EVENTS, {wake.PATH})
        clock[0] += POLLED_S
        one.wait(0)
        assert (one.way, line.asked[-1]) == ("events", wake.EVENTS)


def test_streams_that_something_cuts_short_are_given_up_for_a_while() -> None:
    with two() as (here, there):
        line = Line(here, *(stream(wake.BEAT) for _n in range(SHORTS)))
        one = ear(there, line, [0.0])
        for _n in range(SHORTS + 1):
            one.wait(0.5)
        assert line.asked.count(wake.EVENTS) == SHORTS
        assert line.asked[-1] == wake.PATH


def test_a_proxy_that_holds_everything_back_is_noticed_by_its_silence() -> None:
    with two() as (here, there):
        clock = [0.0]
        line = Line(here)

        class Held:
            def __iter__(self) -> Iterator[bytes]:
                return self  # type: ignore[return-value]

            def __next__(self) -> bytes:
                clock[0] += 25
                raise Unavailable("exchange.unreachable", "silent")

        line.flows = [Flow(200, {"content-type": "text/event-stream"}, iter(Held()))]
        one = ear(there, line, clock)
        one.wait(0)
        assert (one.way, line.asked[0], set(line.asked[1:])) == ("poll", wake.EVENTS, {wake.PATH})


def test_an_event_is_bounded() -> None:
    with pytest.raises(ProtocolError, match="larger than"):
        list(events([b"data: " + b"x" * 5000]))
