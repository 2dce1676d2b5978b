"""Tell a waiting partner “news up to n, recalls m” without saying anything else.

A partner waits on a stream of server-sent events or, where a proxy breaks those, in a long poll. What it is told follows
from its own stream, from what it acknowledged and from time alone, by `step`; nothing that is hidden from it has a part.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import msgspec

from cordiale.exchange.link import wire
from cordiale.exchange.message import Request, Response
from cordiale.exchange.records.reaches import Reach
from cordiale.exchange.restore.rejoin import CODES, STATE
from cordiale.platform.errors import ProtocolError

PATH: Final = wire.BASE + "news"
EVENTS: Final = wire.BASE + "events"

LONGEST: Final = 50
"""Seconds a long poll waits at most: below the idle time-out of common proxies (60 s)."""

LOOK_S: Final = 0.05
"""Seconds between two looks for what another process committed; what this one cuts is told at once."""

BEAT_S: Final = 10.0
"""Seconds of silence after which a stream shows that it lives."""

SOON_S: Final = 1.0
"""Seconds of silence after a notice until a sign of life: who followed the notice in a hurry does the rest of a visit then."""

AGAIN_S: Final = 1.0
"""Seconds until a notice that was not acknowledged may be followed by another."""

SLOW_S: Final = 60.0
"""Seconds without any acknowledgement after which a stream is ended: its reader comes back when it is well."""

LIFE_S: Final = 3600.0
"""Seconds a stream lasts: then its reader signs anew."""

BEAT: Final = b":\n\n"


class Told(msgspec.Struct, frozen=True):
    """Remember what one waiting partner knows; `at` and `since` (monotonic seconds) are None when nothing is open.

    `at` is when the notice was sent that is not acknowledged yet, `since` when the partner last acknowledged anything
    since the first such notice.
    """

    last: int
    recalls: int
    acknowledged: int = 0
    at: float | None = None
    since: float | None = None


class Step(msgspec.Struct, frozen=True):
    """Say what to do now: send `notice`, or end the stream (`over`), or wait at most `wait` seconds."""

    told: Told
    notice: bytes = b""
    over: bool = False
    wait: float = BEAT_S


def step(told: Told, reach: Reach | None, now: float) -> Step:
    """Decide what a waiting partner is told.

    At most one notice is under way: the next one, with the newest numbers, goes when the one before was acknowledged or
    after `AGAIN_S`. Who acknowledges nothing for `SLOW_S`, or is not to be served any more, is cut off.
    """
    if reach is None or reach.state != "confirmed" or (reach.link == STATE and reach.code in CODES):
        return Step(told, over=True)
    if told.at is not None and reach.acknowledged >= told.last:
        told = Told(told.last, told.recalls, reach.acknowledged)
    elif told.since is not None and reach.acknowledged > told.acknowledged:
        told = msgspec.structs.replace(told, acknowledged=reach.acknowledged, since=now)
    if told.since is not None and now - told.since >= SLOW_S:
        return Step(told, over=True)
    if reach.last <= told.last and reach.recalls <= told.recalls:
        return Step(told)
    if told.at is not None and now - told.at < AGAIN_S:
        return Step(told, wait=AGAIN_S - (now - told.at))
    since = now if told.since is None else told.since
    owed = reach.acknowledged < reach.last  # a recall alone is not acknowledged by a checkpoint
    sent = Told(reach.last, reach.recalls, reach.acknowledged, now if owed else None, since if owed else None)
    return Step(sent, notice(wire.News(reach.last, reach.recalls)))


def notice(news: wire.News) -> bytes:
    """Write one event: the same numbers a long poll is answered with."""
    return b"event: news\ndata: " + msgspec.json.encode(news) + b"\n\n"


def seconds(request: Request) -> int:
    """Return how long a request asks to wait, 0 when it is not a long poll."""
    if request.method != "GET" or request.path.rstrip("/") != PATH:
        return 0
    try:
        return min(wire.numbers(request, "wait")["wait"], LONGEST)
    except ProtocolError:
        return 0


def is_stream(request: Request) -> bool:
    """Tell whether a request opens a stream of events."""
    return request.method == "GET" and request.path.rstrip("/") == EVENTS


def told(request: Request) -> Told:
    """Return what the asking partner says it was told; raises ProtocolError."""
    after = wire.numbers(request, "after", "recalls")
    return Told(after["after"], after["recalls"])


def answer(reach: Reach) -> Response:
    """Answer a long poll with “news up to n”."""
    body = msgspec.json.encode(wire.News(reach.last, reach.recalls))
    return Response(200, {"content-type": "application/json"}, body)


class Bell:
    """Ring for what this process just committed; `ring` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: tuple[Callable[[], None], ...] = ()

    def ring(self) -> None:
        """Call everybody who listens."""
        for heard in self._heard:
            heard()

    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Have `heard` called at each ring; return what ends that."""
        with self._lock:
            self._heard = (*self._heard, heard)

        def end() -> None:
            with self._lock:
                self._heard = tuple(one for one in self._heard if one is not heard)

        return end
