"""The page of questions about texts that nobody shows: ask one, look for what is asked, answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.desk.analysis.datasets import dataset_list
from cordiale.desk.domain import Page
from cordiale.domains.information.response.pages import TOLD, when
from cordiale.domains.information.sheet.packed import legal
from cordiale.domains.information.tabs import ROOT, tabs
from cordiale.domains.information.unshown.answering import Seen, look
from cordiale.domains.information.unshown.asking import Question, questions
from cordiale.domains.information.unshown.holdings import POSTS
from cordiale.joint.answer import Given
from cordiale.platform.errors import NotAllowed, NotFound
from cordiale.platform.languages import _, day, number, percent, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"
MOST: Final = 200_000
"""Posts that are looked through on a page: some ten seconds."""

STATES: Final[Mapping[str, str]] = {
    "open": _("awaiting an answer"),
    "accepted": _("being worked on"),
    "partial": _("answered in part"),
    "answered": _("answered"),
    "declined": _("declined"),
    "satisfied": _("satisfied"),
    "unsatisfied": _("not satisfied"),
    "withdrawn": _("withdrawn"),
}


def unshown(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the questions, ours and theirs, the form of a new one, and what was looked for one of them (`look`)."""
    from cordiale.desk.partner.partners import partner_list

    every = questions(desk, actor)
    asked = query.get("look", "")
    values = {
        "tabs": tabs(actor, "unshown", lang),
        "may": may(actor, "request"),
        "problem": query.get("problem", ""),
        "told": text(lang, TOLD[query["told"]]) if query.get("told") in TOLD else "",
        "typed": {name: query.get(name, "") for name in ("text", "to", "marking", "en", "fr")},
        "partners": [one.name for one in partner_list(desk, actor)] if may(actor, "partner-list") else [],
        "rows": [_question(one, desk.node, lang) for one in every],
        "looked": _looked(desk, actor, asked, lang) if asked else None,
    }
    return Page(TEMPLATES / "unshown.html", values, tuple(one.request.marking for one in every))


def address(**more: str) -> str:
    """Return the address of the page."""
    return f"{ROOT}unshown" + (f"?{urlencode(more)}" if more else "")


def _question(one: Question, here: str, lang: str) -> dict[str, Any]:
    asked = one.request
    ours = asked.asker == here
    return {
        "id": asked.id,
        "ours": ours,
        "who": ", ".join(asked.to) if ours else asked.asker,
        "words": legal(asked.words.said(lang)),
        "runs": number(lang, one.runs),
        "at": when(asked.asked, lang),
        "due": when(asked.due, lang),
        "state": text(lang, STATES[asked.state]),
        "open": not ours and asked.state in ("open", "accepted"),
        "href": address(look=asked.id),
        "answers": [_answer(given, lang) for given in asked.answers],
    }


def _answer(one: Given, lang: str) -> dict[str, Any]:
    return {
        "node": one.node,
        "at": when(one.at, lang),
        "words": legal(one.words.said(lang)),
        "objects": [{"id": ref, "href": f"/objects/{ref}"} for ref in one.objects],
    }


def large(desk: Desk, actor: Actor) -> bool:
    """Tell whether more posts are held than are looked through while somebody waits."""
    return sum(one.rows for one in dataset_list(desk, actor) if one.kind == POSTS and one.state == "open") > MOST  # fmt: skip


def _looked(desk: Desk, actor: Actor, asked: str, lang: str) -> dict[str, Any] | None:
    if large(desk, actor):
        return {"large": True, "id": asked}
    try:
        found = look(desk, actor, asked)
    except (NotFound, NotAllowed):
        return None
    return {
        "large": False,
        "id": found.request.id,
        "asker": found.request.asker,
        "theirs": [_seen(one, lang) for one in found.theirs],
        "only_ours": found.only_ours,
    }


def _seen(one: Seen, lang: str) -> dict[str, Any]:
    return {
        "href": f"/objects/{one.object}" if one.object else f"{ROOT}posts",
        "name": one.object or one.dataset,
        "share": percent(lang, one.share),
        "texts": number(lang, one.texts),
        "first": day(lang, one.first) if one.first is not None else "",
    }
