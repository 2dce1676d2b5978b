"""The pages of sites: files are given and looked at; a result shows who is tied to whom, how surely, and where that was seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.desk.domain import Page
from cordiale.domains.information.chosen import kinships
from cordiale.domains.information.kinship import kept as keeping
from cordiale.domains.information.kinship.drawing import drawing
from cordiale.domains.information.kinship.mark import GRADE_WORDS, KINDS
from cordiale.domains.information.kinship.ties import Ordinary, Tie
from cordiale.domains.information.sheet.packed import legal
from cordiale.domains.information.tabs import ROOT, tabs
from cordiale.platform.languages import _, brief_instant, instant, number, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"
SHOWN: Final = 200
WHY: Final[Mapping[str, str]] = {
    "share": _("on so many of these sites that it is a theme or a tool's own"),
    "beside": _("also on the pages given as having nothing to do with these"),
    "named": _("named as common by who looked"),
}


def sites(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the form for saved pages, and what was looked at before."""
    found = kinships(desk, actor)
    standing = desk.settings.import_.marking
    values = {
        "tabs": tabs(actor, "sites", lang),
        "may": may(actor, "import") and may(actor, "attach"),
        "problem": query.get("problem", ""),
        "typed": {name: query.get(name, "") for name in ("name", "marking", "ignored")},
        "standing": " ".join(standing) if not isinstance(standing, str) else standing,
        "rows": [
            {"href": address(one.id), "name": legal(one.name or one.id), "source": one.source}
            for one in found
        ],
    }
    return Page(TEMPLATES / "sites.html", values, tuple(one.marking for one in found))


def kinship(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return one result: groups, a drawing, every tie with its evidence, and the marks that say nothing."""
    found = keeping.opened(desk, actor, query.get("id", ""))
    what = found.kept.found
    drawn = drawing(what.ties, lang)
    values = {
        "tabs": tabs(actor, "sites", lang),
        "id": found.id,
        "name": legal(found.name),
        "made": {"text": instant(lang, found.kept.made), "brief": brief_instant(lang, found.kept.made)},
        "profile": what.profile,
        "sites": [
            {
                "name": legal(one.name),
                "files": legal(", ".join(one.files)),
                "marks": ", ".join(f"{text(lang, KINDS[kind])} {number(lang, n)}" for kind, n in one.marks.items()),  # type: ignore[index]
            }
            for one in what.sites[:SHOWN]
        ],
        "groups": [legal(", ".join(one)) for one in what.groups],
        "drawing": drawn,
        "ties": [_tie(one, found.kept.captures, lang) for one in what.ties[:SHOWN]],
        "more": max(0, len(what.ties) - SHOWN),
        "ordinary": [_ordinary(one, lang) for one in what.ordinary[:SHOWN]],
    }  # fmt: skip
    return Page(TEMPLATES / "kinship.html", values, found.markings)


def address(report: str) -> str:
    """Return the address of the page of a result."""
    return f"{ROOT}kinship?{urlencode({'id': report})}"


def _tie(one: Tie, captures: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {
        "one": legal(one.one),
        "other": legal(one.other),
        "kind": text(lang, KINDS[one.kind]),
        "grade": text(lang, GRADE_WORDS[one.grade]),
        "style": {"strong": "good"}.get(one.grade, ""),
        "because": legal(one.because.said(lang)),
        "seen": [
            {
                "href": f"/objects/{captures[seen.file]}" if seen.file in captures else "",
                "file": legal(seen.file),
                "address": legal(seen.address),
                "piece": legal(seen.piece),
                "sha256": seen.sha256,
            }
            for seen in one.seen
        ],
    }


def _ordinary(one: Ordinary, lang: str) -> dict[str, Any]:
    return {
        "kind": text(lang, KINDS[one.kind]),
        "value": legal(one.value[:80]),
        "sites": one.sites,
        "why": text(lang, WHY[one.why]),
    }
