"""The page of what partners see."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.answers import Shown, Summary
from cordiale.desk.desk import Desk
from cordiale.desk.display import display
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, ntext, number
from cordiale.web.context import Entry, Site
from cordiale.web.lines import href, sentence, short, titles_of
from cordiale.web.marks import banner

RAIL: Final = Entry(30, "/release", _("Release"), "release")


def handlers(site: Site) -> list[Any]:
    """Return the page's routes."""

    @get("/release", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        values = release(site.desk, site.actor(request), site.language(request))
        return site.page(request, "release.html", "/release", values)

    return [shown]


def release(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return, for each partner, what it sees now and why not the rest."""
    found = []
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    names: dict[str, str] = {}
    named: set[tuple[str, ...]] = set()
    previews = verbs.preview(desk, actor)
    for stix_id in {i for p in previews for w in p.reasons for i in w.examples}:
        line = _summary(desk, actor, stix_id)
        if line is not None:
            names[stix_id] = line.name
            named.add(line.marking)
    for p in previews:
        gone = ntext(lang, _("{n} object of {total} is released."), _("{n} objects of {total} are released."),
                     p.verbatim + p.tear_lines, total=number(lang, p.total))  # fmt: skip
        waits = ntext(
            lang, _("{n} waits for an officer's act."), _("{n} wait for an officer's act."), p.awaiting_act
        )
        reasons = [
            {
                "count": w.count,
                "sentence": sentence(w.reason, lang),
                "examples": [
                    {"href": href(i), "name": names.get(i) or short(i, i.partition("--")[0], lang)}
                    for i in w.examples
                ],
            }
            for w in p.reasons
        ]
        found.append(
            {
                "partner": titles.get(p.partner, p.partner),
                "sentence": f"{gone} {waits}" if p.awaiting_act else gone,
                "verbatim": p.verbatim,
                "tear_lines": p.tear_lines,
                "reasons": reasons,
            }
        )
    return {"previews": found, "banner": banner(named, show, lang)}


def _summary(desk: Desk, actor: Actor, stix_id: str) -> Summary | None:
    """Return an object's line in a list, None for what the reader may not see."""
    try:
        shown: Shown = verbs.show(desk, actor, stix_id)
    except NotFound:
        return None
    return shown.statements[0].summary
