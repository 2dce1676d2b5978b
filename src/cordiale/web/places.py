"""Where an object is, in the world: the places it names or is tied to, for a map and as a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.answers import Shown
from cordiale.desk.answers.graph import Graph
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import Show
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, number, text
from cordiale.web.lines import lines_of

PLACE: Final = "location"
TIES: Final = frozenset({"located-at", "originates-from"})
"""Relationships that say where something is."""

MOST: Final = 40
"""Places on one map: each is read."""


def has_places(shown: Shown) -> bool:
    """Tell whether an object is a place, or may be tied to one, without reading anything more."""
    return (
        shown.statements[0].summary.type == PLACE
        or any(one.type == PLACE for one in shown.refers_to)
        or any(one.type == "relationship" and one.name in TIES for one in shown.referred_by)
    )


def places_in(around: Graph) -> bool:
    """Tell the same of an object from what its graph draws."""
    return any(one.type == PLACE for one in around.nodes) or any(
        edge.via and edge.label in TIES for edge in around.edges
    )


def places(
    desk: Desk, actor: Actor, lang: str, stix_id: str, titles: Mapping[str, str], show: Show
) -> dict[str, Any]:
    """Return the places of an object that have coordinates, as the reader sees them, and what those are marked by."""
    around = verbs.neighbours(desk, actor, [stix_id])
    ids = [node.id for node in around.nodes if node.type == PLACE][:MOST]
    try:
        items = verbs.summaries(desk, actor, ids)
        values = {i: verbs.show(desk, actor, i).statements[0].value for i in ids}
    except NotFound:  # one went away meanwhile
        items, values = (), {}
    found = []
    for row in lines_of(desk, actor, items, lang, titles, show):
        value = values[row["id"]]
        latitude, longitude = _degrees(value.get("latitude"), 90), _degrees(value.get("longitude"), 180)
        if latitude is not None and longitude is not None:
            precision = _degrees(value.get("precision"), 20_000_000)
            found.append(
                {
                    "name": row["name"],
                    "href": row["href"],
                    "latitude": latitude,
                    "longitude": longitude,
                    "precision": precision,
                    "said": _written(latitude, longitude, lang),
                    "within": text(lang, _("{metres} m"), metres=number(lang, round(precision)))
                    if precision
                    else "",
                }
            )
    return {
        "found": found,
        "more": around.more or len(ids) == MOST,
        "markings": [one.marking for one in items],
    }


def _degrees(value: Any, most: float) -> float | None:
    """Return a number within its bounds, None for what is none: a partner may have written anything."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= most else None  # what is not a number is not less either


def _written(latitude: float, longitude: float, lang: str) -> str:
    """Write a position as sailors do: degrees with four digits, and which half of the world."""
    north = "N" if latitude >= 0 else "S"
    west = "O" if lang[:2] == "fr" else "W"
    east = "E" if longitude >= 0 else west
    return (
        f"{number(lang, round(abs(latitude), 4))}° {north}, {number(lang, round(abs(longitude), 4))}° {east}"
    )
