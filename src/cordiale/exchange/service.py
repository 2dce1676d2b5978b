"""Answer partners and TAXII clients: one function from request value to response value."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cordiale.exchange.home import Home, Partnership
from cordiale.exchange.message import Request, Response
from cordiale.store.connection import Store


class Caller(msgspec.Struct, frozen=True):
    """Say who asks: a partnership, and whether the link key signed (node) or a token was shown."""

    partnership: Partnership
    by: str = "taxii"


class Delivered(msgspec.Struct, frozen=True):
    """Say what became of one object that was posted; `problem` is None on success."""

    id: str
    version: str
    problem: str | None = None


#: Given the posting partner's node name and the raw bodies, import them and report on each.
Inbox = Callable[[str, tuple[bytes, ...]], tuple[Delivered, ...]]

#: Given a request without a link signature (Bearer or Basic), say whose it is, or None.
Identify = Callable[[Request], Partnership | None]


class Service(msgspec.Struct, frozen=True):
    """Wire what the server functions need.

    `partnerships` gives the partnership of a confirmed partner node by name under the rules
    of the moment, or None.
    """

    home: Home
    store: Store
    identify: Identify
    partnerships: Callable[[str], Partnership | None]
    inbox: Inbox
    title: str = "Cordiale"


def respond(request: Request, service: Service) -> Response:
    """Answer one request under /taxii2/ or /cordiale/v1/; never raises."""
    raise NotImplementedError
