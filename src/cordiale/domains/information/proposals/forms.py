"""What a person decides beside a proposed technique."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordiale.desk.domain import Sent
from cordiale.domains.information.chosen import chosen
from cordiale.domains.information.proposals.deciding import decide
from cordiale.domains.information.proposals.pages import address
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk


def techniques(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Accept or reject one technique (`do`); return the page's address. Raises what `decide` raises."""
    about, picked = sent.fields.get("id", ""), chosen(sent.fields)
    wanted = sent.fields.get("do", "")
    if wanted not in ("accept", "reject"):
        raise InputError("technique-deed", _("Say whether the technique is accepted or rejected."))
    decide(
        desk,
        actor,
        about,
        sent.fields.get("code", ""),
        accept=wanted == "accept",
        because=sent.fields.get("because", ""),
        datasets=picked.datasets,
        lineages=picked.lineages,
        sites=picked.sites,
    )
    return address(about, picked)
