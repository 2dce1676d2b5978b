"""The whole interface as a partner or another person would see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.desk import Desk
from cordiale.platform.languages import _, text
from cordiale.web.context import Asked, Site
from cordiale.web.forms import fields
from cordiale.web.marks import unmarked
from cordiale.web.visit import actor_of, visit_of

COOKIE: Final = "cordiale_see_as"
KEY: Final = "cordiale.seen_as"

LONGEST: Final = 200


def handlers(site: Site) -> list[Any]:
    """Return the page that offers it, and the routes that begin and end it."""

    # Litestar spoils `sync_to_thread` where an address has a GET and a POST: this is a coroutine for that reason
    @get("/see-as")
    async def offered(request: Request[Any, Any, Any]) -> Response[str]:
        actor, lang = actor_of(request), site.language(request)
        found = await asyncio.to_thread(verbs.seeable, site.desk, actor)
        values = {"found": found, "banner": unmarked(lang)}
        return site.page(request, "seen_as.html", "", values)

    @post("/see-as", status_code=303)
    async def begin(request: Request[Any, Any, Any]) -> Redirect:
        form = await fields(request)
        kind, _colon, name = form.get("who", "")[:LONGEST].partition(":")
        await asyncio.to_thread(verbs.see_as_begin, site.desk, actor_of(request), kind, name)
        to = Redirect("/", status_code=303)
        to.set_cookie(COOKIE, f"{kind}:{name}".encode().hex(), path="/", httponly=True, samesite="strict")
        return to

    @post("/see-as/end", status_code=303)
    async def end(request: Request[Any, Any, Any]) -> Redirect:
        who = asked(request)
        if who is not None:
            await asyncio.to_thread(verbs.see_as_end, site.desk, actor_of(request), *who)
        back = Redirect("/", status_code=303)
        back.delete_cookie(COOKIE, path="/")
        return back

    return [offered, begin, end]


def seeing(desk: Desk) -> Callable[[Asked], Actor]:
    """Return what tells who a request is answered for: who signed in, or as whom they chose to see.

    Raises NotFound where that partner or person is none any more: the page then leads back to one's own view.
    """

    def actor(request: Asked) -> Actor:
        real, who = actor_of(request), asked(request)
        if who is None or not may(real, "see-as"):
            return real
        scope: dict[str, Any] = request.scope  # type: ignore[assignment]
        kept: Actor | None = scope.get(KEY)
        if kept is None:
            kept = verbs.see_as(desk, real, *who)
            scope[KEY] = kept
        return kept

    return actor


def asked(request: Asked) -> tuple[str, str] | None:
    """Return as whom a browser asks to see, None for as oneself."""
    try:
        written = bytes.fromhex(request.cookies.get(COOKIE, "")[: 2 * LONGEST]).decode()
    except ValueError:
        return None
    kind, colon, name = written.partition(":")
    return (kind, name) if colon else None


def said(request: Asked, lang: str) -> str:
    """Return the sentence over every page while somebody sees as somebody else; empty otherwise."""
    who, real = asked(request), visit_of(request).actor
    if who is None or real is None or not may(real, "see-as"):
        return ""
    sentence = (
        _("Seen as {name}: what the rules and their markings let them read here, whether it was sent or not.")
        if who[0] == "partner"
        else _("Seen as {name}: what their markings let them read here.")
    )
    return text(lang, sentence, name=who[1])
