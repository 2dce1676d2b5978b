"""The page of techniques: what findings propose for an incident or a set, why, and what would change our mind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.desk.domain import Page
from cordiale.desk.views.search import search
from cordiale.domains.information.chosen import Chosen, chosen, offered
from cordiale.domains.information.proposals.deciding import VERB
from cordiale.domains.information.proposals.proposing import SUBJECTS, Proposal, proposals
from cordiale.domains.information.proposals.signal import Pointer
from cordiale.domains.information.proposals.words import CONFIDENCES, SIGNALS, STATES
from cordiale.domains.information.sheet.packed import legal
from cordiale.domains.information.tabs import ROOT, tabs
from cordiale.platform.languages import _, ntext, number, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"
KINDS_OF_FINDING: Final = {
    "dataset": _("Posts: copies and synchrony"),
    "lineage": _("Lineage and drift"),
    "sites": _("Kinship of sites"),
}


def techniques(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return what findings propose for one object, or the objects that techniques can be said of."""
    about = query.get("id", "")
    if not about:
        return _list(desk, actor, lang, query)
    picked = chosen(query)
    found = proposals(
        desk, actor, about, datasets=picked.datasets, lineages=picked.lineages, sites=picked.sites
    )
    values = {
        "tabs": tabs(actor, "techniques", lang),
        "id": about,
        "name": legal(found.name),
        "href": f"/objects/{about}",
        "problem": query.get("problem", ""),
        "may": may(actor, VERB),
        "acting_as": actor.name,
        "framework": found.framework,
        "signals": found.signals,
        "missing": ", ".join(found.missing),
        "offered": [
            {**one, "kind": text(lang, KINDS_OF_FINDING[one["kind"]])} for one in offered(desk, actor, picked)
        ],
        "chosen": sorted(picked.fields()),
        "proposals": [_proposal(one, lang) for one in found.proposals],
    }
    markings = (found.marking, *(one.marking for one in found.proposals))
    return Page(TEMPLATES / "techniques.html", values, markings)


def _list(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    found = [one for kind in SUBJECTS for one in search(desk, actor, type=kind, limit=50, lang=lang).items]
    rows = [
        {"href": address(one.id), "name": legal(one.name or one.id), "type": one.type, "source": one.source}
        for one in found
    ]
    values = {
        "tabs": tabs(actor, "techniques", lang),
        "id": "",
        "name": "",
        "rows": rows,
        "problem": query.get("problem", ""),
    }
    return Page(TEMPLATES / "techniques.html", values, tuple(one.marking for one in found))


def address(about: str, picked: Chosen | None = None) -> str:
    """Return the address of the page of one object, with the findings that are looked at."""
    return f"{ROOT}techniques?{urlencode({'id': about, **(picked.fields() if picked else {})})}"


def _proposal(one: Proposal, lang: str) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": legal(one.name),
        "tactics": ", ".join(one.tactics),
        "href": f"/objects/{one.technique}",
        "state": text(lang, STATES[one.state]),
        "style": {"accepted": "good", "rejected": "bad"}.get(one.state, ""),
        "open": one.state == "proposed" or not one.ours,
        "decided": one.state != "proposed",
        "accepted": one.state == "accepted" and one.ours,
        "rejected": one.state == "rejected" and one.ours,
        "node": one.node,
        "decision": f"/objects/{one.decision}" if one.decision else "",
        "because": legal(one.because),
        "confidence": text(lang, CONFIDENCES[one.confidence]),
        "reasons": [
            {
                "kind": text(lang, SIGNALS[reason.signal]),
                "words": legal(reason.words.said(lang)),
                "unless": legal(reason.unless.said(lang)),
                "confidence": text(lang, CONFIDENCES[reason.confidence]),
                "evidence": [_pointer(pointer, lang) for pointer in reason.evidence],
            }
            for reason in one.reasons
        ],
        "responses": [
            {
                "code": response.code,
                "name": legal(response.name),
                "href": f"/objects/{response.ids[0]}" if response.ids else "",
            }
            for response in one.responses
        ],
    }


def _pointer(one: Pointer, lang: str) -> dict[str, str]:
    if one.object_ref:
        page = "lineage" if one.object_ref.startswith("report--") else ""
        return {"href": f"/objects/{one.object_ref}", "label": one.object_ref, "page": page}
    analysis, _slash, rest = one.part.partition("/")
    query = {"dataset": one.dataset}
    if analysis == "copies":
        query["cluster"] = rest
    else:
        kind, _slash, community = rest.partition("/")
        query |= {"kind": kind, "community": str(max(0, int(community or 1) - 1))}
    lines = ", ".join(number(lang, row) for row in one.rows[:6])
    label = ntext(lang, "line {lines} of the dataset", "lines {lines} of the dataset", len(one.rows), lines=lines) if lines else one.dataset  # fmt: skip
    return {"href": f"{ROOT}{analysis}?{urlencode(query)}", "label": label, "page": ""}
