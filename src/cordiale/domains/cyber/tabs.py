"""The places of the domain, as every page of it names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cordiale.platform.languages import _, text

ROOT: Final = "/domains/cyber/"

PLACES: Final[Mapping[str, str]] = {
    "indicators": _("Indicators"),
    "correlations": _("Correlations"),
    "matches": _("Matching"),
    "warninglists": _("Warning lists"),
    "incidents": _("Incidents"),
    "attack": "ATT&CK",
    "reading": _("Read a report"),
    "feeds": _("Feeds for tools"),
}
"""Page → what it is called, in the order of the tabs."""


def tabs(here: str, lang: str) -> list[dict[str, Any]]:
    """Return the tabs over a page; `here` is the page among them that is shown."""
    return [
        {"href": ROOT + name, "label": text(lang, label), "here": name == here}
        for name, label in PLACES.items()
    ]
