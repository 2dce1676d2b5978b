"""What stands before every page: who acts is found out here, once, whatever page is asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from cordiale.web.visit import KEY, Visit

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def always(pages: App, actor: Actor) -> App:
    """Return the pages as one actor uses them, without signing in: for tests, and for a person at the node's folder."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope[KEY] = Visit(actor)
        await pages(scope, receive, send)

    return answer
