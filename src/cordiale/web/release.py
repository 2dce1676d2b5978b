"""The release desk: what waits for an officer, what an approval would let go, and the acts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.answers import Withheld
from cordiale.desk.desk import Desk
from cordiale.desk.outgoing.queue import TOGETHER, Judged
from cordiale.desk.views.display import Show, display
from cordiale.desk.views.tables import warning_of
from cordiale.platform.clock import MINUTE
from cordiale.platform.errors import CordialeError, InputError, http_status
from cordiale.platform.languages import _, _n, instant, ntext, number, text
from cordiale.web.context import Entry, Site
from cordiale.web.deeds import Asked, Given, away, deed, said
from cordiale.web.labels import property_label
from cordiale.web.lines import FORMS, line, sayings, sentence, titles_of, when
from cordiale.web.marks import banner

HERE: Final = "/release"
RAIL: Final = Entry(30, HERE, _("Release"), "release", verb="preview")
PAGE: Final = 50
LONGEST: Final = 400
_TOP: Final = re.compile(r"[.\[]")
"""What ends the name of the property that a path begins with."""
FOLLOWED: Final = 10
"""Objects of one act whose receipt is looked up: each is a decision of its own."""
LOOKED: Final = 10 * MINUTE
"""How long after an act a page that is left open looks for receipts by itself."""

SAID: Final = {
    "refused": _n("{n} object is kept from the partner.", "{n} objects are kept from the partner."),
    "held": _n("{n} object is held back for a time.", "{n} objects are held back for a time."),
    "lifted": _n("{n} refusal is lifted.", "{n} refusals are lifted."),
}

TABS: Final = (
    ("", _("Waiting"), "preview"),
    ("/consents", _("Consents"), "consent-list"),
    ("/recalls", _("Recalls"), "recall"),
    ("/log", _("What was done"), "preview"),
    ("/partners", _("What partners see"), "preview"),
)
"""Where the pages of the desk are, what they are called, and the verb that opens them."""


def handlers(site: Site) -> list[Any]:
    """Return the routes of the queue, the dry run and the acts."""
    desk = site.desk

    @get("/release", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        asked = {n: str(request.query_params.get(n) or "")[:LONGEST] for n in ("partner", "after")}
        lang = site.language(request)
        values = queue(desk, site.actor(request), lang, partner=asked["partner"], after=asked["after"])
        return site.page(request, "release.html", HERE, values | {"said": said(request, lang, SAID)})

    @get("/release/try", sync_to_thread=True)
    def tried(request: Request[Any, Any, Any]) -> Response[str]:
        ids = request.query_params.getall("id", [])
        partner = str(request.query_params.get("partner") or "")[:LONGEST]
        values = dry_run(desk, site.actor(request), site.language(request), ids, partner)
        return site.page(request, "release_try.html", HERE, values)

    @get("/release/acts/{act:str}", sync_to_thread=True)
    def act(request: Request[Any, Any, Any]) -> Response[str]:
        name = str(request.path_params["act"])
        values = one_act(desk, site.actor(request), site.language(request), name)
        return site.page(request, "release_act.html", HERE, values)

    def again(request: Asked, given: Given, error: CordialeError) -> Response[Any]:
        lang = site.language(request)
        values = dry_run(desk, site.actor(request), lang, given.all("id"), given.one("partner"))
        return site.page(request, "release_try.html", HERE, values, http_status(error), refused=error)

    def approve(request: Asked, given: Given) -> Response[Any]:
        try:
            done = verbs.release(
                desk,
                site.actor(request),
                given.one("partner"),
                ids=given.all("id"),
                until=given.instant("until"),
                reason=given.one("reason"),
            )
        except InputError as error:
            return again(request, given, error)
        return away(f"/release/acts/{done.act}")

    def refuse(request: Asked, given: Given) -> Response[Any]:
        actor, partner, ids = site.actor(request), given.one("partner"), given.all("id")
        until = given.instant("until")
        try:
            if until is not None:
                verbs.hold(desk, actor, partner, ids=ids, until=until, reason=given.one("reason"))
            else:
                verbs.refuse(desk, actor, partner, ids=ids, reason=given.one("reason"))
        except InputError as error:
            return again(request, given, error)
        return away("/release", partner=partner, said="held" if until else "refused", n=len(ids))

    def lift(request: Asked, given: Given) -> Response[Any]:
        partner = given.one("partner")
        done = verbs.lift(desk, site.actor(request), partner, ids=given.all("id"))
        return away("/release", partner=partner, said="lifted", n=done.objects)

    def confirm(request: Asked, given: Given) -> Response[Any]:
        done = verbs.confirm_act(desk, site.actor(request), given.one("act"))
        return away(f"/release/acts/{done.act}")

    def withdraw(request: Asked, given: Given) -> Response[Any]:
        done = verbs.withdraw_act(desk, site.actor(request), given.one("act"))
        return away(f"/release/acts/{done.act}")

    return [
        shown,
        tried,
        act,
        deed("/release/approve", approve),
        deed("/release/refuse", refuse),
        deed("/release/lift", lift),
        deed("/release/confirm", confirm),
        deed("/release/withdraw", withdraw),
    ]


def tabs(actor: Actor, lang: str, here: str) -> list[dict[str, Any]]:
    """Return the pages of the desk that somebody may open."""
    return [
        {"href": HERE + path, "label": text(lang, label), "here": path == here}
        for path, label, verb in TABS
        if may(actor, verb)
    ]


def text_href(stix_id: str, partner: str) -> str:
    """Return the address of an object beside what a partner would read of it."""
    return f"/release/text/{quote(stix_id, safe='')}?{urlencode({'partner': partner})}"


def queue(desk: Desk, actor: Actor, lang: str, *, partner: str = "", after: str = "") -> dict[str, Any]:
    """Return what waits for an act for one partner, and how much for each other."""
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    found = verbs.waiting(desk, actor, partner=partner or None, after=after or None, limit=PAGE)
    every = found if not partner else verbs.waiting(desk, actor, limit=PAGE)
    chosen = next((one for one in found if one.items), found[0] if found else None)
    names = _names(desk, actor, lang, show, chosen.items) if chosen else {}
    rows = (
        [judged(item, lang, titles, show, chosen.partner, names) for item in chosen.items] if chosen else []
    )
    return {
        "tabs": tabs(actor, lang, ""),
        "partners": [
            {
                "href": "/release?" + urlencode({"partner": one.partner}),
                "label": titles.get(one.partner, one.partner),
                "count": number(lang, len(one.items)) + ("+" if one.next else ""),
                "here": chosen is not None and one.partner == chosen.partner,
            }
            for one in every
        ],
        "partner": chosen.partner if chosen else "",
        "partner_title": titles.get(chosen.partner, chosen.partner) if chosen else "",
        "rows": rows,
        "next_href": "/release?" + urlencode({"partner": chosen.partner, "after": chosen.next})
        if chosen and chosen.next
        else None,
        "may_release": may(actor, "release"),
        "said": "",
        "banner": banner((item.summary.marking for item in chosen.items) if chosen else (), show, lang),
    }


def _names(desk: Desk, actor: Actor, lang: str, show: Show, items: Iterable[Judged]) -> dict[str, str]:
    """Return what objects are called in the reader's language, where a translation may be read; ties by their ends."""
    listed = [item.summary for item in items]
    return sayings(desk, actor, listed, verbs.ends(desk, actor, listed), lang, show)


