"""What the search box offers while somebody types: the first objects that are found."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.views.display import display
from cordiale.web.context import Site
from cordiale.web.lines import line
from cordiale.web.marks import banner
from cordiale.web.question import MOST

OFFERED: Final = 8


def handlers(site: Site) -> list[Any]:
    """Return the route of what is found."""

    @get("/palette", sync_to_thread=True)
    def found(request: Request[Any, Any, Any]) -> Response[str]:
        lang, actor = site.language(request), site.actor(request)
        words = str(request.query_params.get("q") or "").strip()[:MOST]
        show = display(site.desk, actor, lang)
        items = verbs.search(site.desk, actor, words, lang=lang, limit=OFFERED).items if words else ()
        values = {
            "rows": [line(item, lang, {}, show) for item in items],
            "q": words,
            "banner": banner((item.marking for item in items), show, lang),
        }
        return site.page(request, "palette.html", "", values)

    return [found]
