"""The places of the domain, as every page of it names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk.views import tabs as shown
from cordiale.desk.views.tabs import Place
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor

ROOT: Final = "/domains/cyber/"

PLACES: Final[Mapping[str, Place]] = {
    "indicators": Place(_("Indicators")),
    "correlations": Place(_("Correlations")),
    "matches": Place(_("Matching"), "dataset-list"),
    "warninglists": Place(_("Warning lists")),
    "incidents": Place(_("Incidents"), "joint"),
    "attack": Place("ATT&CK"),
    "reading": Place(_("Read a report")),
    "feeds": Place(_("Feeds for tools")),
}
"""Page → what it is called and whom it is for, in the order of the tabs."""


def tabs(actor: Actor, here: str, lang: str) -> list[dict[str, Any]]:
    """Return the tabs over a page; `here` is the page among them that is shown."""
    return shown.tabs(actor, lang, ROOT, PLACES, here)
