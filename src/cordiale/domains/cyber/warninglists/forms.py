"""What people ask for on the page of warning lists: keep lists that were given, keep one no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from cordiale.desk.domain import Sent
from cordiale.domains.cyber.tabs import ROOT
from cordiale.domains.cyber.warninglists import kept
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def warninglists(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Keep the lists of a form, or keep one no longer; return where that is seen."""
    if sent.fields.get("do") == "remove":
        kept.remove(desk, actor, sent.fields.get("name", ""))
        return ROOT + "warninglists"
    given = sent.files.get("list", ())
    if not given:
        raise InputError("warninglist-nothing", _("Choose a list.json of MISP's form.")).at("list")
    done = [kept.add(desk, actor, file, called=file.name) for file in given]
    counts = {
        "new": sum(len(one.new) for one in done),
        "renewed": sum(len(one.renewed) for one in done),
        "same": sum(len(one.same) for one in done),
        "left": sum(len(one.refused) for one in done),
    }
    return ROOT + "warninglists?" + urlencode(counts)
