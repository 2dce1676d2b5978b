"""An object beside what a partner would read of it; parts of our own can be kept back, and the partner's text follows."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.desk import Desk
from cordiale.desk.outgoing.queue import Reading as Read
from cordiale.desk.outgoing.strike import parts_of, struck_in
from cordiale.desk.views.display import display
from cordiale.platform.errors import CordialeError, InputError, explain, http_status
from cordiale.platform.languages import _, text
from cordiale.web import fields
from cordiale.web.context import Site
from cordiale.web.deeds import Asked, Given, away, deed
from cordiale.web.fields import Reading, Row
from cordiale.web.lines import href, short, titles_of
from cordiale.web.marks import banner
from cordiale.web.release import HERE, LONGEST, judged, tabs, text_href


class Side(msgspec.Struct, frozen=True):
    """One property: here, and as the partner would read it; `state` is same, cut, changed, added or none (nothing goes)."""

    name: str
    label: str
    state: str
    here: Row | None
    there: Row | None
    can_strike: bool = False
    struck: bool = False


STATES: Final = {
    "same": _("word for word"),
    "none": "",
    "cut": _("not in it"),
    "changed": _("without a part"),
    "added": _("of its own"),
}

LIKELY: Final = ("tlp:red",)


def handlers(site: Site) -> list[Any]:
    """Return the routes of the two texts and of what is kept back."""
    desk = site.desk

    @get("/release/text/{stix_id:str}", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        stix_id = str(request.path_params["stix_id"])
        partner = str(request.query_params.get("partner") or "")[:LONGEST]
        values = both(desk, site.actor(request), site.language(request), stix_id, partner)
        return site.page(request, "release_text.html", HERE, values)

    def tried(request: Asked, given: Given, error: InputError | None = None) -> Response[Any]:
        stix_id = str(request.path_params["stix_id"])
        actor, lang = site.actor(request), site.language(request)
        values = both(
            desk,
            actor,
            lang,
            stix_id,
            given.one("partner"),
            chosen=tuple(given.all("strike")),
            atoms=given.one("atoms"),
        )
        status = http_status(error) if error else 200
        return site.page(request, "release_text.html", HERE, values, status, refused=error)

    def struck(request: Asked, given: Given) -> Response[Any]:
        stix_id = str(request.path_params["stix_id"])
        actor = site.actor(request)
        try:
            verbs.strike(desk, actor, stix_id, given.all("strike"), given.one("atoms"))
        except InputError as error:
            return tried(request, given, error.at(*error.fields, "atoms"))
        return away(text_href(stix_id, given.one("partner")))

    return [
        shown,
        deed("/release/text/{stix_id:str}/try", tried),
        deed("/release/text/{stix_id:str}/keep", struck),
    ]


def both(
    desk: Desk,
    actor: Actor,
    lang: str,
    stix_id: str,
    partner: str,
    *,
    chosen: tuple[str, ...] | None = None,
    atoms: str = "",
) -> dict[str, Any]:
    """Return both texts; with `chosen`, as they would be if these properties stood under `atoms`."""
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    known = [one.partner for one in verbs.preview(desk, actor, ids=())]
    name = partner or next(iter(known), "")
    if not name:
        raise InputError(
            "no-partners", _("No partner has rules yet: nothing can go, and nobody would read anything.")
        )
    now = verbs.would_read(desk, actor, stix_id, name)
    problem, found = "", now
    if chosen is not None:
        try:
            found = verbs.strike_try(desk, actor, stix_id, name, chosen, atoms or LIKELY[0])
        except CordialeError as error:
            problem = explain(error, lang)
    may_strike = now.ours and not now.hidden and may(actor, "mark")
    names = {
        r.id: (r.name or short(r.id, r.type, lang), href(r.id))
        for r in verbs.show(desk, actor, stix_id).refers_to
    }
    sides = _sides(
        found,
        Reading(type=stix_id.partition("--")[0], lang=lang, resolve=names.get),
        may_strike=may_strike,
        chosen=chosen,
    )
    values = judged(found.judged, lang, titles, show, name)
    path = f"/release/text/{quote(stix_id, safe='')}"
    return {
        "tabs": tabs(actor, lang, "-"),
        "id": stix_id,
        "row": values,
        "object_href": href(stix_id),
        "partner": name,
        "partner_title": titles.get(name, name),
        "others": [
            {"label": titles.get(one, one), "href": text_href(stix_id, one), "here": one == name}
            for one in known
        ],
        "sides": sides,
        "states": {state: text(lang, said) for state, said in STATES.items()},
        "goes": found.read is not None,
        "hidden": found.hidden,
        "may_strike": may_strike,
        "action": path,
        "atoms": atoms or LIKELY[0],
        "changed": chosen is not None and not problem,
        "problem": problem,
        "try_href": "/release/try?" + urlencode({"partner": name, "id": stix_id}),
        "may_release": may(actor, "release"),
        "banner": banner([found.judged.summary.marking, now.judged.summary.marking], show, lang),
    }


def _sides(found: Read, reading: Reading, *, may_strike: bool, chosen: tuple[str, ...] | None) -> list[Side]:
    value, read = found.original, found.read or {}
    can = set(parts_of(value)) if may_strike else set()
    struck = set(chosen) if chosen is not None else set(struck_in(value))
    names = [n for n in ("name", *value) if n in value] + [n for n in read if n not in value]
    sides = []
    for name in dict.fromkeys(names):
        if name in fields.TECHNICAL:
            continue
        here = fields.row(name, value[name], reading) if name in value else None
        there = fields.row(name, read[name], reading) if name in read else None
        if found.read is None:
            state = "none"
        elif here is None:
            state = "added"
        elif there is None:
            state = "cut"
        else:
            state = "same" if value[name] == read[name] else "changed"
        row = here or there
        assert row is not None
        sides.append(Side(name, row.label, state, here, there, name in can, name in struck))
    return sides
