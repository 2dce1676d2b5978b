"""The places of the domain, as every page of it names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cordiale.platform.languages import _, text

ROOT: Final = "/domains/information/"

PLACES: Final[Mapping[str, str]] = {
    "lineages": _("Lineage and drift"),
    "posts": _("Copies and synchrony"),
    "sites": _("Kinship of sites"),
    "sets": _("Sets"),
    "techniques": _("Techniques"),
    "unshown": _("Ask without showing"),
    "responses": _("Collective responses"),
}
"""Page → what it is called, in the order of the tabs."""


def tabs(here: str, lang: str) -> list[dict[str, Any]]:
    """Return the tabs over a page; `here` is the page among them that is shown."""
    return [
        {"href": ROOT + name, "label": text(lang, label), "here": name == here}
        for name, label in PLACES.items()
    ]
