"""What was done at the release desk in time, and what each partner sees now."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.answers import Shown, Summary
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import display
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, ntext, number, text
from cordiale.web.context import Site
from cordiale.web.lines import href, sentence, short, titles_of, when
from cordiale.web.marks import banner, unmarked
from cordiale.web.recalls import STATES
from cordiale.web.release import HERE, tabs

PAGE: Final = 50
ACTS: Final = {
    "approved": _("approved objects for {partner}: {n}"),
    "confirmed": _("approved objects for {partner}, with a second officer: {n}"),
    "withdrawn": _("approved objects for {partner}, withdrawn since: {n}"),
}
OPENS: Final = {"release": "preview", "recall": "recall", "rules": "rules"}
"""What is asked of who opens what a line is about."""
RULED: Final = _("applied the rules {partner}")
RECALLED: Final = _("asked {partner} to take objects back ({n}): {state}")


def handlers(site: Site) -> list[Any]:
    """Return the routes of both pages."""

    @get("/release/log", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        before = str(request.query_params.get("before") or "")
        at = int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None
        values = log(site.desk, site.actor(request), site.language(request), at)
        return site.page(request, "release_log.html", HERE, values)

    @get("/release/partners", sync_to_thread=True)
    def seen(request: Request[Any, Any, Any]) -> Response[str]:
        values = partners_see(site.desk, site.actor(request), site.language(request))
        return site.page(request, "release_partners.html", HERE, values)

    return [shown, seen]


def log(desk: Desk, actor: Actor, lang: str, before: int | None) -> dict[str, Any]:
    """Return what was released, recalled and ruled, newest first."""
    titles = titles_of(desk, actor)
    found = verbs.release_log(desk, actor, before=before, limit=PAGE)
    lines = []
    for one in found:
        params = {
            "n": number(lang, one.objects),
            "partner": titles.get(one.partner, one.partner),
            "state": text(lang, STATES[one.state][1]) if one.kind == "recall" else "",
        }
        said = {"release": ACTS.get(one.state, ACTS["approved"]), "recall": RECALLED, "rules": RULED}
        lines.append(
            {
                "kind": one.kind,
                "at": when(one.at, lang),
                "by": one.by,
                "sentence": text(lang, said[one.kind], **params),
                "reason": one.reason if one.kind == "release" else "",
                "href": {
                    "release": f"/release/acts/{one.id}",
                    "recall": f"/release/recalls/{one.id}",
                    "rules": f"/partners/rules/{one.partner}",
                }[one.kind]
                if may(actor, OPENS[one.kind])
                else "",
            }
        )
    return {
        "tabs": tabs(actor, lang, "/log"),
        "lines": lines,
        "next_href": f"/release/log?before={found[-1].at}" if len(found) == PAGE else None,
        "banner": unmarked(lang),
    }


def partners_see(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
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
                "queue_href": "/release?" + urlencode({"partner": p.partner}) if p.awaiting_act else "",
                "sentence": f"{gone} {waits}" if p.awaiting_act else gone,
                "verbatim": p.verbatim,
                "tear_lines": p.tear_lines,
                "reasons": reasons,
            }
        )
    return {"tabs": tabs(actor, lang, "/partners"), "previews": found, "banner": banner(named, show, lang)}


def _summary(desk: Desk, actor: Actor, stix_id: str) -> Summary | None:
    """Return an object's line in a list, None for what the reader may not see."""
    try:
        shown: Shown = verbs.show(desk, actor, stix_id)
    except NotFound:
        return None
    return shown.statements[0].summary
