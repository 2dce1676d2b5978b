"""The first page: what came in, what waits for me, the links, and what watched searches found."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.response import Redirect

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import Show, display
from cordiale.joint.playbook.keeping import notices, notices_seen
from cordiale.platform.languages import _, ntext
from cordiale.web.context import Entry, Site
from cordiale.web.forms import fields
from cordiale.web.labels import type_label
from cordiale.web.lines import lines_of, titles_of
from cordiale.web.marks import banner
from cordiale.web.partners import partner_view
from cordiale.web.question import Asked
from cordiale.web.release_log import log
from cordiale.web.requests import waiting as asked_and_answered

LOOKED: Final = 120
"""Newest objects among which what came in and what was made here are told apart."""

SHOWN: Final = 10
QUEUE: Final = 100
"""Objects of a queue that are counted here, for each partner."""

RAIL: Final = Entry(10, "/", _("Today"), "today")


def handlers(site: Site) -> list[Any]:
    """Return the page's routes."""

    @get("/", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        values = today(site.desk, site.actor(request), site.language(request))
        return site.page(request, "today.html", "/", values)

    @post("/playbooks/{playbook:str}/seen", status_code=303)
    async def seen(request: Request[Any, Any, Any]) -> Redirect:
        await fields(request)
        told = str(request.path_params["playbook"])
        await asyncio.to_thread(notices_seen, site.desk, site.actor(request), told)
        return Redirect("/", status_code=303)

    return [shown, seen]


def today(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return the first page: what is held, what came last, what waits, the links."""
    counts = verbs.counts(desk, actor)
    page = verbs.search(desk, actor, "", lang=lang, limit=LOOKED)
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    # a translation is read beside what it translates
    known = [item for item in page.items if item.type not in ("marking-definition", "language-content")]
    came = [item for item in known if item.origin == "received"][:SHOWN]
    made = [item for item in known if item.origin != "received"][:SHOWN]
    told = _alerts(desk, actor, lang, titles, show)
    marked = [item.marking for item in (*came, *made)] + [m for alert in told for m in alert["markings"]]
    return {
        "empty": not counts,
        "types": _types(counts, lang),
        "came": lines_of(desk, actor, came, lang, titles, show),
        "made": lines_of(desk, actor, made, lang, titles, show),
        "alerts": told,
        "waiting": waiting(desk, actor, lang),
        "went": [one for one in log(desk, actor, lang, None)["lines"] if one["kind"] != "rules"][:SHOWN]
        if may(actor, "preview")
        else [],
        "partners": [partner_view(p, lang) for p in verbs.partner_list(desk, actor)],
        "whole": actor.recipient is None,
        "banner": banner(marked, show, lang),
    }


def waiting(desk: Desk, actor: Actor, lang: str) -> list[dict[str, Any]]:
    """Return what waits for this person, each with its number and where it is dealt with."""
    found: list[tuple[str, int, tuple[str, str]]] = []
    if may(actor, "release"):
        queues = verbs.waiting(desk, actor, limit=QUEUE)
        n = len({item.summary.id for queue in queues for item in queue.items})
        found.append(
            ("/release", n, (_("{n} object waits for an approval"), _("{n} objects wait for an approval")))
        )
    if may(actor, "recall"):
        drafts = sum(1 for r in verbs.recall_list(desk, actor) if r.state == "draft")
        found.append(("/release/recalls", drafts, (_("{n} recall is drafted"), _("{n} recalls are drafted"))))
        asked = sum(
            1 for r in verbs.recall_received(desk, actor) if r.outcome == "in-use" and r.answered_by is None
        )
        found.append(
            ("/release/recalls", asked, (_("{n} recall of a partner"), _("{n} recalls of partners")))
        )
    if may(actor, "consent"):
        consents = sum(1 for c in verbs.consent_list(desk, actor, waiting=True) if c.direction == "answering")
        found.append(
            ("/release/consents", consents, (_("{n} consent is asked"), _("{n} consents are asked")))
        )
    if may(actor, "joint"):
        to_us, answered = asked_and_answered(desk, actor)
        found.append(("/requests", to_us, (_("{n} request of a partner"), _("{n} requests of partners"))))
        found.append(("/requests", answered, (_("{n} answer to settle"), _("{n} answers to settle"))))
    if may(actor, "job"):
        running = sum(1 for job in verbs.jobs(desk, actor) if job.state in ("running", "interrupted"))
        found.append(
            ("/import", running, (_("{n} import is not finished"), _("{n} imports are not finished")))
        )
    return [{"href": href, "sentence": ntext(lang, *words, n)} for href, n, words in found if n]


def _alerts(
    desk: Desk, actor: Actor, lang: str, titles: Mapping[str, str], show: Show
) -> list[dict[str, Any]]:
    told = [
        {
            "act": f"/playbooks/{notice.playbook}/seen",
            "name": notice.name,
            "href": "",
            "heading": ntext(lang, _("{n} new object"), _("{n} new objects"), len(notice.items)),
            "rows": lines_of(desk, actor, notice.items[:SHOWN], lang, titles, show),
            "markings": [item.marking for item in notice.items[:SHOWN]],
        }
        for notice in notices(desk, actor)
    ]
    return told + [
        {
            "act": f"/searches/{alert.search.id}",
            "name": alert.search.name,
            "href": alert.search.address,
            "heading": ntext(lang, _("{n} new object"), _("{n} new objects"), len(alert.items))
            + ("+" if alert.more else ""),
            "rows": lines_of(desk, actor, alert.items[:SHOWN], lang, titles, show),
            "markings": [item.marking for item in alert.items[:SHOWN]],
        }
        for alert in verbs.alerts(desk, actor)
    ]


def _types(counts: Mapping[str, int], lang: str) -> list[dict[str, Any]]:
    known = [
        {"label": type_label(kind, lang), "count": n, "href": Asked(type=kind).address()}
        for kind, n in counts.items()
        if n and kind != "marking-definition"
    ]
    return sorted(known, key=lambda one: str(one["label"]).casefold())