def judged(
    item: Judged,
    lang: str,
    titles: Mapping[str, str],
    show: Show,
    partner: str,
    names: Mapping[str, str] = {},
) -> dict[str, Any]:
    """Return one object with what a partner would get of it, and why; `names` are those in the reader's language."""
    style, word = FORMS.get(item.form, ("withheld", item.form))
    forms = {"verbatim": _("as it is"), "tear-line": _("as a tear-line"), "withheld": _("not at all")}
    reasons = [sentence(one, lang) for one in item.why if one.code not in ("passes", "approved")]
    parts = dict.fromkeys(property_label(_TOP.split(path)[0], lang) for path in item.removed)
    shown = line(item.summary, lang, titles, show)
    return shown | {
        "id": item.summary.id,
        "name": names.get(item.summary.id) or shown["name"],
        "text_href": text_href(item.summary.id, partner),
        "form": text(lang, forms.get(style, word)),
        "style": style,
        "why": " ".join(reasons),
        "stays": text(lang, _("Not in it, or not whole: {parts}."), parts=", ".join(parts)) if parts else "",
        "rule": next((one.rule for one in item.why if one.rule), ""),
        "waits": sentence(item.waits, lang),
        "mandate": (item.waits.rule or "") if item.waits else "",
        "act": item.act,
    }


