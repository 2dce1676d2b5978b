"""Take one of our own objects away for good: what would go, who has it, and the act."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.desk import Desk
from cordiale.desk.upkeep.purge import PurgePlan
from cordiale.desk.views.display import display
from cordiale.platform.errors import Conflict, CordialeError, InputError, explain, http_status
from cordiale.platform.languages import number
from cordiale.web.context import Site
from cordiale.web.deeds import Asked, Given, deed
from cordiale.web.labels import type_label
from cordiale.web.lines import href, short, titles_of, when
from cordiale.web.marks import banner, unmarked


def handlers(site: Site) -> list[Any]:
    """Return the routes of the preview and the act."""
    desk = site.desk

    @get("/objects/{stix_id:str}/purge", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        stix_id = str(request.path_params["stix_id"])
        lang, actor = site.language(request), site.actor(request)
        try:
            values = purging(desk, actor, lang, verbs.purge_preview(desk, actor, stix_id))
        except Conflict as error:
            values = refused(stix_id, explain(error, lang), lang)
            return site.page(request, "purge.html", "/objects", values, http_status(error))
        return site.page(request, "purge.html", "/objects", values)

    def purge(request: Asked, given: Given) -> Response[Any]:
        stix_id = str(request.path_params["stix_id"])
        lang, actor = site.language(request), site.actor(request)
        seen = given.one("versions", 9)
        try:
            done = verbs.purge(
                desk,
                actor,
                stix_id,
                given.one("reason"),
                versions_seen=int(seen) if seen.isdecimal() else -1,
            )
        except (Conflict, InputError) as error:
            return _again(request, stix_id, given, error)
        values = _plan(done, lang, titles_of(desk, actor)) | {"banner": unmarked(lang), "problem": ""}
        return site.page(request, "purge.html", "/objects", values)

    def _again(request: Asked, stix_id: str, given: Given, error: CordialeError) -> Response[Any]:
        lang, actor = site.language(request), site.actor(request)
        plan = verbs.purge_preview(desk, actor, stix_id)
        values = purging(desk, actor, lang, plan) | {
            "problem": explain(error, lang),
            "reason": given.one("reason"),
        }
        return site.page(request, "purge.html", "/objects", values, http_status(error), refused=error)

    return [shown, deed("/objects/{stix_id:str}/purge/do", purge)]


def purging(desk: Desk, actor: Actor, lang: str, plan: PurgePlan) -> dict[str, Any]:
    """Return what a purge would take away, under the banner of what it names."""
    (line,) = verbs.summaries(desk, actor, [plan.id])
    return _plan(plan, lang, titles_of(desk, actor)) | {
        "acting_as": actor.name,
        "banner": banner([line.marking], display(desk, actor, lang), lang),
    }


def refused(stix_id: str, problem: str, lang: str) -> dict[str, Any]:
    """Return the page for what is not ours to take away."""
    return {
        "href": href(stix_id),
        "name": short(stix_id, stix_id.partition("--")[0], lang),
        "problem": problem,
        "done": None,
        "versions": 0,
        "banner": unmarked(lang),
    }


def _plan(plan: PurgePlan, lang: str, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "href": href(plan.id),
        "name": plan.name or short(plan.id, plan.type, lang),
        "type": type_label(plan.type, lang),
        "id": plan.id,
        "versions": plan.versions,
        "holders": [
            {
                "partner": titles.get(one.partner, one.partner),
                "versions": number(lang, one.versions),
                "recallable": one.recallable,
            }
            for one in plan.held_by
        ],
        "referrers": plan.referrers,
        "files": plan.files,
        "others": [titles.get(one, one) for one in plan.others],
        "asked": [
            {"partner": titles.get(name, name), "versions": number(lang, n)}
            for name, n in plan.asked_back.items()
        ],
        "done": when(plan.done, lang),
        "problem": "",
        "reason": "",
    }
