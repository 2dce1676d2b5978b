"""Recalls: who holds what, what taking it back would leave, what was asked, and what was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.answers import Recalled, RecallReceived
from cordiale.desk.desk import Desk
from cordiale.desk.outgoing.recall_trial import TOGETHER
from cordiale.desk.views.display import Show, display
from cordiale.platform.clock import MINUTE
from cordiale.platform.errors import Conflict, InputError, NotFound, explain, http_status
from cordiale.platform.languages import _, _n, ntext, number, text
from cordiale.web.context import Site
from cordiale.web.deeds import Asked, Given, away, deed, said
from cordiale.web.labels import type_label
from cordiale.web.lines import href, line, lines_of, short, titles_of, when
from cordiale.web.marks import banner, unmarked
from cordiale.web.release import HERE, LONGEST, tabs

STATES: Final = {
    "draft": ("bad", _("drafted: waits for a named person")),
    "asked": ("", _("asked")),
    "acknowledged": ("good", _("acknowledged")),
    "in-use": ("", _("in use there, being corrected")),
    "refused": ("bad", _("cannot be done there")),
    "unreachable": ("bad", _("asked; no answer by the deadline")),
}
ACTIONS: Final = {
    "purge": _("remove it"),
    "stop-use": _("stop using it"),
    "downgrade": _("hold it under another marking"),
}
OUTCOMES: Final = {
    "done": _("done, as asked"),
    "in-use": _("in use here, being corrected"),
    "cannot": _("cannot be done here"),
}
THERE: Final = {
    "done": _("done, as asked"),
    "in-use": _("in use there, being corrected"),
    "cannot": _("cannot be done there"),
}
"""What a partner's receipt says."""

ONWARD: Final = {
    "asked": _("asked, not all have answered"),
    "acknowledged": _("acknowledged by all"),
    "refused": _("not all can do it"),
}
REASONS: Final = {
    "rules-changed": _("rules that let less go"),
    "retention": _("kept no longer than agreed"),
    "erasure": _("request for erasure"),
}
SAID: Final = {
    "none": _n(
        "No partner holds any of it: nothing to recall.", "No partner holds any of it: nothing to recall."
    ),
    "sent": _n("The recall is sent: {n} partner is asked.", "The recall is sent: {n} partners are asked."),
    "drafted": _n(
        "{n} recall is drafted: look at its counts and confirm it.",
        "{n} recalls are drafted: look at their counts and confirm them.",
    ),
    "dropped": _n("The draft is dropped: nothing is sent.", "The draft is dropped: nothing is sent."),
    "answered": _n("The answer is on its way.", "The answers are on their way."),
}
NAMED: Final = 200
LOOKED: Final = 10 * MINUTE
"""How long after asking a page that is left open looks for the receipt by itself."""


