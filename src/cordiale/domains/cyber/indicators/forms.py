"""What a person decides on the page of an indicator: two are one, or are not, or whose word is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from cordiale.desk.domain import Sent
from cordiale.domains.cyber.merging.duplicates import decide, take_back
from cordiale.domains.cyber.merging.view import choose
from cordiale.domains.cyber.tabs import ROOT
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def indicator(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Do what the form of an indicator's page asks and return that page again; raises what the act does."""
    return _done(desk, actor, sent, "indicator")


def correlations(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Do what the form beside a graph asks and return that page again; raises what the act does."""
    return _done(desk, actor, sent, "correlations")


def _done(desk: Desk, actor: Actor, sent: Sent, page: str) -> str:
    field = sent.fields.get
    stix_id = field("id", "")
    match field("act", ""):
        case "same" | "apart" as act:
            decide(desk, actor, stix_id, field("other", ""), same=act == "same", reason=field("reason", ""))
        case "back":
            take_back(desk, actor, field("decision", ""))
        case "choose":
            choose(desk, actor, stix_id, field("property", ""), field("source", ""), field("reason", ""))
        case _:
            raise InputError("form-act", _("This form asks for nothing that is known: open the page again."))
    return f"{ROOT}{page}?" + urlencode({"id": stix_id})
