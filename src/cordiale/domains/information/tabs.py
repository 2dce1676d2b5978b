"""The places of the domain, as every page of it names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cordiale.desk.views import tabs as shown
from cordiale.desk.views.tabs import Place
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor

ROOT: Final = "/domains/information/"

PLACES: Final[Mapping[str, Place]] = {
    "lineages": Place(_("Lineage and drift")),
    "posts": Place(_("Copies and synchrony"), "dataset-list"),
    "sites": Place(_("Kinship of sites")),
    "sets": Place(_("Sets")),
    "techniques": Place(_("Techniques"), "dataset-list"),
    "unshown": Place(_("Ask without showing"), "joint"),
    "responses": Place(_("Collective responses"), "joint"),
}
"""Page → what it is called and whom it is for, in the order of the tabs."""


def tabs(actor: Actor, here: str, lang: str) -> list[dict[str, Any]]:
    """Return the tabs over a page; `here` is the page among them that is shown."""
    return shown.tabs(actor, lang, ROOT, PLACES, here)
