"""Lines that several pages of the domain show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.desk.partner.partners import partner_titles
from cordiale.domains.cyber.correlation.found import Correlations
from cordiale.domains.cyber.merging.duplicates import decided, proposals
from cordiale.domains.cyber.tabs import ROOT
from cordiale.domains.cyber.words import reason
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.languages import brief_instant, instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Shown
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"


def neighbours(found: Correlations, titles: Mapping[str, str], lang: str) -> list[dict[str, Any]]:
    """Return what has to do with something, each line with its reason."""
    return [
        {
            "href": href(one.line.id),
            "name": one.line.name,
            "type": one.line.type,
            "reason": reason(one, lang),
            "source": titles.get(one.line.source, one.line.source),
        }
        for one in found.neighbours
    ]


def merging(desk: Desk, actor: Actor, shown: Shown, page: str) -> dict[str, Any]:
    """Return what `merge.html` shows: what may be the same as an object, and what was decided; `page` takes the form."""
    named = titles(desk, actor)
    return {
        "merge": str(TEMPLATES / "merge.html"),
        "act_at": f"{ROOT}{page}/send",
        "may_say": may(actor, "say"),
        "proposals": [
            {
                "id": one.line.id,
                "href": href(one.line.id),
                "name": one.line.name,
                "source": named.get(one.line.source, one.line.source),
                "by": one.by,
                "shared": one.shared,
            }
            for one in proposals(desk, actor, shown)
        ],
        "decided": [
            {
                "id": one.id,
                "href": href(one.other.id),
                "name": one.other.name,
                "same": one.same,
                "kept": one.kept,
            }
            for one in decided(desk, actor, shown.id)
        ],
    }


def titles(desk: Desk, actor: Actor) -> dict[str, str]:
    """Return what nodes are called: this one and its partners."""
    own = desk.settings.node
    return {**partner_titles(desk, actor), own.name: own.title or own.name}


def href(stix_id: str) -> str:
    """Return the page of an object: an indicator has one of its own."""
    if stix_id.startswith("indicator--"):
        return ROOT + "indicator?" + urlencode({"id": stix_id})
    return f"/objects/{stix_id}"


def when(at: Instant, lang: str) -> dict[str, str]:
    """Return an instant as the parts of pages write it."""
    return {"exact": format_instant(at), "text": instant(lang, at), "brief": brief_instant(lang, at)}
