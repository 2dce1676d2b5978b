"""Consents: what partners ask of us, answered in bulk, and what we ask of originators."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.desk import Desk
from cordiale.desk.outgoing.consent import ConsentView
from cordiale.platform.errors import CordialeError, explain
from cordiale.platform.languages import _, _n, number, text
from cordiale.web.context import Site
from cordiale.web.deeds import Asked, Given, away, deed, said
from cordiale.web.labels import type_label
from cordiale.web.lines import href, short, titles_of, when
from cordiale.web.marks import unmarked
from cordiale.web.release import HERE, tabs

STATES: Final = {
    "waiting": _("waits for our answer"),
    "asked": _("asked"),
    "granted": _("granted"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn"),
    "ended": _("ended"),
}
SAID: Final = {
    "granted": _n("{n} consent is given.", "{n} consents are given."),
    "refused": _n("{n} consent is refused.", "{n} consents are refused."),
    "withdrawn": _n("{n} consent is withdrawn.", "{n} consents are withdrawn."),
    "asked": _n("{n} originator is asked.", "{n} originators are asked."),
}
NAMED: Final = 5
"""Objects of one request that are named in the list."""


def handlers(site: Site) -> list[Any]:
    """Return the routes of consents."""
    desk = site.desk

    @get("/release/consents", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        lang = site.language(request)
        given = [str(one) for one in request.query_params.getall("id", [])]
        values = consents(desk, site.actor(request), lang) | {"ask_ids": "\n".join(given[:200])}
        return site.page(
            request, "consents.html", HERE, values | {"said": said(request, lang, SAID), "problem": ""}
        )

    def answer(request: Asked, given: Given) -> Response[Any]:
        state = given.one("state", 20)
        chosen = given.all("id")
        for consent in chosen:
            verbs.consent_answer(desk, site.actor(request), consent, state, until=given.moment("until"))
        return away("/release/consents", said=state, n=len(chosen))

    def ask(request: Asked, given: Given) -> Response[Any]:
        actor, lang = site.actor(request), site.language(request)
        try:
            done = verbs.consent_ask(
                desk,
                actor,
                to=given.one("to"),
                ids=given.whole("ids").split(),
                of=given.one("of") or None,
                types=given.one("types").split(),
                derived=bool(given.one("derived")),
                until=given.moment("until"),
                reason=given.one("reason"),
            )
        except CordialeError as error:
            values = consents(desk, actor, lang) | {
                "said": "",
                "problem": explain(error, lang),
                "ask_ids": given.whole("ids"),
            }
            return site.page(request, "consents.html", HERE, values, 422, refused=error)
        return away("/release/consents", said="asked", n=len(done))

    return [shown, deed("/release/consents/answer", answer), deed("/release/consents/ask", ask)]


def consents(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return what waits for our answer, and everything asked by us and of us."""
    titles = titles_of(desk, actor)
    found = [_line(one, lang, titles) for one in verbs.consent_list(desk, actor)]
    return {
        "tabs": tabs(actor, lang, "/consents"),
        "waiting": [one for one in found if one["waits"]],
        "answered": [one for one in found if one["direction"] == "answering" and not one["waits"]],
        "asked": [one for one in found if one["direction"] == "asked"],
        "may_answer": may(actor, "consent"),
        "partners": [
            {"name": one.name, "title": one.title or one.name} for one in verbs.partner_list(desk, actor)
        ],
        "ask_ids": "",
        "banner": unmarked(lang),
    }


def _line(one: ConsentView, lang: str, titles: dict[str, str]) -> dict[str, Any]:
    kinds = [type_label(kind, lang) for kind in one.types]
    return {
        "id": one.id,
        "direction": one.direction,
        "partner": titles.get(one.partner, one.partner),
        "to": titles.get(one.to, one.to),
        "state": text(lang, STATES.get(one.state, one.state)),
        "waits": one.direction == "answering" and one.state == "waiting",
        "granted": one.state == "granted",
        "objects": number(lang, one.objects),
        "ours": number(lang, one.ours),
        "query": ", ".join((*kinds, *one.labels)),
        "names": [{"href": href(i), "name": short(i, i.partition("--")[0], lang)} for i in one.ids[:NAMED]],
        "more": len(one.ids) - NAMED,
        "derived": one.derived,
        "until": when(one.until, lang),
        "reason": one.reason,
        "by": one.by,
        "at": when(one.at, lang),
        "answered_by": one.answered_by or "",
        "answered_at": when(one.answered_at, lang),
    }
