"""Who comes in: nobody without a token, and nobody faster than the node bears. Everything else is asked afterwards."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cordiale.platform.asgi import App, Receive, Scope, Send, header
from cordiale.platform.errors import CordialeError, NotAllowed
from cordiale.platform.languages import negotiate
from cordiale.rest.asking import SCOPE, Asking
from cordiale.rest.pace import Paces
from cordiale.rest.problem import MEDIA, NO_TOKEN, TOO_MANY, UNFORESEEN, headers_of, log, problem_of
from cordiale.sdk.wire import PREFIX

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

Who = Callable[[str], "Actor"]
"""Says whom a token acts for; raises NotAllowed for one that nobody here was given."""
InTurn = Callable[[bool, bytes], Awaitable[int]]
"""Given whether a caller is known, and the digest of who: 0, or in how many seconds they may ask."""

OPEN: Final = frozenset({f"{PREFIX}/openapi.json"})
"""What anybody may read: it is the same for every node, and says nothing of this one."""

FEEDS: Final = f"{PREFIX}/feeds/"
"""Where a token may be the password of HTTP's Basic scheme: firewalls that fetch lists know no other."""

CHALLENGE: Final = 'Basic realm="feeds", charset="UTF-8", Bearer realm="feeds"'
"""What is asked for there."""

LONGEST: Final = 4096
"""Characters of a token."""


def door(desk: Desk, who: Who, inside: App, schema: Callable[[], bytes], pace: InTurn | None = None) -> App:
    """Return the application that asks for a token before anything else is looked at.

    Whoever is not known is told the same on every path, by every method. `who` says whose a token is, `pace` how fast one
    may ask (default: counted here).
    """
    in_turn = pace or Paces(desk.settings.limits.api_per_minute, desk.clock).asked

    async def come_in(scope: Scope, receive: Receive, send: Send) -> None:
        lang = negotiate(header(scope, b"accept-language"), desk.settings.node.language)
        if scope["path"] in OPEN and scope["method"] == "GET":
            await _answer(
                send, 200, "application/vnd.oai.openapi+json", schema(), {"cache-control": "no-cache"}
            )
            return
        said = header(scope, b"authorization")
        token = bearer(said) or (basic(said) if scope["path"].startswith(FEEDS) else "")
        actor = None
        try:
            if token:
                actor = await asyncio.to_thread(who, token)
        except NotAllowed:
            pass
        except Exception as error:  # noqa: BLE001
            log.error("a token could not be looked up", error=error)
            await _refuse(send, UNFORESEEN, lang, 500)
            return
        # a stranger's requests count for the address they come from, so that they never slow down who is known
        whose = token if actor is not None else str((scope.get("client") or ("",))[0])
        wait = await in_turn(actor is not None, sha256(whose.encode()).digest())
        if wait:
            await _refuse(send, TOO_MANY, lang, 429, wait)
        elif actor is None:
            await _refuse(
                send, NO_TOKEN, lang, 401, asked=CHALLENGE if scope["path"].startswith(FEEDS) else ""
            )
        else:
            scope[SCOPE] = Asking(desk, actor, lang)
            await inside(scope, receive, send)

    return come_in


def bearer(header: str) -> str:
    """Return the token of an Authorization header, empty for none (RFC 6750)."""
    scheme, _space, rest = header.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" and len(header) <= LONGEST else ""


def basic(header: str) -> str:
    """Return the password of an Authorization header of the Basic scheme, empty for none (RFC 7617); its name says nothing."""
    scheme, _space, rest = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > LONGEST:
        return ""
    try:
        return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


async def _refuse(
    send: Send, error: CordialeError, lang: str, status: int, wait: int = 0, asked: str = ""
) -> None:
    status, body = problem_of(error, lang, status)
    more = {"retry-after": str(wait)} if wait else {}
    if asked:
        more["www-authenticate"] = asked
    await _answer(send, status, MEDIA, body, headers_of(status, lang) | more)


async def _answer(send: Send, status: int, media: str, body: bytes, named: dict[str, str]) -> None:
    headers = {"content-type": media, "content-length": str(len(body)), **named}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
