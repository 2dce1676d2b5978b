"""Ask for the segment after the one that is being taken in, so that neither node waits for the other.

What is asked for ahead is only kept as bytes: it is verified and applied in its turn, after what comes before it is committed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

import msgspec

from cordiale.exchange.message import Response
from cordiale.platform.errors import CordialeError

Ask = Callable[[], Response]

#: Begin to ask, and return what waits for the answer and raises what the asking raised.
Begin = Callable[[Ask], Ask]


class _Peeked(msgspec.Struct):
    header: bytes


class _Range(msgspec.Struct):
    last: int


def ends_at(data: bytes) -> int:
    """Return the last entry that a segment says it has, 0 when it cannot be read; nothing of it is verified yet."""
    try:
        return msgspec.json.decode(msgspec.msgpack.decode(data, type=_Peeked).header, type=_Range).last
    except (msgspec.MsgspecError, ValueError):
        return 0


def in_background(ask: Ask) -> Ask:
    """Ask in a thread of its own, for which nobody waits when the node ends: a `Begin`."""
    answer: Future[Response] = Future()

    def run() -> None:
        try:
            answer.set_result(ask())
        except Exception as error:  # noqa: BLE001 (raised where the answer is wanted)
            answer.set_exception(error)

    threading.Thread(target=run, name="cordiale-ahead", daemon=True).start()
    return answer.result


class Ahead:
    """Hold at most one answer that was asked for ahead."""

    def __init__(self, ask: Callable[[int], Response], begin: Begin | None) -> None:
        """`ask(after)` asks for the segment after an entry; without `begin` nothing is asked ahead."""
        self._ask, self._begin = ask, begin
        self._waiting: tuple[int, Ask] | None = None

    def begin(self, after: int) -> None:
        """Ask for what comes after an entry, without waiting for it."""
        if self._begin is not None:
            self._waiting = after, self._begin(lambda: self._ask(after))

    def get(self, after: int) -> Response:
        """Return the segment after an entry, asked for now or before; raises what the asking raises."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting[0] == after:
            return waiting[1]()
        return self._ask(after)

    def end(self) -> None:
        """Let go of what nobody wants any more, after it came: the connection is free then."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            try:
                waiting[1]()
            except CordialeError:
                return
