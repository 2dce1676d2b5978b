"""The list of objects."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.desk import Desk
from cordiale.desk.display import display
from cordiale.platform.languages import _
from cordiale.web.context import Entry, Site
from cordiale.web.labels import type_label
from cordiale.web.lines import line, titles_of
from cordiale.web.marks import banner

PAGE: Final = 50

MOST: Final = 400
"""Longest search, type or place in a list that is read from an address."""

RAIL: Final = Entry(20, "/objects", _("Objects"), "objects")


def handlers(site: Site) -> list[Any]:
    """Return the page's routes."""

    @get("/objects", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        given = request.query_params
        asked = {name: str(given.get(name) or "").strip()[:MOST] for name in ("q", "type", "after")}
        values = objects(
            site.desk,
            site.actor(request),
            site.language(request),
            q=asked["q"],
            kind=asked["type"],
            after=asked["after"],
        )
        return site.page(request, "objects.html", "/objects", values)

    return [shown]


def objects(desk: Desk, actor: Actor, lang: str, *, q: str, kind: str, after: str) -> dict[str, Any]:
    """Return the object list: one page, newest first, with counts by type."""
    page = verbs.search(
        desk, actor, q, lang=lang, type=kind or None, after=after or None, limit=PAGE, partners=True
    )
    counts = verbs.counts(desk, actor)
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    shown = [line(item, lang, titles, show) for item in page.items]
    query = {"q": q, "type": kind}
    return {
        "q": q,
        "chosen": kind,
        "types": types(counts, lang, q=q, chosen=kind),
        "total": sum(counts.values()),
        "all_href": address(q=q),
        "rows": shown,
        "shared": any(row["partners"] for row in shown),
        "next_href": address(**query, after=page.next) if page.next else None,
        "banner": banner((item.marking for item in page.items), show, lang),
    }


def types(counts: dict[str, int], lang: str, *, q: str = "", chosen: str = "") -> list[dict[str, Any]]:
    """Return how many objects there are of each type, with the address that lists them."""
    known = [
        {"label": type_label(k, lang), "count": n, "href": address(q=q, type=k), "chosen": k == chosen}
        for k, n in counts.items()
        if n and k != "marking-definition"
    ]
    return sorted(known, key=lambda t: str(t["label"]).casefold())


def address(**query: str) -> str:
    """Return the address of a list that is narrowed like this."""
    chosen = {k: v for k, v in query.items() if v}
    return "/objects" + (f"?{urlencode(chosen)}" if chosen else "")
