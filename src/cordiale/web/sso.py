"""Single sign-on in the pages: to a provider and back. What it sends back with is used up by a form, not by an address."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from cordiale.desk.person import sso
from cordiale.platform.asgi import header
from cordiale.platform.errors import CordialeError
from cordiale.web import cookies
from cordiale.web.context import Site
from cordiale.web.forms import fields
from cordiale.web.preferences import local
from cordiale.web.signin import door, in_thread, welcome
from cordiale.web.visit import visit_of

Asked = Request[Any, Any, Any]

BACK: Final = "/sign-in/sso/back"
GIVEN: Final = ("code", "state", "iss", "error")
LONGEST: Final = 2000
MINUTES: Final = 10


def handlers(site: Site) -> list[Any]:
    """Return the routes to a provider and back."""
    desk = site.desk

    async def sent(request: Asked, purpose: sso.Purpose, back: str, code: str = "") -> Response[Any]:
        visit, name = visit_of(request), str(request.path_params["name"])
        try:
            went = await in_thread(
                sso.go, desk, name, purpose, back, redirect(site, request), code=code, visitor=visit.visitor
            )
        except CordialeError as error:
            return door(site, request, "sso.html", {"given": []}, error)
        gone: Response[Any] = Redirect(went.address, status_code=303)
        kept = base64.urlsafe_b64encode(went.sealed).decode().rstrip("=")
        gone.headers["set-cookie"] = _cookie(site, visit.secure, kept, MINUTES * 60)
        return gone

    @get("/sign-in/sso/{name:str}")
    async def to(request: Asked) -> Response[Any]:
        code = str(request.query_params.get("code") or "")[:80]
        back = local(str(request.query_params.get("next") or "/"))
        return await sent(request, "enrol" if code else "sign-in", back, code)

    @get("/account/sso/{name:str}")
    async def add(request: Asked) -> Response[Any]:
        return await sent(request, "link", "/account")

    @get(BACK)
    async def came(request: Asked) -> Response[Any]:
        asked = request.query_params
        given = [(name, str(asked[name])[:LONGEST]) for name in GIVEN if name in asked]
        return door(site, request, "sso.html", {"given": given})

    @post(BACK)
    async def finish(request: Asked) -> Response[Any]:
        form, visit = await fields(request), visit_of(request)
        given = {name: form[name][:LONGEST] for name in GIVEN if name in form}
        kept = request.cookies.get(cookies.name_of("sso", desk.node, secure=visit.secure), "")
        try:
            came = await in_thread(
                sso.come_back,
                desk,
                _opened(kept),
                given,
                redirect(site, request),
                visit.origin,
                visitor=visit.visitor,
            )
        except CordialeError as error:
            return door(site, request, "sso.html", {"given": []}, error)
        return welcome(site, request, came.entered, came.back)

    return [came, to, add, finish]


def redirect(site: Site, request: Asked) -> str:
    """Return the address to which a provider sends browsers back, as it is registered there."""
    public = site.node.settings.serve.public_url.rstrip("/")
    scheme = "https" if visit_of(request).secure else "http"
    return (public or f"{scheme}://{header(request.scope, b'host')}") + BACK  # type: ignore[arg-type]


def _cookie(site: Site, secure: bool, value: str, seconds: int) -> str:
    name = cookies.name_of("sso", site.desk.node, secure=secure)
    return cookies.written(name, value, secure=secure, seconds=seconds)[1].decode()


def _opened(kept: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
    except (binascii.Error, ValueError):
        return b""