def dry_run(desk: Desk, actor: Actor, lang: str, ids: Sequence[str], partner: str) -> dict[str, Any]:
    """Return what an approval of some objects would let go: to one partner, object by object, or to each, in figures."""
    listed = [one for one in dict.fromkeys(ids) if len(one) <= LONGEST]
    if not listed or len(listed) > TOGETHER:
        raise InputError("release-count", _("Choose 1 to {most} objects."), most=TOGETHER)
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    known = [one.partner for one in verbs.preview(desk, actor, ids=())]
    chosen = [partner] if partner else known
    runs = [verbs.release_try(desk, actor, name, listed) for name in chosen]
    everything = [item.summary.marking for run in runs for item in run.items]
    names = _names(desk, actor, lang, show, runs[0].items) if runs else {}
    return {
        "tabs": tabs(actor, lang, "-"),
        "ids": listed,
        "heading": ntext(lang, _("Dry run for {n} object"), _("Dry run for {n} objects"), len(listed)),
        "runs": [
            {
                "partner": run.partner,
                "title": titles.get(run.partner, run.partner),
                "href": "/release/try?" + urlencode({"partner": run.partner, "id": listed}, doseq=True),
                "verbatim": run.verbatim,
                "tear_lines": run.tear_lines,
                "goes": run.verbatim + run.tear_lines,
                "withheld": withheld(run.withheld, lang),
                "warnings": [
                    sentence(warned, lang) for one in run.tables if (warned := warning_of(one)) is not None
                ],
                "assured": run.assurance == "node",
                "beside": len(run.beside),
                "beside_href": "/release/try?"
                + urlencode({"partner": run.partner, "id": [*listed, *run.beside]}, doseq=True),
                "rows": [judged(item, lang, titles, show, run.partner, names) for item in run.items],
            }
            for run in runs
        ],
        "others": [
            {
                "label": titles.get(name, name),
                "href": "/release/try?" + urlencode({"partner": name, "id": listed}, doseq=True),
                "here": name == partner,
            }
            for name in known
        ],
        "all_href": "/release/try?" + urlencode({"id": listed}, doseq=True),
        "single": len(chosen) == 1,
        "may_release": may(actor, "release"),
        "acting_as": actor.name,
        "banner": banner(everything, show, lang),
    }


def _arrived(
    desk: Desk, actor: Actor, lang: str, ids: Sequence[str], partner: str
) -> dict[str, tuple[bool, str]]:
    """Return of each object whether the partner has signed that it holds it, and a sentence that says so."""
    found = {}
    for stix_id in ids:
        why = verbs.why(desk, actor, stix_id, partner)
        if why.withdrawn:
            found[stix_id] = (True, text(lang, _("Asked back since.")))
        elif why.receipt_at is not None:
            said = text(
                lang, _("Received there, says its receipt of {when}."), when=instant(lang, why.receipt_at)
            )
            found[stix_id] = (True, said)
        else:
            found[stix_id] = (False, text(lang, _("On its way.")))
    return found


def withheld(found: Sequence[Withheld], lang: str) -> list[dict[str, Any]]:
    """Return what stays, by reason."""
    return [{"count": one.count, "sentence": sentence(one.reason, lang)} for one in found]


def one_act(desk: Desk, actor: Actor, lang: str, act: str) -> dict[str, Any]:
    """Return one approval, and what the partner has of it now."""
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    found = verbs.act_show(desk, actor, act)
    shown = list(found.ids)[:PAGE]
    run = verbs.release_try(desk, actor, found.partner, shown) if shown and found.now else None
    names = _names(desk, actor, lang, show, run.items) if run else {}
    rows = [judged(item, lang, titles, show, found.partner, names) for item in run.items] if run else []
    wait = found.now is not None and found.now.waiting_second and not found.withdrawn_by
    goes = [item.summary.id for item in run.items if item.form != "withheld"] if run else []
    arrived = _arrived(desk, actor, lang, goes[:FOLLOWED], found.partner) if not wait else {}
    rows = [row | {"arrived": arrived.get(row["id"], (False, ""))[1]} for row in rows]
    young = desk.clock() - found.at < LOOKED and not found.withdrawn_by
    return {
        "looks": young and any(not there for there, _said in arrived.values()),
        "tabs": tabs(actor, lang, "-"),
        "act": found.act,
        "partner": found.partner,
        "partner_title": titles.get(found.partner, found.partner),
        "officer": found.officer,
        "at": when(found.at, lang),
        "second": found.second,
        "second_at": when(found.second_at, lang),
        "until": when(found.until, lang),
        "withdrawn_by": found.withdrawn_by,
        "withdrawn_at": when(found.withdrawn_at, lang),
        "reason": found.reason,
        "query": ", ".join(part for parts in found.query.values() for part in parts),
        "count": len(found.ids),
        "now": found.now,
        "withheld": withheld(found.now.withheld, lang) if found.now else [],
        "rows": rows,
        "waits_second": wait,
        "may_confirm": wait and may(actor, "release") and actor.name != found.officer,
        "may_withdraw": may(actor, "release") and not found.withdrawn_by,
        "may_recall": may(actor, "recall") and bool(found.ids),
        "recall_href": "/release/recalls/new?"
        + urlencode({"id": list(found.ids)[:TOGETHER], "partner": found.partner}, doseq=True),
        "acting_as": actor.name,
        "banner": banner((item.summary.marking for item in run.items) if run else (), show, lang),
    }
