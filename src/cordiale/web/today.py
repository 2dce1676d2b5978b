"""The first page."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.desk import Desk
from cordiale.desk.display import display
from cordiale.platform.languages import _
from cordiale.web.context import Entry, Site
from cordiale.web.lines import line, titles_of
from cordiale.web.marks import banner
from cordiale.web.objects import types
from cordiale.web.partners import partner_view

RAIL: Final = Entry(10, "/", _("Today"), "today")


def handlers(site: Site) -> list[Any]:
    """Return the page's routes."""

    @get("/", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        values = today(site.desk, site.actor(request), site.language(request))
        return site.page(request, "today.html", "/", values)

    return [shown]


def today(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return the first page: what is held, what came last, the links."""
    counts = verbs.counts(desk, actor)
    page = verbs.search(desk, actor, "", lang=lang, limit=12)
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    return {
        "types": types(counts, lang),
        "rows": [line(item, lang, titles, show) for item in page.items],
        "partners": [partner_view(p, lang) for p in verbs.partner_list(desk, actor)],
        "banner": banner((item.marking for item in page.items), show, lang),
    }
