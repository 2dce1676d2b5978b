"""The page of partners."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import VERBS, Actor, may
from cordiale.desk.answers import PartnerView
from cordiale.desk.desk import Desk
from cordiale.desk.views.tables import warning_of
from cordiale.platform.languages import _, number, text
from cordiale.web.context import Entry, Site
from cordiale.web.lines import sentence, when
from cordiale.web.marks import unmarked

STATES: Final = {
    "invited": _("invited, words not compared yet"),
    "confirmed": _("confirmed"),
    "suspended": _("suspended"),
    "compromised": _("its key was in other hands"),
    "leaving": _("leaving"),
    "left": _("has left"),
}
DELAYS: Final = {
    "acknowledged": _("to them {ms} ms, 99 of 100 within {most} ms"),
    "visible": _("from them {ms} ms, 99 of 100 within {most} ms"),
}
"""Measured stage → what the page of partners says of it."""

LINKS: Final = {
    "new": _("not connected yet"),
    "up": _("link up"),
    "down": _("link down"),
    "refused": _("the partner refuses our requests"),
    "garbage": _("the partner's answers cannot be read"),
    "clock": _("the clocks differ too much"),
    "rejoin": _("closed until partner rejoin"),
    "missing": _("entries have not arrived"),
    "upgrade": _("one side has to be upgraded"),
    "key": _("shows another TLS key"),
    "plain": _("its address is not encrypted"),
}

HERE: Final = "/partners"
RAIL: Final = Entry(40, HERE, _("Partners"), "partners", verb="partner-list")


def handlers(site: Site) -> list[Any]:
    """Return the page's routes."""

    @get("/partners", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        values = partners(site.desk, site.actor(request), site.language(request))
        return site.page(request, "partners.html", HERE, values)

    return [shown]


def partner_href(name: str) -> str:
    """Return the address of a partner's page."""
    return f"/partners/of/{quote(name, safe='')}"


def partners(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return the partners with the state of each link, and of the equivalences it rests on."""
    unsigned = verbs.tables(desk, actor) if actor.roles.intersection(VERBS["preview"]) else {}
    warned = {
        name: [warning for t in tables if (warning := warning_of(t))] for name, tables in unsigned.items()
    }
    return {
        "partners": [
            partner_view(p, lang) | {"warnings": [sentence(w, lang) for w in warned.get(p.name, ())]}
            for p in verbs.partner_list(desk, actor)
        ],
        "may_connect": may(actor, "partner"),
        "may_rule": may(actor, "rules"),
        "banner": unmarked(lang),
    }


def partner_view(p: PartnerView, lang: str) -> dict[str, Any]:
    """Return a partner as its line says it."""
    words = p.words_fr if lang[:2] == "fr" and p.words_fr else p.words
    state = text(lang, STATES.get(p.state, p.state))
    link = text(lang, LINKS.get(p.link, p.link))
    return {
        "id": p.name,
        "href": partner_href(p.name),
        "name": p.title or p.name,
        "nation": p.nation,
        "state": f"{state}, {link}" if p.state == "confirmed" else state,
        "problem": text(lang, p.last_error, **p.error_params) if p.last_error else "",
        "contact": when(p.last_contact, lang),
        "sent": p.sent,
        "received": p.received,
        "latency": [
            text(
                lang,
                sentence,
                ms=number(lang, round(one.p50_us / 1000)),
                most=number(lang, round(one.p99_us / 1000)),
            )
            for stage, sentence in DELAYS.items()
            if (one := p.latency.get(stage)) is not None
        ],
        "words": " ".join(words),
    }
