"""Links that let people in: one shows whom it is for, and is used up only by the form on its page."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post

from cordiale.desk.person import enrolment
from cordiale.platform.errors import InputError, NotFound
from cordiale.platform.languages import _
from cordiale.web.context import Site
from cordiale.web.forms import fields
from cordiale.web.passkeys import invited as page_of
from cordiale.web.preferences import local
from cordiale.web.signin import away, door, in_thread, shown, welcome
from cordiale.web.visit import visit_of

Asked = Request[Any, Any, Any]

LONGEST: Final = 80

DIFFER = _("The two passwords differ. Nothing was changed.")


def handlers(site: Site) -> list[Any]:
    """Return the routes of links."""
    desk = site.desk

    @get("/enrol")
    async def invited(request: Asked) -> Response[Any]:
        code = _code(request.query_params.get("code"))
        try:
            person = await in_thread(enrolment.invited, desk, code)
        except NotFound as error:
            return door(site, request, "invited.html", {"code": ""}, error)
        values = await in_thread(page_of, site, request, code, person)
        return door(site, request, "invited.html", values)

    @post("/enrol")
    async def enrolled(request: Asked) -> Response[Any]:
        given, visit = await fields(request), visit_of(request)
        code = _code(given.get("code"))
        values: dict[str, Any] = {"code": ""}
        try:
            person = await in_thread(enrolment.invited, desk, code)
            values = await in_thread(page_of, site, request, code, person)
            if given.get("password") != given.get("again"):
                raise InputError("password.differ", DIFFER).at("again")
            entered = await in_thread(
                enrolment.enrol_password,
                desk,
                code,
                given.get("password", ""),
                visit.origin,
                replaces=shown(request),
            )
        except (NotFound, InputError) as error:
            return door(site, request, "invited.html", values, error)
        return welcome(site, request, entered, "/")

    @get("/enter")
    async def link(request: Asked) -> Response[Any]:
        back, actor = local(str(request.query_params.get("next") or "/")), visit_of(request).actor
        code = _code(request.query_params.get("code"))
        try:
            person = await in_thread(enrolment.invited, desk, code, "enter")
            if actor is not None and actor.person == person.id:
                return away(back)
        except NotFound as error:
            if actor is not None:
                return away(back)  # it was used up, by this browser as well
            return door(site, request, "enter.html", {"code": ""}, error)
        values = {"code": code, "person_name": person.name, "person_title": person.title, "next": back}
        return door(site, request, "enter.html", values)

    @post("/enter")
    async def enter(request: Asked) -> Response[Any]:
        given, visit = await fields(request), visit_of(request)
        try:
            entered = await in_thread(
                enrolment.enter, desk, _code(given.get("code")), visit.origin, replaces=shown(request)
            )
        except NotFound as error:
            return door(site, request, "enter.html", {"code": ""}, error)
        return welcome(site, request, entered, local(given.get("next", "/")))

    return [invited, enrolled, link, enter]


def _code(written: str | None) -> str:
    return (written or "")[:LONGEST]
