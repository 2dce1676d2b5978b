"""One object's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson
from litestar import Request, Response, get
from litestar.response import File

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.answers import AttachmentView, Shown, Statement
from cordiale.desk.desk import Desk
from cordiale.desk.display import Show, display
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, instant, ntext, number, text
from cordiale.web.context import Site
from cordiale.web.fields import Reading, rows, title
from cordiale.web.labels import type_label
from cordiale.web.lines import href, partner_chip, references, short, titles_of
from cordiale.web.marks import banner, chips

TRANSLATIONS: Final = 8
"""Most language-content objects read for one page."""

DOUBT: Final = _("In doubt: it came from {partners} while their key may have been in other hands.")


def handlers(site: Site) -> list[Any]:
    """Return the page's routes."""

    @get("/objects/{stix_id:str}", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        stix_id = str(request.path_params["stix_id"])
        values = one_object(site.desk, site.actor(request), site.language(request), stix_id)
        return site.page(request, "object.html", "/objects", values)

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

    return [shown, attachment]


def one_object(desk: Desk, actor: Actor, lang: str, stix_id: str) -> dict[str, Any]:
    """Return an object's page. Raises NotFound alike for what is absent and what the reader may not see."""
    shown: Shown = verbs.show(desk, actor, stix_id)
    known = {
        r.id: (r.name or short(r.id, r.type, lang), href(r.id))
        for r in (*shown.refers_to, *shown.referred_by)
    }
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    sources = {s.summary.source for s in shown.statements}  # they said it: nothing is released to them
    translated = _translations(desk, actor, shown)
    first = shown.statements[0]
    reading = _reading(first, lang, known, translated)
    name, name_lang = title(first.value, reading, first.summary.name or stix_id)
    marking = {atom for s in shown.statements for atom in s.effective_marking}
    on_page = [s.full_marking for s in shown.statements] + [s.effective_marking for s in shown.statements]
    on_page += [a.marking for a in shown.attachments]
    on_page += [r.marking for r in (*shown.refers_to, *shown.referred_by)]
    return {
        "id": stix_id,
        "title": name,
        "title_lang": name_lang if name_lang and name_lang[:2] != lang[:2] else None,
        "type": type_label(first.summary.type, lang),
        "chips": chips(marking, show),
        "partners": [partner_chip(c, lang, titles) for c in shown.partners if c.partner not in sources],
        "statements": [
            _statement(s, lang, _reading(s, lang, known, translated), titles, show) for s in shown.statements
        ],
        "attachments": [_attachment(a, lang, show) for a in shown.attachments],
        "referred_by": references(shown.referred_by, lang),
        "banner": banner(on_page, show, lang),
    }


def _translations(desk: Desk, actor: Actor, shown: Shown) -> dict[str, tuple[dict[str, Any], str | None]]:
    """Return language → (texts by property, version translated) of the translations the reader may see."""
    found: dict[str, tuple[dict[str, Any], str | None]] = {}
    ids = [r.id for r in shown.referred_by if r.type == "language-content"][:TRANSLATIONS]
    for stix_id in ids:
        try:
            value = verbs.show(desk, actor, stix_id).statements[0].value
        except NotFound:
            continue
        contents = value.get("contents")
        if value.get("object_ref") == shown.id and isinstance(contents, dict):
            for lang, texts in contents.items():
                if isinstance(texts, dict):
                    found[lang] = (texts, value.get("object_modified"))
    return found


def _reading(
    s: Statement,
    lang: str,
    known: dict[str, tuple[str, str]],
    translated: dict[str, tuple[dict[str, Any], str | None]],
) -> Reading:
    versions = {v for _texts, v in translated.values() if v}
    return Reading(
        lang=lang,
        resolve=known.get,
        translations={k: texts for k, (texts, _v) in translated.items()},
        original=s.value.get("lang") or ("en" if translated else None),
        stale=bool(versions) and s.value.get("modified") not in versions,
    )


def _statement(
    s: Statement, lang: str, reading: Reading, titles: Mapping[str, str], show: Show
) -> dict[str, Any]:
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
        "rows": rows(s.value, reading),
        "technical": rows(s.value, reading, technical=True),
        "raw": orjson.dumps(s.value, option=orjson.OPT_INDENT_2).decode(),
    }


def _attachment(a: AttachmentView, lang: str, show: Show) -> dict[str, Any]:
    return {
        "href": f"{href(a.object_id)}/files/{a.sha256}" if a.held else None,
        "name": a.name,
        "media_type": a.media_type,
        "size": text(lang, _("{size} kB"), size=number(lang, max(1, round(a.size / 1000)))),
        "chips": chips(a.marking, show),
    }