def handlers(site: Site) -> list[Any]:
    """Return the routes of recalls."""
    desk = site.desk

    @get("/release/recalls", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        lang = site.language(request)
        values = listed(desk, site.actor(request), lang)
        return site.page(request, "recalls.html", HERE, values | {"said": said(request, lang, SAID)})

    @get("/release/recalls/new", sync_to_thread=True)
    def new(request: Request[Any, Any, Any]) -> Response[str]:
        asked = request.query_params
        values = dry_run(
            desk,
            site.actor(request),
            site.language(request),
            asked.getall("id", []),
            partner=str(asked.get("partner") or "")[:LONGEST],
            members=bool(asked.get("members")),
        )
        return site.page(request, "recall_new.html", HERE, values)

    @get("/release/recalls/{recall:str}", sync_to_thread=True)
    def one(request: Request[Any, Any, Any]) -> Response[str]:
        name = str(request.path_params["recall"])
        values = one_recall(desk, site.actor(request), site.language(request), name)
        return site.page(request, "recall.html", HERE, values)

    def ask(request: Asked, given: Given) -> Response[Any]:
        actor, ids, members = site.actor(request), given.all("id"), bool(given.one("members"))
        try:
            done = verbs.recall(
                desk,
                actor,
                ids=ids,
                partner=given.one("partner") or None,
                reason=given.one("reason"),
                action=given.one("action", 20) or "purge",
                scope="object" if given.one("whole") else "version",
                marking=given.one("marking") or None,
                members=members,
            )
        except InputError as error:
            lang, partner = site.language(request), given.one("partner")
            values = dry_run(desk, actor, lang, ids, partner=partner, members=members)
            return site.page(request, "recall_new.html", HERE, values, http_status(error), refused=error)
        drafts = sum(1 for found in done if found.state == "draft")
        if len(done) == 1:
            return away(f"/release/recalls/{done[0].recall}")
        told = "none" if not done else "drafted" if drafts else "sent"
        return away("/release/recalls", said=told, n=drafts or len(done))

    def confirm(request: Asked, given: Given) -> Response[Any]:
        name = str(request.path_params["recall"])
        seen = given.one("objects", 9)
        verbs.recall_confirm(desk, site.actor(request), name, objects=int(seen) if seen.isdecimal() else -1)
        return away(f"/release/recalls/{name}")

    def drop(request: Asked, given: Given) -> Response[Any]:
        name = str(request.path_params["recall"])
        lang, actor = site.language(request), site.actor(request)
        try:
            verbs.recall_drop(desk, actor, name)
        except Conflict as error:
            values = one_recall(desk, actor, lang, name) | {"problem": explain(error, lang)}
            return site.page(request, "recall.html", HERE, values, http_status(error), refused=error)
        return away("/release/recalls", said="dropped")

    def answer(request: Asked, given: Given) -> Response[Any]:
        try:
            verbs.recall_answer(
                desk,
                site.actor(request),
                str(request.path_params["recall"]),
                given.one("outcome", 20),
                until=given.instant("until"),
                note=given.one("note"),
                products=[p.strip() for p in given.whole("products").split("\n") if p.strip()],
            )
        except InputError as error:
            lang = site.language(request)
            values = listed(desk, site.actor(request), lang) | {"said": ""}
            return site.page(request, "recalls.html", HERE, values, http_status(error), refused=error)
        return away("/release/recalls", said="answered")

    return [
        shown,
        new,
        one,
        deed("/release/recalls/ask", ask),
        deed("/release/recalls/{recall:str}/confirm", confirm),
        deed("/release/recalls/{recall:str}/drop", drop),
        deed("/release/received/{recall:str}", answer),
    ]


def listed(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return our recalls, those that wait for a person first, and what partners asked back from us."""
    titles = titles_of(desk, actor)
    found = verbs.recall_list(desk, actor)
    return {
        "tabs": tabs(actor, lang, "/recalls"),
        "drafts": [recall_line(one, lang, titles) for one in found if one.state == "draft"],
        "recalls": [recall_line(one, lang, titles) for one in found if one.state != "draft"],
        "received": [_received(one, lang, titles) for one in verbs.recall_received(desk, actor)],
        "outcomes": [(name, text(lang, label)) for name, label in OUTCOMES.items()],
        "acting_as": actor.name,
        "banner": unmarked(lang),
    }


def recall_line(one: Recalled, lang: str, titles: dict[str, str]) -> dict[str, Any]:
    """Return one recall as a line of a list."""
    style, word = STATES.get(one.state, ("", one.state))
    state = text(lang, word)
    if one.parts > 1 and one.state in ("asked", "unreachable"):
        parts = text(lang, _("({answered} of {parts} parts)"), answered=one.answered, parts=one.parts)
        state = f"{state} {parts}"
    kinds = ", ".join(f"{number(lang, n)} × {type_label(kind, lang)}" for kind, n in one.types.items())
    return {
        "recall": one.recall,
        "href": f"/release/recalls/{one.recall}",
        "partner": titles.get(one.partner, one.partner),
        "objects": one.objects,
        "kinds": kinds,
        "action": text(lang, ACTIONS.get(one.action, one.action)),
        "style": style,
        "state": state,
        "reason": _reason(one.reason, lang),
        "by": one.by,
        "at": when(one.at, lang),
        "due": when(one.due, lang),
        "answered_at": when(one.answered_at, lang),
    }


def _reason(written: str, lang: str) -> str:
    first, colon, rest = written.partition(": ")
    if first in REASONS:
        return text(lang, REASONS[first]) + (f" – {rest}" if colon else "")
    return written


def _received(one: RecallReceived, lang: str, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "recall": one.recall,
        "partner": titles.get(one.partner, one.partner),
        "action": text(lang, ACTIONS.get(one.action, one.action)),
        "marking": " ".join(one.marking),
        "reason": _reason(one.reason, lang),
        "by": one.by,
        "at": when(one.at, lang),
        "due": when(one.due, lang),
        "outcome": text(lang, OUTCOMES.get(one.outcome, one.outcome)),
        "versions": one.versions,
        "until": when(one.until, lang),
        "note": one.note,
        "answered_by": one.answered_by or "",
        "answered_at": when(one.answered_at, lang),
        "delivered": one.delivered,
    }


def one_recall(desk: Desk, actor: Actor, lang: str, name: str) -> dict[str, Any]:
    """Return one recall, and what it names."""
    found = verbs.recall_show(desk, actor, name)
    show = display(desk, actor, lang)
    ids, marked = _named(desk, actor, lang, show, list(found.ids[:NAMED]))
    answered = found.outcome or ""
    return recall_line(found, lang, titles_of(desk, actor)) | {
        "outcome": text(lang, THERE.get(answered, answered)) if answered else "",
        "asked": found.state in ("asked", "unreachable"),
        "problem": "",
        "looks": found.state == "asked" and desk.clock() - found.at < LOOKED,
        "tabs": tabs(actor, lang, "-"),
        "draft": found.state == "draft",
        "versions": found.versions,
        "whole": found.scope == "object",
        "marking": " ".join(found.marking),
        "until": when(found.until, lang),
        "note": found.note,
        "onward": text(lang, ONWARD[found.onward]) if found.onward in ONWARD else "",
        "products": found.products,
        "ids": ids,
        "more": found.objects - len(ids),
        "may_confirm": found.state == "draft" and may(actor, "recall"),
        "acting_as": actor.name,
        "banner": banner(marked, show, lang),
    }


def _named(
    desk: Desk, actor: Actor, lang: str, show: Show, ids: Sequence[str]
) -> tuple[list[dict[str, Any]], list[tuple[str, ...]]]:
    """Return objects as a recall lists them, by name as far as they are still here, and what those are marked."""
    try:
        items = verbs.summaries(desk, actor, ids)
    except NotFound:
        return [{"href": href(i), "name": short(i, i.partition("--")[0], lang), "id": i} for i in ids], []
    rows = lines_of(desk, actor, items, lang, {}, show)
    return [{name: row[name] for name in ("href", "name", "id", "type")} for row in rows], [
        item.marking for item in items
    ]


def dry_run(
    desk: Desk, actor: Actor, lang: str, ids: Sequence[str], *, partner: str, members: bool
) -> dict[str, Any]:
    """Return who holds these objects, and what would be left pointing at them."""
    listed = [one for one in dict.fromkeys(ids) if len(one) <= LONGEST]
    if not listed or len(listed) > TOGETHER:
        raise InputError("recall-count", _("Choose 1 to {most} objects."), most=TOGETHER)
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    found = verbs.recall_try(desk, actor, listed, partner=partner or None, members=members)
    named, marked = _named(desk, actor, lang, show, listed[:NAMED])
    marked += [left.marking for one in found for left in one.left]
    query = {"id": listed, "partner": partner}
    return {
        "tabs": tabs(actor, lang, "-"),
        "ids": listed,
        "named": named,
        "more": len(listed) - len(named),
        "heading": ntext(lang, _("Recall {n} object"), _("Recall {n} objects"), len(listed)),
        "partner": partner,
        "partner_title": titles.get(partner, partner),
        "members": members,
        "members_href": "/release/recalls/new?" + urlencode({**query, "members": "1"}, doseq=True),
        "found": [
            {
                "title": titles.get(one.partner, one.partner),
                "objects": one.objects,
                "kinds": ", ".join(
                    f"{number(lang, n)} × {type_label(kind, lang)}" for kind, n in one.types.items()
                ),
                "versions": one.versions,
                "tear_lines": one.tear_lines,
                "drafted": one.drafted,
                "confirms": one.confirms,
                "assured": one.assured,
                "hours": one.hours,
                "left": [line(left, lang, titles, show) for left in one.left],
            }
            for one in found
        ],
        "actions": [(name, text(lang, label)) for name, label in ACTIONS.items()],
        "acting_as": actor.name,
        "banner": banner(marked, show, lang),
    }
