"""One partner: its link, the log both share, comparisons of it, and suspending or ending the exchange."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.answers import PartnerView
from cordiale.desk.desk import Desk
from cordiale.platform.errors import CordialeError, NotAllowed, NotFound, explain, http_status
from cordiale.platform.languages import _, _n, number, text
from cordiale.web.context import Site
from cordiale.web.deeds import Asked, Given, away, deed, said
from cordiale.web.lines import href, short, when
from cordiale.web.marks import unmarked
from cordiale.web.partners import HERE, partner_href, partner_view

KINDS: Final = {
    "missing": _("missing here"),
    "flipped": _("altered here"),
    "recalled": _("recalled, and still held here"),
    "extra": _("in no stream of theirs"),
}
REPAIRS: Final = {
    "refetched": _("fetched again"),
    "purged": _("removed"),
    "set-aside": _("set aside"),
    "gone": _("gone there as well"),
}
COMPARED: Final = {"quick": _("by stored hashes"), "full": _("every body hashed anew")}

SAID: Final = {
    "confirmed": _n("Confirmed: what rules allow is exchanged from now on.", "Confirmed: what rules allow is exchanged from now on."),
    "suspended": _n("Suspended: nothing is exchanged, recalls included.", "Suspended: nothing is exchanged, recalls included."),
    "resumed": _n("The exchange goes on; what was released meanwhile follows.", "The exchange goes on; what was released meanwhile follows."),
    "leaving": _n("The partnership ends: nothing more goes.", "The partnership ends: nothing more goes."),
    "visited": _n("Visited just now.", "Visited just now."),
    "compared": _n("{n} difference was found, and repaired as said below.", "{n} differences were found, and repaired as said below."),
}  # fmt: skip


def handlers(site: Site) -> list[Any]:
    """Return the routes of one partner."""
    desk = site.desk

    def answer(request: Asked, error: CordialeError | None = None) -> Response[Any]:
        name, lang = str(request.path_params["name"]), site.language(request)
        values = one_partner(desk, site.actor(request), lang, name)
        told = {"said": said(request, lang, SAID), "problem": explain(error, lang) if error else ""}
        status = http_status(error) if error else 200
        return site.page(request, "partner.html", HERE, values | told, status, refused=error)

    @get("/partners/of/{name:str}", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        return answer(request)

    def act(path: str, told: str, do: Any) -> Any:
        def work(request: Asked, given: Given) -> Response[Any]:
            name = str(request.path_params["name"])
            try:
                n = do(site.actor(request), name, given)
            except CordialeError as error:
                if isinstance(error, NotFound | NotAllowed):
                    raise
                return answer(request, error)
            return away(partner_href(name), said=told, n=n)

        return deed(f"/partners/of/{{name:str}}/{path}", work)

    def suspend(actor: Actor, name: str, given: Given) -> None:
        verbs.partner_suspend(desk, actor, name, reason=given.one("reason"))

    def resume(actor: Actor, name: str, given: Given) -> None:
        verbs.partner_resume(desk, actor, name, reason=given.one("reason"))

    def leave(actor: Actor, name: str, given: Given) -> None:
        verbs.partner_exit(
            desk,
            actor,
            name,
            ask_back=given.one("ask_back") == "yes",
            reason=given.one("reason"),
            now=bool(given.one("now")),
        )

    def visit(actor: Actor, name: str, given: Given) -> None:
        verbs.sync(desk, actor, name)

    def reconcile(actor: Actor, name: str, given: Given) -> int:
        done = verbs.partner_reconcile(desk, actor, name, full=bool(given.one("full")))
        return len(done.differences)

    def rejoin(actor: Actor, name: str, given: Given) -> None:
        verbs.partner_rejoin(desk, actor, name, unvisited=bool(given.one("unvisited")))

    return [
        shown,
        act("suspend", "suspended", suspend),
        act("resume", "resumed", resume),
        act("leave", "leaving", leave),
        act("visit", "visited", visit),
        act("reconcile", "compared", reconcile),
        act("rejoin", "resumed", rejoin),
    ]


def one_partner(desk: Desk, actor: Actor, lang: str, name: str) -> dict[str, Any]:
    """Return one partner with the log of the pair. Raises NotFound."""
    found: PartnerView | None = next(
        (one for one in verbs.partner_list(desk, actor) if one.name.lower() == name.lower()), None
    )
    if found is None:
        raise NotFound("exchange.partner.unknown", _("There is no partner named {node}."), node=name)
    log = verbs.pair_log(desk, actor, found.name)
    may_suspend = may(actor, "partner-suspend")
    shown = partner_view(found, lang)
    shown["their_nation"] = shown.pop("nation")  # the frame shows ours
    return shown | {
        "organisation": found.organisation,
        "url": found.url,
        "plain": found.assurance != "node",
        "raw_state": found.state,
        "own_words": " ".join(verbs.own_words(desk, lang)),
        "action": partner_href(found.name),
        "clock": number(lang, round(found.clock_difference / 1000))
        if found.clock_difference is not None
        else "",
        "log": {
            "whole": log.whole,
            "generation": log.generation,
            "sent": log.sent,
            "acknowledged": log.acknowledged,
            "waiting": log.sent - log.acknowledged,
            "acknowledged_at": when(log.acknowledged_at, lang),
            "received": log.received,
            "segments": log.segments,
            "cuts": [
                {
                    "entries": f"{number(lang, one.first)} – {number(lang, one.last)}",
                    "at": when(one.at, lang),
                    "header": one.header[:16],
                    "acknowledged": one.acknowledged,
                }
                for one in log.cuts
            ],
            "compared": [
                {
                    "kind": text(lang, COMPARED.get(one.kind, one.kind)),
                    "at": when(one.at, lang),
                    "entries": one.entries,
                    "objects": one.objects,
                    "differences": one.differences,
                    "position": one.position,
                }
                for one in log.compared
            ],
            "differences": [
                {
                    "at": when(one.at, lang),
                    "kind": text(lang, KINDS.get(one.kind, one.kind)),
                    "repair": text(lang, REPAIRS.get(one.repair, one.repair)),
                    "href": href(one.object_id) if one.object_id else "",
                    "name": short(one.object_id, one.object_id.partition("--")[0], lang)
                    if one.object_id
                    else "",
                }
                for one in log.differences
            ],
            "theirs": len(log.theirs),
        },
        "may_suspend": may_suspend and found.state == "confirmed",
        "may_resume": may_suspend and found.state == "suspended",
        "may_leave": may_suspend and found.state in ("confirmed", "suspended", "compromised", "leaving"),
        "may_visit": may(actor, "sync") and found.state == "confirmed" and found.assurance == "node",
        "may_rejoin": may(actor, "partner") and found.link == "rejoin",
        "may_preview": may(actor, "preview"),
        "acting_as": actor.name,
        "banner": unmarked(lang),
    }
