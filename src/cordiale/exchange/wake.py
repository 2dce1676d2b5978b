"""Tell a waiting partner “news up to n” without saying anything else.

The request waits in the server, not in a thread: `Wait.over` is asked in small steps and looks at
the database only when something was committed since it last looked.
"""

from __future__ import annotations

import msgspec

from cordiale.exchange import nodes
from cordiale.exchange.home import Partner
from cordiale.exchange.message import Request, Response
from cordiale.platform.errors import ProtocolError
from cordiale.store.connection import Store

PATH = nodes.BASE + "news"
#: Seconds a request waits at most: below the idle time-out of common proxies (60 s).
LONGEST = 50
#: Seconds between two looks: what a wake-up adds to latency at most.
STEP = 0.05


def seconds(request: Request) -> int:
    """Return how long a request asks to wait, 0 when it is not a long poll."""
    if request.method != "GET" or request.path.rstrip("/") != PATH:
        return 0
    try:
        return min(nodes.numbers(request, "wait")["wait"], LONGEST)
    except ProtocolError:
        return 0


class Wait:
    """Say whether a partner that waits for news should be answered."""

    def __init__(self, request: Request, store: Store, partner: Partner) -> None:
        self._store = store
        self._partner = partner
        self._after = nodes.numbers(request, "after", "recalls")
        self._token: object = None

    def over(self) -> bool:
        """Tell whether there is news; cheap while nothing is committed."""
        token = self._store.changed()
        if token == self._token:
            return False
        self._token = token
        with self._store.read() as tx:
            news = nodes.news(tx, self._partner)
        return news.last > self._after["after"] or news.recalls > self._after["recalls"]


def answer(store: Store, partner: Partner) -> Response:
    """Answer “news up to n” with what there is now."""
    with store.read() as tx:
        body = msgspec.json.encode(nodes.news(tx, partner))
    return Response(200, {"content-type": "application/json"}, body)
