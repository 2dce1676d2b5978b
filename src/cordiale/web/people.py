"""Administration of people: who they are, what they may have and do, links and locks, everybody's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post

from cordiale.desk.act_words import verb_word
from cordiale.desk.actor import ROLES, Actor, may
from cordiale.desk.desk import Desk
from cordiale.desk.doors import address
from cordiale.desk.person import enrolment, people, person_tokens, sessions
from cordiale.desk.person.people import PersonView
from cordiale.platform.errors import CordialeError, NotFound, explain, http_status
from cordiale.platform.languages import LANGUAGES, _, text
from cordiale.web.account import ROLES as ROLE_NAMES
from cordiale.web.context import Entry, Site
from cordiale.web.forms import lists
from cordiale.web.lines import when
from cordiale.web.marks import unmarked
from cordiale.web.signin import away, in_thread

Asked = Request[Any, Any, Any]

HERE: Final = "/people"
RAIL: Final = Entry(80, HERE, _("People"), verb="person-list")

LABELS: Final = ("clear", "green", "amber", "amber+strict", "red")
STATES: Final = {"active": _("active"), "locked": _("locked"), "removed": _("removed")}
TEXTS: Final = ("title", "organisation", "nationality", "tlp", "language")
LINES: Final = ("clearances", "compartments", "communities")
"""Fields of a form that hold one thing a line."""


def handlers(site: Site) -> list[Any]:
    """Return the routes of administration."""
    desk = site.desk

    def all_of_them(
        request: Asked, error: CordialeError | None = None, typed: Mapping[str, Any] | None = None
    ) -> Response[str]:
        actor, lang = site.actor(request), site.language(request)
        values = everybody(desk, actor, lang) | _said(error, lang) | {"typed": typed or {}}
        status = http_status(error) if error else 200
        return site.page(request, "people.html", HERE, values, status, refused=error)

    def one(
        request: Asked,
        name: str,
        error: CordialeError | None = None,
        link: str = "",
        typed: Mapping[str, Any] | None = None,
    ) -> Response[str]:
        actor, lang = site.actor(request), site.language(request)
        values = person(desk, actor, name, lang) | _said(error, lang) | {"link": link}
        values["fields"] |= typed or {}
        status = http_status(error) if error else 200
        return site.page(request, "person.html", HERE, values, status, refused=error)

    @get(HERE)
    async def listed(request: Asked) -> Response[str]:
        return await in_thread(all_of_them, request)  # type: ignore[no-any-return]

    @post(HERE)
    async def added(request: Asked) -> Response[Any]:
        given, actor = await lists(request), site.actor(request)
        try:
            made = await in_thread(people.person_add, desk, actor, _first(given, "name"), **_fields(given))
        except CordialeError as error:
            typed = {"name": _first(given, "name"), **_fields(given)}
            return await in_thread(all_of_them, request, error, typed)  # type: ignore[no-any-return]
        return away(_of(made.name))

    @get("/people/{name:str}")
    async def shown(request: Asked) -> Response[str]:
        return await in_thread(one, request, _name(request))  # type: ignore[no-any-return]

    @post("/people/{name:str}")
    async def changed(request: Asked) -> Response[Any]:
        given, actor, name = await lists(request), site.actor(request), _name(request)
        try:
            await in_thread(people.person_change, desk, actor, name, **_fields(given))
        except NotFound:
            raise
        except CordialeError as error:
            return await in_thread(one, request, name, error, "", _fields(given))  # type: ignore[no-any-return]
        return away(_of(name))

    @post("/people/{name:str}/invite")
    async def invited(request: Asked) -> Response[Any]:
        actor, name = site.actor(request), _name(request)
        try:
            made = await in_thread(enrolment.person_invite, desk, actor, name)
        except NotFound:
            raise
        except CordialeError as error:
            return await in_thread(one, request, name, error)  # type: ignore[no-any-return]
        return await in_thread(one, request, name, None, address(desk, "enrol", made.code))  # type: ignore[no-any-return]

    @post("/people/{name:str}/{act:str}")
    async def acted(request: Asked) -> Response[Any]:
        given, actor, name = await lists(request), site.actor(request), _name(request)
        reason = _first(given, "reason")[:200]
        acts = {
            "lock": lambda: people.person_lock(desk, actor, name, reason=reason),
            "unlock": lambda: enrolment.person_unlock(desk, actor, name),
            "remove": lambda: people.person_remove(desk, actor, name, reason=reason),
            "sign-out": lambda: sessions.sessions_end(desk, actor, name),
            "token": lambda: person_tokens.token_revoke(desk, actor, _first(given, "id")[:60]),
        }
        act = acts.get(str(request.path_params["act"]))
        if act is None:
            raise NotFound("no-page", _("There is nothing here that you may see."))
        try:
            await in_thread(act)
        except NotFound:
            raise
        except CordialeError as error:
            return await in_thread(one, request, name, error)  # type: ignore[no-any-return]
        return away(HERE if request.path_params["act"] == "remove" else _of(name))

    return [listed, added, shown, changed, invited, acted]


def everybody(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return everybody of this node."""
    return {
        "banner": unmarked(lang),
        "people": [_line(found, lang) for found in people.person_list(desk, actor)],
        "may_change": may(actor, "person"),
        "roles": [(role, text(lang, ROLE_NAMES[role])) for role in ROLES],
    }


