"""The page of warning lists: what a list says of a value, which lists are kept, and the form to give more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk.actor import may
from cordiale.desk.domain import Page
from cordiale.domains.cyber.tabs import tabs
from cordiale.domains.cyber.values import KINDS, kind_of
from cordiale.domains.cyber.warninglists.kept import held, kept
from cordiale.domains.cyber.words import hit
from cordiale.platform.clock import format_instant
from cordiale.platform.languages import _, brief_instant, instant, number, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"

CATEGORIES: Final[Mapping[str, str]] = {
    "false_positive": _("false alarm"),
    "known": _("something known"),
}


def warninglists(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the lists that are kept, and what they say of a value (`value`, and `kind` where its form does not tell)."""
    found = kept(desk, actor)
    value, kind = query.get("value", "").strip()[:2000], query.get("kind", "")
    known = (kind if kind in KINDS else None) or (kind_of(value) if value else None)
    problem = query.get("problem", "")
    if value and known is None:
        problem = text(lang, _("What this is cannot be told by its form: choose its kind."))
    hits = held(desk).look(known, value) if value and known else ()
    values = {
        "tabs": tabs(actor, "warninglists", lang),
        "may": may(actor, "warninglist"),
        "problem": problem,
        "done": _said(query, lang),
        "kinds": sorted(KINDS),
        "value": value,
        "kind": kind,
        "looked": bool(value and known),
        "hits": [{"said": hit(one, lang), "category": text(lang, CATEGORIES[one.category]), "bad": one.category == "false_positive"} for one in hits],
        "rows": [_row(entry, one, lang) for entry, one in found],
        "entries": number(lang, sum(one.entries for _entry, one in found)),
    }  # fmt: skip
    return Page(TEMPLATES / "warninglists.html", values)


def _row(entry: Any, one: Any, lang: str) -> dict[str, Any]:
    return {
        "name": one.name,
        "description": one.description,
        "version": one.version,
        "category": text(lang, CATEGORIES[one.category]),
        "bad": one.category == "false_positive",
        "entries": number(lang, one.entries),
        "subjects": ", ".join(one.subjects[:12]) + (" …" if len(one.subjects) > 12 else ""),
        "by": entry.by,
        "at": {
            "exact": format_instant(entry.at),
            "text": instant(lang, entry.at),
            "brief": brief_instant(lang, entry.at),
        },
    }


def _said(query: Mapping[str, str], lang: str) -> str:
    """Return what the page says of what was just given: counts of its own address, and nothing else."""
    counts = {name: query.get(name, "") for name in ("new", "renewed", "same", "left")}
    if not all(one.isdecimal() and len(one) < 7 for one in counts.values()):
        return ""
    return text(
        lang,
        _("Lists that are new: {new}; that follow earlier ones: {renewed}; that were here already: {same}. Left out, since they cannot be read or compared: {left}."),
        **{name: number(lang, int(one)) for name, one in counts.items()},
    )  # fmt: skip
