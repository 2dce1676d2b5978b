"""Searches that a person keeps and watches."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from litestar import Request, Response, post
from litestar.response import Redirect

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.desk import Desk
from cordiale.platform.errors import Conflict, CordialeError, InputError, http_status
from cordiale.web.columns import chosen_in
from cordiale.web.context import Site
from cordiale.web.forms import fields
from cordiale.web.preferences import local
from cordiale.web.question import Asked, asked_in


def handlers(site: Site) -> list[Any]:
    """Return the routes that searches are sent to."""

    @post("/searches", status_code=303)
    async def save(request: Request[Any, Any, Any]) -> Response[Any]:
        form = await fields(request)
        asked = asked_in(dict(parse_qsl(urlsplit(form.get("search", "")).query)))
        try:
            await asyncio.to_thread(
                verbs.save_search,
                site.desk,
                site.actor(request),
                form.get("name", ""),
                asked.address(),
                asked.question(),
                watched=form.get("watched") == "1",
            )
        except (InputError, Conflict) as error:
            return await asyncio.to_thread(again, request, asked, error)
        return Redirect(asked.address(), status_code=303)

    def again(request: Request[Any, Any, Any], asked: Asked, error: CordialeError) -> Response[str]:
        from cordiale.web.objects import objects  # which shows the searches that are kept here

        values = objects(
            site.desk, site.actor(request), site.language(request), asked, chosen=chosen_in(request.cookies)
        )
        return site.page(request, "objects.html", "/objects", values, http_status(error), refused=error)

    @post("/searches/{search:str}", status_code=303)
    async def change(request: Request[Any, Any, Any]) -> Redirect:
        form, search = await fields(request), str(request.path_params["search"])
        actor = site.actor(request)
        match form.get("act"):
            case "watch" | "unwatch":
                await asyncio.to_thread(verbs.watch_search, site.desk, actor, search, form["act"] == "watch")
            case "seen":
                await asyncio.to_thread(verbs.search_seen, site.desk, actor, search)
            case "drop":
                await asyncio.to_thread(verbs.drop_search, site.desk, actor, search)
        return Redirect(local(form.get("next", "/objects")), status_code=303)

    return [save, change]


def kept(desk: Desk, actor: Actor, here: str) -> list[dict[str, Any]]:
    """Return the searches that somebody keeps, for the list at the side."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "href": one.address,
            "watched": one.watched,
            "chosen": one.address == here,
        }
        for one in verbs.searches(desk, actor)
    ]
