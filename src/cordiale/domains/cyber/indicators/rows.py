"""Lines that several pages of the domain show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from cordiale.desk.partners import partner_titles
from cordiale.domains.cyber.correlation.found import Correlations
from cordiale.domains.cyber.tabs import ROOT
from cordiale.domains.cyber.words import reason
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.languages import brief_instant, instant

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


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
