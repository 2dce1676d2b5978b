"""The page of an incident: what is held of it under the headings of a skeleton, what is missing, and what can be added."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import authorise, may
from cordiale.desk.domain import File, Page
from cordiale.domains.information.proposals.pages import address as techniques
from cordiale.domains.information.reports.skeleton import SKELETONS
from cordiale.domains.information.reports.written import document, filled
from cordiale.domains.information.shapes.bundle import bundle
from cordiale.domains.information.shapes.describing import VERB
from cordiale.domains.information.shapes.opencti import KINDS
from cordiale.domains.information.sheet.written import WRITERS
from cordiale.domains.information.tabs import ROOT, tabs
from cordiale.platform.languages import _, text
from cordiale.stix.relation_words import relation_word

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"
KIND_WORDS: Final[Mapping[str, str]] = {
    "narrative": _("narrative"),
    "channel": _("channel"),
    "event": _("event"),
    "media-content": _("piece of media"),
}
TYPED: Final = ("kind", "name", "url", "at", "en", "fr", "marking")


def incident(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return an incident, a set or a response under the headings of a skeleton (`as`: abcde or scotch)."""
    subject, shape = query.get("id", ""), query.get("as", "abcde")
    found = filled(desk, actor, subject, shape if shape in SKELETONS else "abcde")
    values = {
        "tabs": tabs(actor, "techniques", lang),
        "id": subject,
        "name": found.title,
        "object": f"/objects/{subject}",
        "techniques": techniques(subject),
        "summary": found.summary.said(lang),
        "shape": shape,
        "shapes": [
            {"href": address(subject, **{"as": name}), "label": one.name, "count": "", "here": one.name == found.skeleton}
            for name, one in SKELETONS.items()
        ],
        "sections": [
            {
                "letter": one.letter,
                "name": one.name.said(lang),
                "asks": one.asks.said(lang),
                "gap": one.gap.said(lang),
                "lines": [
                    {"words": line.words.said(lang), "evidence": [_evidence(key, found.names, lang) for key in line.evidence]}
                    for line in one.lines
                ],
            }
            for one in found.sections
        ],
        "responses": [{"code": code, "name": name, "against": against} for code, name, against in found.responses],
        "files": [f"{ROOT}report?{urlencode({'id': subject, 'as': shape, 'format': format})}" for format in WRITERS],
        "formats": list(WRITERS),
        "as_stix": [{"href": f"{ROOT}shaped?{urlencode({'id': subject, 'as': form})}", "label": form} for form in ("opencti", "plain")],
        "may": may(actor, VERB),
        "kinds": [{"key": kind, "label": text(lang, KIND_WORDS[kind])} for kind in KINDS],
        "problem": query.get("problem", ""),
        "typed": {name: query.get(name, "") for name in TYPED},
        "more": found.more,
    }  # fmt: skip
    return Page(TEMPLATES / "incident.html", values, (found.marking,), seen=subject)


def report(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> File:
    """Return a filled skeleton as a file, under the joined marking of everything in it."""
    format, shape = query.get("format", "html"), query.get("as", "abcde")
    found = filled(desk, actor, query.get("id", ""), shape)
    data, kind = document(desk, actor, found, format, lang)
    return File(f"{shape}-{found.subject.partition('--')[2][:8]}.{format}", kind, data)


def shaped(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> File:
    """Return an incident or a set as a bundle in OpenCTI's shapes, or plain."""
    authorise(actor, "export")
    subject, shape = query.get("id", ""), query.get("as", "opencti")
    made = bundle(desk, actor, subject, shape)
    name = f"{shape}-{subject.partition('--')[2][:8]}.json"
    return File(name, "application/stix+json;version=2.1", made.data)


def address(subject: str, **more: str) -> str:
    """Return the address of the page of an incident."""
    return f"{ROOT}incident?{urlencode({'id': subject, **more})}"


def _evidence(key: str, names: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {"href": f"/objects/{key}", "name": relation_word(names.get(key, key), lang)}
