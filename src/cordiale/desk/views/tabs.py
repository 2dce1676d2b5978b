"""The places of a domain, as tabs over its pages: those alone that the reader may open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cordiale.desk.actor import may
from cordiale.platform.languages import text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor


class Place(NamedTuple):
    """One page: what it is called, and the verb that it asks of who opens it."""

    label: str
    verb: str = "show"


def tabs(actor: Actor, lang: str, root: str, places: Mapping[str, Place], here: str) -> list[dict[str, Any]]:
    """Return the tabs over the page `here`; `places` stand under `root` by their names."""
    return [
        {"href": root + name, "label": text(lang, place.label), "here": name == here}
        for name, place in places.items()
        if may(actor, place.verb)
    ]
