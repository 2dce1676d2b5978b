"""The page of feeds: what is served to tools, who fetched it last, how much it held and why the rest is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk.actor import may
from cordiale.desk.domain import File, Page
from cordiale.desk.outgoing.feeds import feed_list, manages
from cordiale.desk.outgoing.writers import writers
from cordiale.domains.cyber.tabs import tabs
from cordiale.domains.cyber.writers.saving import forms, save
from cordiale.domains.cyber.writers.serving import confidence_of
from cordiale.platform.languages import brief_instant, instant, number, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.desk.outgoing.feeds import Feed

TEMPLATES: Final = Path(__file__).parent / "templates"
ADDRESS: Final = "/api/v1/feeds/{name}.{format}"


def feeds(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the feeds that somebody may know of, with their health, and the forms to add one and to save a file."""
    may_export = may(actor, "export")
    found = feed_list(desk, actor) if may_export else ()
    known = writers()
    values = {
        "tabs": tabs(actor, "feeds", lang),
        "may": manages(actor),
        "export": may_export,
        "problem": query.get("problem", ""),
        "typed": {name: query.get(name, "") for name in ("name", "words", "format", "confidence", "shared")},
        "formats": [{"key": name, "word": text(lang, one.title)} for name, one in known.items()],
        "files": [{"key": name, "word": text(lang, title)} for name, title in forms().items()],
        "rows": [_row(one, lang) for one in found],
    }
    return Page(TEMPLATES / "feeds.html", values)


def saved(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> File:
    """Return a file of indicators for a tool, as what they may read allows, to be saved."""
    confidence = confidence_of(query.get("confidence", ""))
    return save(
        desk, actor, query.get("format", ""), query.get("words", ""), confidence=confidence, lang=lang
    )


def _row(one: Feed, lang: str) -> dict[str, Any]:
    known = writers().get(one.format)
    reasons = known.reasons if known is not None else {}
    return {
        "name": one.name,
        "format": one.format,
        "title": text(lang, known.title) if known is not None else one.format,
        "address": ADDRESS.format(name=one.name, format=one.format),
        "words": one.asked.words if one.asked is not None else "",
        "confidence": one.confidence,
        "by": one.by,
        "shared": one.shared,
        "mine": one.mine,
        "fetches": [
            {
                "called": fetch.called,
                "at": {
                    "exact": instant(lang, fetch.at),
                    "text": instant(lang, fetch.at),
                    "brief": brief_instant(lang, fetch.at),
                },
                "entries": number(lang, fetch.entries) if fetch.entries is not None else "",
                "left": [
                    f"{number(lang, n)} {text(lang, reasons.get(reason, reason))}"
                    for reason, n in (fetch.left or {}).items()
                ],
            }
            for fetch in one.fetches[:5]
        ],
    }
