"""What stands before every page: who acts is found out here, once, whatever page is asked for.

A page that is not named among the open ones needs a full session; whoever adds a page need not think of it. A request
that may change something needs the token of its browser's forms besides. Reading writes nothing: how long a browser was
idle stands in its cookie, which is written again while it is used.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from cordiale.desk.person import sessions
from cordiale.desk.person.attempts import Origin
from cordiale.platform.asgi import App, Receive, Scope, Send, header
from cordiale.web import cookies
from cordiale.web.forms import carries, from_elsewhere
from cordiale.web.visit import KEY, Visit
from cordiale.web.waiting import waits

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.person.sessions import Visitor

OPEN: Final = ("/sign-in", "/enrol", "/enter", "/language", "/scheme", "/static", "/assets")
"""Where the pages begin that are shown without a session; each is itself or continues with a slash."""

PARTLY: Final = {"second": ("/sign-in", "/sign-out"), "enrol": ("/sign-in", "/sign-out", "/account/secure")}
"""What a session that is not a full one may ask for besides."""

_READS: Final = frozenset({"GET", "HEAD"})
_FILES: Final = ("/static", "/assets")
_BROWSER: Final = 16


def always(pages: App, actor: Actor) -> App:
    """Return the pages as one actor uses them, without signing in: for tests of what pages show."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        scope[KEY] = Visit(actor)
        await pages(scope, receive, send)

    return answer


def gate(pages: App, desk: Desk, refuse: App) -> App:
    """Return the pages as those may use them who sign in; `refuse` answers a form that no page of ours sent."""
    serve, node = desk.settings.serve, desk.node
    proxies = frozenset(part.strip() for part in serve.proxies.split(",") if part.strip())

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_under(scope["path"], _FILES):
            await pages(scope, receive, send)
            return
        secure = cookies.is_secure(scope, serve.public_url)
        shown = cookies.read(scope)
        name = cookies.name_of("session", node, secure=secure)
        visitor = await _visitor(desk, shown.get(name, ""))
        if visitor is not None:
            send = _kept_alive(desk, scope, send, name, visitor, secure=secure)
            token = sessions.form_token(desk, visitor.secret)
        else:
            browser, send = _browser(desk, shown, send, secure=secure)
            token = sessions.form_token(desk, browser)
        full = visitor is not None and visitor.session.stage == "full"
        actor = visitor.actor(desk) if visitor is not None and full else None
        origin = Origin(_address(scope, proxies), header(scope, b"user-agent"))
        scope[KEY] = Visit(actor, token, visitor, origin, secure)
        if not _may_pass(scope["path"], visitor):
            await _to_sign_in(scope, send, visitor)
            return
        if scope["method"] not in _READS:
            if from_elsewhere(scope):
                await refuse(scope, receive, send)
                return
            carried, receive = await carries(scope, receive, token)
            if not carried:
                await refuse(scope, receive, send)
                return
        elif not waits(scope):
            with desk.store.reading():  # what is on one page is of one instant
                await pages(scope, receive, _letting_go(desk, send))
            return
        await pages(scope, receive, send)

    return answer


async def _visitor(desk: Desk, cookie: str) -> Visitor | None:
    return await asyncio.to_thread(sessions.visitor, desk, cookie) if cookie else None


def _may_pass(path: str, visitor: Visitor | None) -> bool:
    if _is_under(path, OPEN):
        return True
    if visitor is None:
        return False
    return visitor.session.stage == "full" or _is_under(path, PARTLY[visitor.session.stage])


def _is_under(path: str, starts: tuple[str, ...]) -> bool:
    return any(path == start or path.startswith(start + "/") for start in starts)


async def _to_sign_in(scope: Scope, send: Send, visitor: Visitor | None) -> None:
    """Lead a reader to the page that is to be done first; tell a script so."""
    place = {"second": "/sign-in/code", "enrol": "/account/secure"}.get(
        visitor.session.stage if visitor is not None else "", "/sign-in"
    )
    path = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    reads = scope["method"] in _READS
    to = f"{place}?next={quote(path)}" if reads and path != "/" and len(path) < 2000 else place
    accepts = header(scope, b"accept")
    by_script = header(scope, b"hx-request") or "text/event-stream" in accepts
    # a person who sends a form after their session ended is led to the door, not left before an empty page
    status = 401 if by_script or not (reads or "text/html" in accepts) else 303
    headers = [(b"content-length", b"0"), (b"location" if status == 303 else b"hx-redirect", to.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _kept_alive(desk: Desk, scope: Scope, send: Send, name: str, visitor: Visitor, *, secure: bool) -> Send:
    """Write the cookie again while its reader is at work; a connection that only waits is no work."""
    if waits(scope) or not sessions.is_stale(desk, visitor):
        return send
    return _with(send, cookies.written(name, sessions.cookie(desk, visitor.secret), secure=secure))


def _letting_go(desk: Desk, send: Send) -> Send:
    """Return a `send` that lets go of what a page was read from before anything of it goes out, however slow its reader is."""

    async def wrapped(message: Any) -> None:
        desk.store.let_go()
        await send(message)

    return wrapped


def _browser(desk: Desk, shown: Any, send: Send, *, secure: bool) -> tuple[bytes, Send]:
    """Return the number of a browser in which nobody has signed in, for the token of its forms."""
    name = cookies.name_of("browser", desk.node, secure=secure)
    try:
        known = base64.urlsafe_b64decode(shown.get(name, "") + "==")
    except (binascii.Error, ValueError):
        known = b""
    if len(known) == _BROWSER:
        return known, send
    fresh = desk.random(_BROWSER)
    value = base64.urlsafe_b64encode(fresh).decode().rstrip("=")
    return fresh, _with(send, cookies.written(name, value, secure=secure))


def _with(send: Send, cookie: tuple[bytes, bytes]) -> Send:
    """Return a `send` that sets a cookie, unless the page sets that one itself."""
    named = cookie[1].partition(b"=")[0] + b"="

    async def wrapped(message: Any) -> None:
        if message["type"] == "http.response.start":
            own = [v for k, v in message["headers"] if k.lower() == b"set-cookie"]
            if not any(value.startswith(named) for value in own):
                message = {**message, "headers": [*message["headers"], cookie]}
        await send(message)

    return wrapped


def _address(scope: Scope, proxies: frozenset[str]) -> str:
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if address in proxies:
        return header(scope, b"x-forwarded-for").rpartition(",")[2].strip()[:64] or address
    return address
