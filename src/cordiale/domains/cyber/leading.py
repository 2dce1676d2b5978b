"""Which objects have a page of the domain's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.domains.cyber.tabs import ROOT
from cordiale.stix.extensions import PUBLISHED

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor

_CASE: Final = PUBLISHED["joint-case"]


def own_page(actor: Actor, stix_id: str, value: Mapping[str, Any]) -> str:
    """Return the address of the page of an indicator or an incident, "" for all else and for whom it is not.

    A case of partners is no incident.
    """
    kind = value.get("type")
    if kind == "indicator" and "pattern" in value:
        return f"{ROOT}indicator?{urlencode({'id': stix_id})}"
    if kind == "incident" and may(actor, "joint") and _CASE not in (value.get("extensions") or {}):
        return f"{ROOT}incident?{urlencode({'id': stix_id})}"
    return ""
