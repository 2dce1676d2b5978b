"""Passkeys in the pages: what a browser is asked stands in the page, what its device answers comes back as a form."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar import Request, Response, post

from cordiale.accounts.passkey import WRONG, Place
from cordiale.desk.person import enrolment, passkeys, sso
from cordiale.platform.asgi import header
from cordiale.platform.errors import Conflict, NotAllowed, NotFound
from cordiale.web.context import Site
from cordiale.web.forms import fields
from cordiale.web.preferences import local
from cordiale.web.signin import away, door, in_thread, shown, ways, welcome
from cordiale.web.visit import visit_of

if TYPE_CHECKING:
    from cordiale.accounts.person import Person

Asked = Request[Any, Any, Any]


def place_of(site: Site, request: Asked) -> Place | None:
    """Return under which name these pages are reached; None for an address in numbers, for which there are no passkeys."""
    public = site.node.settings.serve.public_url
    visit = visit_of(request)
    scheme = "https" if visit.secure else "http"
    origin = public.rstrip("/") if public else f"{scheme}://{header(request.scope, b'host')}"  # type: ignore[arg-type]
    parts = urlsplit(origin)
    name = (parts.hostname or "").lower()
    try:
        ipaddress.ip_address(name)
    except ValueError:
        if name and (parts.scheme == "https" or name == "localhost"):
            return Place(name, f"{parts.scheme}://{parts.netloc.lower()}")
    return None


def to_show(site: Site, request: Asked) -> str:
    """Return what the browser is asked to sign in by a passkey, "" where there are none."""
    place = place_of(site, request)
    return passkeys.to_show(site.desk, place, visit_of(request).csrf) if place is not None else ""


def to_make(site: Site, request: Asked, person: Person) -> str:
    """Return what the browser is asked to make a passkey, "" where there are none."""
    place = place_of(site, request)
    return passkeys.to_make(site.desk, person, place, visit_of(request).csrf) if place is not None else ""


def by_name(site: Site, request: Asked) -> str:
    """Return the address of this page under a name that passkeys can be for, "" where it has none."""
    host = header(request.scope, b"host")  # type: ignore[arg-type]
    if place_of(site, request) is not None or not host.startswith("127.0.0.1"):
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"http://localhost{host.removeprefix('127.0.0.1')}{request.url.path}{query}"


def handlers(site: Site) -> list[Any]:
    """Return the routes that devices' answers are sent to."""
    desk = site.desk

    @post("/sign-in/passkey")
    async def enter(request: Asked) -> Response[Any]:
        given, visit, place = await fields(request), visit_of(request), place_of(site, request)
        back = local(given.get("next", "/"))
        try:
            if place is None:
                raise NotAllowed("passkey.wrong", WRONG)
            entered = await in_thread(
                passkeys.sign_in,
                desk,
                given.get("answer", ""),
                place,
                visit.csrf,
                visit.origin,
                replaces=shown(request),
            )
        except NotAllowed as error:
            values = {"next": back, **ways(site, request)}
            return door(site, request, "signin.html", values, error)
        return welcome(site, request, entered, back)

    @post("/enrol/passkey")
    async def enrol(request: Asked) -> Response[Any]:
        given, visit, place = await fields(request), visit_of(request), place_of(site, request)
        code = given.get("code", "")[:80]
        try:
            if place is None:
                raise NotAllowed("passkey.wrong", WRONG)
            entered = await in_thread(
                passkeys.enrol,
                desk,
                code,
                given.get("answer", ""),
                given.get("name", ""),
                place,
                visit.csrf,
                visit.origin,
            )
        except NotFound as error:
            return door(site, request, "invited.html", {"code": ""}, error)
        except (NotAllowed, Conflict) as error:
            try:
                person = await in_thread(enrolment.invited, desk, code)
            except NotFound as gone:
                return door(site, request, "invited.html", {"code": ""}, gone)
            return door(site, request, "invited.html", invited(site, request, code, person), error)
        return welcome(site, request, entered, "/")

    @post("/account/secure/passkey")
    async def add(request: Asked) -> Response[Any]:
        given, visit, place = await fields(request), visit_of(request), place_of(site, request)
        if visit.visitor is None or place is None:
            return away("/account/secure")
        entered = await in_thread(
            passkeys.add,
            desk,
            visit.visitor,
            given.get("answer", ""),
            given.get("name", ""),
            place,
            visit.csrf,
            visit.origin,
        )
        return welcome(site, request, entered, "/account" if visit.actor is not None else "/")

    @post("/account/passkey/remove")
    async def remove(request: Asked) -> Response[Any]:
        given, visitor = await fields(request), visit_of(request).visitor
        if visitor is not None:
            await in_thread(passkeys.remove, desk, visitor, given.get("id", ""))
        return away("/account")

    return [enter, enrol, add, remove]


def invited(site: Site, request: Asked, code: str, person: Person) -> dict[str, Any]:
    """Return what the page of a link shows."""
    return {
        "code": code,
        "person_name": person.name,
        "person_title": person.title,
        "make": to_make(site, request, person),
        "by_name": by_name(site, request),
        "providers": sso.providers(site.desk),
    }
