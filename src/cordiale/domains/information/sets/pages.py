"""The pages of information manipulation sets: a list, and one set with all that it gathers."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.desk.domain import Page
from cordiale.domains.information.proposals.pages import address as techniques
from cordiale.domains.information.sets.view import set_show
from cordiale.domains.information.sets.view import sets as read_all
from cordiale.domains.information.shapes.describing import VERB
from cordiale.domains.information.sheet.packed import legal
from cordiale.domains.information.tabs import ROOT, tabs
from cordiale.platform.languages import _, text
from cordiale.stix.relation_words import relation_word

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"
KINDS: Final[Mapping[str, str]] = {
    "incident": _("Incidents"),
    "campaign": _("Campaigns"),
    "channel": _("Channels"),
    "narrative": _("Narratives"),
    "event": _("Events"),
    "media-content": _("Media content"),
    "domain-name": _("Sites"),
    "url": _("Addresses"),
    "infrastructure": _("Infrastructure"),
    "attack-pattern": _("Techniques"),
    "report": _("Reports"),
}


def sets(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the sets that somebody may see, and the form of a new one."""
    found = read_all(desk, actor)
    values = {
        "tabs": tabs(actor, "sets", lang),
        "may": may(actor, VERB),
        "problem": query.get("problem", ""),
        "typed": {name: query.get(name, "") for name in ("name", "en", "fr", "because_en", "because_fr", "marking")},
        "rows": [{"href": address(one.id), "name": legal(one.name or one.id), "source": one.source} for one in found],
    }  # fmt: skip
    return Page(TEMPLATES / "sets.html", values, tuple(one.marking for one in found))


def gathered(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return one set with what it gathers, by kind."""
    found = set_show(desk, actor, query.get("id", ""))
    parts = [
        {
            "title": text(lang, KINDS[kind]) if kind in KINDS else kind,
            "rows": [
                {"href": f"/objects/{one.id}", "name": legal(one.name), "tie": relation_word(one.tie, lang), "via": f"/objects/{one.via}" if one.via else "", "source": one.source}
                for one in members
            ],
        }
        for kind, members in groupby(found.members, key=lambda one: one.type)
    ]  # fmt: skip
    values = {
        "tabs": tabs(actor, "sets", lang),
        "id": found.id,
        "name": legal(found.name),
        "words": legal(found.words),
        "aliases": legal(", ".join(found.aliases)),
        "habits": [legal(one.said(lang)) for one in found.said.habits],
        "because": legal(found.said.because.said(lang)),
        "doubt": legal(found.said.doubt.said(lang)),
        "source": found.source,
        "object": f"/objects/{found.id}",
        "techniques": techniques(found.id) if may(actor, "dataset-list") else "",
        "kinds": parts,
        "more": found.more,
        "may": may(actor, VERB),
        "problem": query.get("problem", ""),
        "typed": {name: query.get(name, "") for name in ("ids", "sites", "marking")},
    }
    return Page(TEMPLATES / "set.html", values, (found.marking, *(one.marking for one in found.members)))


def address(identifier: str) -> str:
    """Return the address of the page of a set."""
    return f"{ROOT}gathered?{urlencode({'id': identifier})}"
