"""Which objects have a page of the domain's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.domains.information.tabs import ROOT
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor

_CASE: Final = PUBLISHED["joint-case"]
RESPONSE: Final = "response"


def own_page(actor: Actor, stix_id: str, value: Mapping[str, Any]) -> str:
    """Return the address of the page of an incident, a set or a collective response, "" for all else and for whom it is not."""
    kind, case = value.get("type"), (value.get("extensions") or {}).get(_CASE)
    if kind == "intrusion-set":
        page = "gathered"
    elif kind != "incident":
        page = ""
    elif not case:
        page = "incident"
    else:
        page = (
            RESPONSE
            if isinstance(case, Mapping) and case.get("kind") == RESPONSE and may(actor, "joint")
            else ""
        )
    return f"{ROOT}{page}?{urlencode({'id': stix_id})}" if page else ""