def person(desk: Desk, actor: Actor, name: str, lang: str) -> dict[str, Any]:
    """Return one person with all that can be changed, and the tokens that act for them."""
    found, changes = people.person_show(desk, actor, name), may(actor, "person")
    held = person_tokens.token_list(desk, actor, person=found.name) if changes else []
    return {
        "banner": unmarked(lang),
        "one": _line(found, lang),
        "fields": msgspec.structs.asdict(found),
        "may_change": changes,
        "labels": LABELS,
        "languages": LANGUAGES,
        "roles": [(role, text(lang, ROLE_NAMES[role])) for role in ROLES],
        "tokens": [
            {"id": token.id, "name": token.name, "scopes": [verb_word(verb, lang) for verb in token.scopes], "until": when(token.until, lang), "ended": token.ended}
            for token in held
        ],
    }  # fmt: skip


def _line(one: PersonView, lang: str) -> dict[str, Any]:
    means = [text(lang, _("passkey"))] if one.passkeys else []
    if one.password:
        means.append(text(lang, _("password and code") if one.codes else _("password")))
    if one.providers:
        means.append(text(lang, _("single sign-on")))
    return {
        "name": one.name,
        "title": one.title,
        "href": _of(one.name),
        "state": one.state,
        "state_word": text(lang, STATES[one.state]),
        "roles": [text(lang, ROLE_NAMES.get(role, role)) for role in one.roles],
        "belongs": ", ".join(filter(None, (one.organisation, one.nationality))),
        "rights": (f"TLP:{one.tlp.upper()}", *one.clearances, *one.compartments, *one.communities),
        "means": ", ".join(means),
        "invited": when(one.invited_until, lang),
        "sessions": one.sessions,
        "tokens": one.tokens,
    }


def _said(error: CordialeError | None, lang: str) -> dict[str, str]:
    return {"said": "" if error is None else explain(error, lang)}


def _fields(given: dict[str, list[str]]) -> dict[str, Any]:
    """Return what a form says of a person; what the form does not have stays as it is."""
    fields: dict[str, Any] = {name: _first(given, name) for name in TEXTS if name in given}
    for name in LINES:
        if name in given:
            fields[name] = [line.strip() for line in _first(given, name).splitlines() if line.strip()]
    if "roles" in given:
        # an empty one stands in the form, so that all can be taken away
        fields["roles"] = [role for role in given["roles"] if role]
    return fields


def _first(given: dict[str, list[str]], name: str) -> str:
    return given.get(name, [""])[0]


def _name(request: Asked) -> str:
    return str(request.path_params["name"])


def _of(name: str) -> str:
    return f"{HERE}/{quote(name.strip().lower(), safe='')}"
