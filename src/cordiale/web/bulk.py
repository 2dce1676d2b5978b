"""Act on what was chosen in a list: marking after a dry run here, release on the desk that is for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, post
from litestar.response import Redirect

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import display
from cordiale.desk.written import marking_of
from cordiale.platform.errors import CordialeError, InputError, explain
from cordiale.platform.languages import _, ntext
from cordiale.web.context import Site
from cordiale.web.forms import LARGEST, lists
from cordiale.web.lines import href, short, titles_of
from cordiale.web.marks import banner, chips
from cordiale.web.preferences import local

MOST: Final = 300
"""Objects that are acted on at once from a list; `cordiale mark` and rules take more."""


def handlers(site: Site) -> list[Any]:
    """Return the routes that what was chosen is sent to."""

    @post("/objects/chosen", status_code=200, request_max_body_size=LARGEST)
    async def chosen(request: Request[Any, Any, Any]) -> Response[Any]:
        form = await lists(request)
        ids = list(dict.fromkeys(form.get("id", ())))[:MOST]
        one = {name: values[-1] for name, values in form.items()}
        if not ids:
            raise InputError("nothing-chosen", _("Choose at least one object."))
        if one.get("act") == "release":
            return Redirect(
                "/release/try?" + urlencode([("id", stix_id) for stix_id in ids]), status_code=303
            )
        actor, lang = site.actor(request), site.language(request)
        values = await asyncio.to_thread(_marking, site.desk, actor, lang, ids, one)
        values["next"] = local(one.get("next", "/objects"))
        return site.page(request, "bulk.html", "/objects", values, refused=values.pop("error"))

    return [chosen]


def _marking(desk: Desk, actor: Actor, lang: str, ids: Sequence[str], form: dict[str, str]) -> dict[str, Any]:
    """Ask for a marking, say what it would do, and on confirmation do it."""
    written = form.get("marking", "").strip()
    values = _chosen(desk, actor, lang, ids) | {"marking": written}
    if not written:
        return values
    show = display(desk, actor, lang)
    try:
        if form.get("step") == "do":
            done = verbs.mark_all(desk, actor, ids, written, wait=len(ids) <= MOST)
            said = ntext(
                lang, _("{n} object is marked anew."), _("{n} objects are marked anew."), done.objects
            )
            return values | {"done": said, "chips": chips(marking_of(written), show)}
        found = verbs.mark_trial(desk, actor, ids, written)
    except CordialeError as refused:
        return values | {"refused": explain(refused, lang), "error": refused}
    titles = titles_of(desk, actor)
    lines = [
        ntext(lang, _("{n} object of this node gets a new version."), _("{n} objects of this node get a new version."), found.versions),
        ntext(lang, _("{n} object that came unmarked is given this marking."), _("{n} objects that came unmarked are given this marking."), found.given),
        ntext(lang, _("{n} object of others becomes stricter here."), _("{n} objects of others become stricter here."), found.stricter),
        ntext(lang, _("{n} object of others cannot be marked like this: only stricter."), _("{n} objects of others cannot be marked like this: only stricter."), found.refused),
    ]  # fmt: skip
    counted = (found.versions, found.given, found.stricter, found.refused)
    return values | {
        "effects": [line for n, line in zip(counted, lines, strict=True) if n],
        "losing": [
            {
                "partner": titles.get(name, name),
                "sentence": ntext(
                    lang,
                    _("holds {n} of them now; what the new marking no longer allows is drafted as a recall"),
                    _("holds {n} of them now; what the new marking no longer allows is drafted as a recall"),
                    n,
                ),
            }
            for name, n in found.held.items()
            if n
        ],
        "chips": chips(found.marking, show),
    }


def _chosen(desk: Desk, actor: Actor, lang: str, ids: Sequence[str]) -> dict[str, Any]:
    """Return what was chosen, as the reader sees it; raises NotFound where one is not for them."""
    lines = verbs.summaries(desk, actor, ids)
    show = display(desk, actor, lang)
    return {
        "heading": ntext(lang, _("{n} object chosen"), _("{n} objects chosen"), len(lines)),
        "rows": [
            {
                "id": item.id,
                "href": href(item.id),
                "name": item.name or short(item.id, item.type, lang),
                "chips": chips(item.marking, show),
            }
            for item in lines
        ],
        "banner": banner((item.marking for item in lines), show, lang),
        "done": "",
        "refused": "",
        "error": None,
        "effects": [],
        "losing": [],
        "chips": [],
        "marking": "",
    }
