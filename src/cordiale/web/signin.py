"""Signing in and out: by name and password, and with a one-time code."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.response import Redirect

from cordiale.desk.person import sessions, signin, sso
from cordiale.platform.errors import CordialeError, NotAllowed, explain, http_status
from cordiale.web import cookies
from cordiale.web.context import COOKIE, LANGUAGES, Site
from cordiale.web.forms import fields
from cordiale.web.marks import unmarked
from cordiale.web.preferences import YEAR, local
from cordiale.web.visit import visit_of

if TYPE_CHECKING:
    from cordiale.desk.person.sessions import Entered

Asked = Request[Any, Any, Any]

LONGEST: Final = 400
DOOR: Final = "door.html"
"""The frame of pages that are shown before anybody signed in."""

NOTHING: Final[dict[str, Any]] = {
    "person_name": "",
    "person_title": "",
    "show": "",
    "make": "",
    "by_name": "",
    "providers": [],
}
"""What pages of the door may show and need not."""


def handlers(site: Site) -> list[Any]:
    """Return the routes of signing in and out."""
    desk = site.desk

    # Litestar spoils `sync_to_thread` where an address has a GET and a POST: these are coroutines for that reason
    @get("/sign-in")
    async def page(request: Asked) -> Response[Any]:
        visit = visit_of(request)
        back = local(str(request.query_params.get("next") or "/"))
        if visit.actor is not None and "again" not in request.query_params:
            return away(back)
        return door(site, request, "signin.html", {"next": back, **ways(site, request)})

    @post("/sign-in")
    async def enter(request: Asked) -> Response[Any]:
        given, visit = await fields(request), visit_of(request)
        name, back = given.get("name", "")[:LONGEST], local(given.get("next", "/"))
        try:
            entered = await in_thread(
                signin.sign_in,
                desk,
                name,
                given.get("password", ""),
                visit.origin,
                replaces=shown(request),
            )
        except NotAllowed as error:
            return door(
                site, request, "signin.html", {"next": back, "name": name, **ways(site, request)}, error
            )
        return welcome(site, request, entered, back)

    @get("/sign-in/code")
    async def code_page(request: Asked) -> Response[Any]:
        visitor = visit_of(request).visitor
        if visitor is None or visitor.session.stage != "second":
            return away("/sign-in")
        back = local(str(request.query_params.get("next") or "/"))
        return door(site, request, "code.html", {"next": back, "name": visitor.person.name})

    @post("/sign-in/code")
    async def code(request: Asked) -> Response[Any]:
        given, visit = await fields(request), visit_of(request)
        back = local(given.get("next", "/"))
        if visit.visitor is None:
            return away("/sign-in")
        try:
            entered = await in_thread(
                signin.give_code, desk, visit.visitor, given.get("code", "")[:20], visit.origin
            )
        except NotAllowed as error:
            values = {"next": back, "name": visit.visitor.person.name}
            return door(site, request, "code.html", values, error)
        return welcome(site, request, entered, back)

    @post("/sign-out", sync_to_thread=True)
    def leave(request: Asked) -> Response[Any]:
        visit = visit_of(request)
        if visit.visitor is not None:
            sessions.sign_out(desk, visit.visitor)
        gone = away("/sign-in")
        name = cookies.name_of("session", desk.node, secure=visit.secure)
        gone.headers["set-cookie"] = cookies.written(name, "", secure=visit.secure, seconds=0)[1].decode()
        gone.headers["clear-site-data"] = '"cache"'
        return gone

    return [page, enter, code_page, code, leave]


def ways(site: Site, request: Asked) -> dict[str, Any]:
    """Return by what else people sign in here than by a password."""
    from cordiale.web.passkeys import by_name, to_show

    return {
        "show": to_show(site, request),
        "by_name": by_name(site, request),
        "providers": sso.providers(site.desk),
    }


def shown(request: Asked) -> bytes:
    """Return the secret number of the session that a request showed, empty where it showed none."""
    visitor = visit_of(request).visitor
    return visitor.secret if visitor is not None else b""


def welcome(site: Site, request: Asked, entered: Entered, back: str) -> Response[Any]:
    """Answer who has just signed in: with the cookie of the new session, and the way to the page they wanted."""
    stage = entered.session.stage
    to = {"second": "/sign-in/code", "enrol": "/account/secure"}.get(stage, back)
    visit, desk = visit_of(request), site.desk
    if stage == "second" and back != "/":
        to = f"{to}?next={quote(back)}"
    gone = away(to)
    name = cookies.name_of("session", desk.node, secure=visit.secure)
    value = sessions.cookie(desk, entered.secret)
    gone.headers["set-cookie"] = cookies.written(name, value, secure=visit.secure)[1].decode()
    if entered.person.language in LANGUAGES and stage == "full" and COOKIE not in request.cookies:
        gone.set_cookie(
            COOKIE, entered.person.language, max_age=YEAR, path="/", httponly=True, samesite="lax"
        )
    return gone


def door(
    site: Site, request: Asked, template: str, values: dict[str, Any], error: CordialeError | None = None
) -> Response[str]:
    """Answer with a page of the door; with what was wrong where something was."""
    lang = site.language(request)
    said = "" if error is None else explain(error, lang)
    given = {"layout": DOOR, "banner": unmarked(lang), "said": said, "name": "", "next": "/", **NOTHING}
    status = 200 if error is None else 429 if error.code == "sign-in-wait" else http_status(error)
    return site.page(request, template, "", given | values, status, refused=error)


def away(to: str) -> Response[Any]:
    """Send a browser to another page of ours."""
    return Redirect(to, status_code=303)


async def in_thread(act: Any, *given: Any, **named: Any) -> Any:
    """Do what takes its time, such as a password, beside other requests."""
    return await asyncio.to_thread(act, *given, **named)
