"""Wait at a partner for news: on a stream of events that stays open, or by long poll where a proxy breaks streams."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Final

from cordiale.exchange import records
from cordiale.exchange.home import Home, Partner
from cordiale.exchange.link import wire
from cordiale.exchange.link.asking import ask, challenge_of, decoded, refused
from cordiale.exchange.link.signatures import sign_request
from cordiale.exchange.message import Flow, Request, Response, Streaming, Transport
from cordiale.exchange.serve import wake
from cordiale.platform.errors import ProtocolError, Unavailable
from cordiale.platform.languages import _
from cordiale.store.connection import Store

PATIENCE_S: Final = 2.5 * wake.BEAT_S
"""Seconds of silence after which a stream counts as broken: two signs of life were lost."""

SHORT_S: Final = 5.0
"""A stream that ends sooner than this was cut by something in between, not by its age."""

SHORTS: Final = 3
"""So many short streams in a row, and news are asked for by long poll instead."""

POLLED_S: Final = 600.0
"""Seconds of long polls until streaming is tried again."""

_LARGEST: Final = 4096
_ACCEPT: Final = {"accept": "text/event-stream"}


def listen(store: Store, home: Home, partner: Partner, transport: Transport, *, seconds: float = 25.0) -> int:
    """Wait at the partner for news beyond what we hold (long poll); return its last entry number.

    Raises what `ask` raises.
    """
    query = f"{_holding(store, partner)}&wait={max(0, int(seconds))}"
    answer = ask(home, partner, transport, Request("GET", wake.PATH, query))
    return decoded(answer.body, wire.News, partner).last


def events(parts: Iterable[bytes]) -> Iterator[bytes | None]:
    """Read server-sent events: the data of each, None for a sign of life.

    Raises ProtocolError for one that is larger than a notice can be (WHATWG HTML, section 9.2).
    """
    rest = b""
    for part in parts:
        rest += part
        *whole, rest = rest.split(b"\n\n")
        if len(rest) > _LARGEST:
            raise ProtocolError(
                "exchange.events.size", _("An event is larger than {limit} bytes."), limit=_LARGEST
            )
        for one in whole:
            lines = one.split(b"\n")
            data = [line[5:].strip() for line in lines if line.startswith(b"data:")]
            yield b"\n".join(data) if data and b"event: news" in lines else None


class Ear:
    """Listen to one partner: `wait` returns when a visit is worth while, and keeps the stream open in between."""

    def __init__(
        self,
        store: Store,
        home: Home,
        partner: Partner,
        transport: Transport,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._home, self._partner, self._transport = store, home, partner, transport
        self._monotonic = monotonic
        self._open: ExitStack | None = None
        self._events: Iterator[bytes | None] = iter(())
        self._news: wire.News | None = None
        self._opened_at = 0.0
        self._spoke = False
        self._shorts = 0
        self._polled_until = 0.0

    @property
    def way(self) -> str:
        """Return how news come: `events` or `poll`."""
        return "events" if self._open is not None else "poll"

    def wait(self, seconds: float, *, life: bool = False) -> wire.News | None:
        """Wait for news, or about so many seconds, with `life` for a sign of life only; raises what `ask` raises.

        Returns the news that were told of on the stream that stays open.
        """
        now, self._news = self._monotonic(), None
        if isinstance(self._transport, Streaming) and now >= self._polled_until:
            try:
                self._stream(self._transport, now if life else now + seconds)
            except (Unavailable, ProtocolError) as error:
                was_open, self._news = self._open is not None, None
                self.close()
                if not was_open and not isinstance(error, Unavailable):
                    raise
                self._ended()
            else:
                return self._news
        if self._monotonic() < self._polled_until or not isinstance(self._transport, Streaming):
            listen(self._store, self._home, self._partner, self._transport, seconds=seconds)
        return None

    def close(self) -> None:
        """Let go of the stream."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _stream(self, transport: Streaming, until: float) -> None:
        if self._open is None and not self._connect(transport):
            return
        for data in self._events:
            self._spoke = True
            if data is not None and self._is_news(data):
                return
            if self._monotonic() >= until:
                return
        self.close()
        self._ended()

    def _connect(self, transport: Streaming) -> bool:
        """Open the stream; False when the partner has none, and the long poll is to be used."""
        request = Request("GET", wake.EVENTS, _holding(self._store, self._partner), _ACCEPT)
        signed = sign_request(self._home, request, self._partner.node)
        for _try in range(2):
            stack = ExitStack()
            self._opened_at, self._spoke = self._monotonic(), False
            flow = stack.enter_context(transport.flow(signed, PATIENCE_S))
            if flow.status == 200 and flow.headers.get("content-type", "").startswith("text/event-stream"):
                self._open, self._events = stack, events(flow.parts)
                return True
            with stack:
                answer = _whole(flow)
            challenge = challenge_of(answer) if flow.status == 401 else ""
            if not challenge:
                break
            signed = sign_request(self._home, request, self._partner.node, challenge=challenge)
        if flow.status not in (200, 404, 405, 406, 501):
            raise refused(self._partner, answer)
        self._polled_until = self._monotonic() + POLLED_S  # an older release, or a proxy that knows better
        return False

    def _ended(self) -> None:
        """Count a stream that ended: silence, or short ones in a row, are the work of something in between."""
        lasted = self._monotonic() - self._opened_at
        silent = not self._spoke and lasted >= SHORT_S
        self._shorts = self._shorts + 1 if lasted < SHORT_S else 0
        if silent or self._shorts >= SHORTS:
            self._shorts = 0
            self._polled_until = self._monotonic() + POLLED_S

    def _is_news(self, data: bytes) -> bool:
        """Tell whether a notice says more than we hold."""
        news = decoded(data, wire.News, self._partner)
        with self._store.read() as tx:
            link = records.link(tx, self._partner.number)
        if news.last <= link.received and news.recalls <= link.recalls:
            return False
        self._news = news
        return True


def _holding(store: Store, partner: Partner) -> str:
    with store.read() as tx:
        link = records.link(tx, partner.number)
    return f"after={link.received}&recalls={link.recalls}"


def _whole(flow: Flow) -> Response:
    body = b""
    for part in flow.parts:
        body += part
        if len(body) > _LARGEST:
            break
    return Response(flow.status, flow.headers, body[:_LARGEST])
