"""One object's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from litestar import Request, Response, get
from litestar.response import File

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.answers import AttachmentView, Chip, ReferenceView, Shown, Statement, Summary
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import Show, display
from cordiale.desk.views.ends import TIES
from cordiale.desk.views.history import Remark
from cordiale.platform.errors import InputError, explain
from cordiale.platform.languages import _, instant, ntext, number, text
from cordiale.web.context import Site
from cordiale.web.decisions import decisions
from cordiale.web.deeds import Asked, Given, away, deed
from cordiale.web.domains import leads
from cordiale.web.fields import Reading, rows, title
from cordiale.web.graph import drawn
from cordiale.web.history import timeline, versions
from cordiale.web.labels import type_label
from cordiale.web.lines import href, partner_chip, references, sayings, short, titles_of
from cordiale.web.marks import banner, carried, chips
from cordiale.web.members import PATH, members, waits
from cordiale.web.places import has_places, places, places_in
from cordiale.web.remarks import OPINIONS, Translated, spoken, translations
from cordiale.web.turning import spelled

TABS: Final = {
    "": _("Overview"),
    "graph": _("Graph"),
    "map": _("Map"),
    "timeline": _("Timeline"),
    "versions": _("Versions"),
    "decisions": _("Who sees this and why"),
    "raw": _("Raw JSON"),
}

MOST: Final = 4000
"""Longest marking that a page says it shows already."""

DECIDED: Final = 4
"""Partners for each of which a button leads to the dry run; beyond, the one that is for all does."""

SAID_APART: Final = frozenset({"language-content", "note", "opinion", "sighting"})
"""What refers to an object and has a place of its own on its page."""

DOUBT: Final = _("In doubt: it came from {partners} while their key may have been in other hands.")


def handlers(site: Site) -> list[Any]:
    """Return the page's routes."""

    @get("/objects/{stix_id:str}", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        given = request.query_params
        tab, old, new = (str(given.get(name) or "")[:80] for name in ("tab", "old", "new"))
        stix_id = str(request.path_params["stix_id"])
        values = one_object(
            site.desk, site.actor(request), site.language(request), stix_id, tab=tab, old=old, new=new
        )
        values["elsewhere"] = leads(
            site.among, site.actor(request), stix_id, values.pop("value"), site.language(request)
        )
        return site.page(request, "object.html", "/objects", values)

    @get("/objects/{stix_id:str}/glance", sync_to_thread=True)
    def glance(request: Request[Any, Any, Any]) -> Response[str]:
        over = carried(str(request.query_params.get("with") or "")[:MOST])
        stix_id = str(request.path_params["stix_id"])
        values = one_object(site.desk, site.actor(request), site.language(request), stix_id, over=over)
        return site.page(request, "glance.html", "/objects", values)

    @get("/objects/{stix_id:str}/files/{sha256:str}", sync_to_thread=True)
    def attachment(request: Request[Any, Any, Any]) -> File:
        named = request.path_params
        view, path = verbs.attachment(
            site.desk, site.actor(request), str(named["stix_id"]), str(named["sha256"])
        )
        # a partner chose the name and the type: always a download, never shown
        return File(
            path,
            filename=view.name.replace("/", "_").replace("\\", "_"),
            media_type="application/octet-stream",
            content_disposition_type="attachment",
            headers={"content-security-policy": "sandbox; default-src 'none'"},
        )

    def say(request: Asked, given: Given) -> Response[Any]:
        stix_id = str(request.path_params["stix_id"])
        actor, lang = site.actor(request), site.language(request)
        try:
            verbs.say(
                site.desk,
                actor,
                stix_id,
                given.whole("content"),
                opinion=given.one("opinion", 40),
                marking=given.one("marking") or None,
                lang=lang,
            )
        except InputError as error:
            values = one_object(site.desk, actor, lang, stix_id) | {
                "problem": explain(error, lang),
                "content": given.whole("content"),
                "opinion": given.one("opinion", 40),
                "stricter": given.one("marking"),
            }
            return site.page(request, "object.html", "/objects", values, 422, refused=error)
        return away(f"{href(stix_id)}#said")

    return [shown, glance, attachment, deed("/objects/{stix_id:str}/say", say)]


def one_object(
    desk: Desk,
    actor: Actor,
    lang: str,
    stix_id: str,
    *,
    tab: str = "",
    old: str = "",
    new: str = "",
    over: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return an object's page; `old` and `new` are versions to compare, `over` what else the page's banner covers.

    Raises NotFound alike for what is absent and what the reader may not see.
    """
    # a graph asks by itself for what is around
    shown: Shown = verbs.show(desk, actor, stix_id, around=tab != "graph")
    around = verbs.neighbours(desk, actor, [stix_id]) if tab == "graph" else None
    said: tuple[Remark, ...] = verbs.remarks(desk, actor, stix_id) if shown.referred_by or around else ()
    known = {
        r.id: (r.name or short(r.id, r.type, lang), href(r.id))
        for r in (*shown.refers_to, *shown.referred_by)
    }
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    sources = {s.summary.source for s in shown.statements}  # they said it: nothing is released to them
    others = [c for c in shown.partners if c.partner not in sources]
    partners = [partner_chip(c, lang, titles) for c in others]
    translated = translations(said, stix_id)
    first = shown.statements[0]
    reading = _reading(first, lang, known, translated)
    name, name_lang = title(
        first.value, reading, first.summary.name or short(stix_id, first.summary.type, lang)
    )
    marking = {atom for s in shown.statements for atom in s.effective_marking}
    on_page = [s.full_marking for s in shown.statements] + [s.effective_marking for s in shown.statements]
    on_page += [a.marking for a in shown.attachments]
    on_page += [r.marking for r in (*shown.refers_to, *shown.referred_by)]
    on_page += [one.marking for one in said] + [over]
    offered = {"decisions": bool(others), "map": has_places(shown) if around is None else places_in(around)}
    tab = tab if tab in TABS and offered.get(tab, True) else ""
    referring = [r for r in shown.referred_by if r.type not in SAID_APART] if not tab else []
    named: list[Summary | ReferenceView] = [*referring]
    named += [first.summary] if first.summary.type in TIES else []
    ties = verbs.ends(desk, actor, named)
    called = sayings(desk, actor, named, ties, lang, show)
    if stix_id in ties:
        name, name_lang = called[stix_id], None
    gathered = members(desk, actor, lang, shown, others, titles, show) if not tab else None
    values: dict[str, Any] = {
        "id": stix_id,
        "value": first.value,
        "elsewhere": (),
        "href": href(stix_id),
        "tab": tab,
        "tabs": [
            {"name": one, "label": text(lang, label), "href": href(stix_id) + (f"?tab={one}" if one else "")}
            for one, label in TABS.items()
            if offered.get(one, True)
        ],
        "title": name,
        "title_lang": name_lang if name_lang and name_lang[:2] != lang[:2] else None,
        "type": type_label(first.summary.type, lang),
        "chips": chips(marking, show),
        "partners": partners,
        "statements": _statements(shown, lang, known, translated, titles, show, apart=gathered is not None),
        "members": gathered,
        "decide": _decide(stix_id, first.summary.source, said, others, lang, titles)
        if may(actor, "release")
        else [],
        "attachments": [_attachment(a, lang, show) for a in shown.attachments],
        "referred_by": references(referring, lang, called),
        "remarks": spoken(said, lang, titles, show),
        "may_mark": may(actor, "mark"),
        "may_release": may(actor, "release"),
        "may_ask": may(actor, "request"),
        "may_say": may(actor, "say"),
        "opinions": [(one, text(lang, words)) for one, words in OPINIONS.items()],
        "problem": "",
        "content": "",
        "opinion": "",
        "stricter": "",
        "may_purge": may(actor, "recall") and any(s.summary.origin == "local" for s in shown.statements),
    }
    if around is not None:
        values["graph"] = drawn(desk, actor, lang, around)
        on_page.append(carried(values["graph"]["banner"]["atoms"]))
    elif tab == "map":
        values["places"] = places(desk, actor, lang, stix_id, titles, show)
        on_page += values["places"]["markings"]
    elif tab in ("versions", "timeline"):
        found = verbs.history(desk, actor, stix_id)
        on_page += [v.marking for v in found]
        if tab == "versions":
            values["history"] = versions(found, lang, titles, show, old, new)
        else:
            values["timeline"] = timeline(shown, found, said, partners, lang, titles)
    elif tab == "decisions":
        values["decisions"] = decisions(desk, actor, lang, stix_id, others, titles)
    return values | {"banner": banner(on_page, show, lang)}


def _decide(
    stix_id: str,
    source: str,
    said: Sequence[Remark],
    others: Sequence[Chip],
    lang: str,
    titles: Mapping[str, str],
) -> list[dict[str, str]]:
    """Return where an officer decides for each of a few partners for whom the object waits; its translations go along."""
    waiting = [one for one in others if waits(one)]
    if len(waiting) > DECIDED:
        return []
    texts = [
        one.summary.id
        for one in said
        if one.summary.type == "language-content"
        and one.value.get("object_ref") == stix_id
        and one.summary.source == source
    ]
    return [
        {
            "label": text(lang, _("Release to {partner}…"), partner=titles.get(one.partner, one.partner)),
            "href": "/release/try?"
            + urlencode({"partner": one.partner, "id": [stix_id, *texts]}, doseq=True),
        }
        for one in waiting
    ]


def _statements(
    shown: Shown,
    lang: str,
    known: dict[str, tuple[str, str]],
    translated: Translated,
    titles: Mapping[str, str],
    show: Show,
    *,
    apart: bool = False,
) -> list[dict[str, Any]]:
    """Return each source's statement; where several speak, the properties they differ in are named."""
    values = [s.value for s in shown.statements]
    names = {n for value in values for n in value}
    differ = {n for n in names if len(values) > 1 and any(v.get(n) != values[0].get(n) for v in values)}
    return [
        _statement(s, lang, _reading(s, lang, known, translated), titles, show, apart=apart)
        | {"differs": differ - {"modified", "created_by_ref", "object_marking_refs"}}
        for s in shown.statements
    ]


def _reading(
    s: Statement,
    lang: str,
    known: dict[str, tuple[str, str]],
    translated: Translated,
) -> Reading:
    now = s.value.get("modified")
    return Reading(
        type=s.summary.type,
        lang=lang,
        resolve=known.get,
        translations={k: texts for k, (texts, _v) in translated.items()},
        original=s.value.get("lang") or ("en" if translated else None),
        stale=frozenset(
            k for k, (_texts, version) in translated.items() if version and now and version != now
        ),
    )


def _statement(
    s: Statement,
    lang: str,
    reading: Reading,
    titles: Mapping[str, str],
    show: Show,
    *,
    apart: bool = False,
) -> dict[str, Any]:
    """Return one source's statement; what a container gathers may stand `apart` from it."""
    count = ntext(lang, _("{n} version"), _("{n} versions"), s.versions)
    received = instant(lang, s.summary.received)
    heading = {
        "local": _("Stated here ({source})"),
        "derived": _("Derived here ({source})"),
    }.get(s.summary.origin, _("Stated by {source}"))
    return {
        "heading": text(lang, heading, source=titles.get(s.summary.source, s.summary.source)),
        "note": text(lang, _("{versions}, received {when}"), versions=count, when=received),
        "doubt": text(lang, DOUBT, partners=", ".join(s.doubtful)) if s.doubtful else "",
        "chips": chips(s.full_marking, show),
        "rows": [row for row in rows(s.value, reading) if not (apart and row.name == PATH)],
        "technical": rows(s.value, reading, technical=True),
        "raw": spelled(orjson.dumps(s.value, option=orjson.OPT_INDENT_2).decode()),
    }


def _attachment(a: AttachmentView, lang: str, show: Show) -> dict[str, Any]:
    return {
        "href": f"{href(a.object_id)}/files/{a.sha256}" if a.held else None,
        "name": a.name,
        "media_type": a.media_type,
        "size": text(lang, _("{size} kB"), size=number(lang, max(1, round(a.size / 1000)))),
        "chips": chips(a.marking, show),
    }
