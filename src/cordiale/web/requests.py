"""Requests for information: what partners ask of us and we of them, by when, who looks after it, answers, and whether they satisfied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.desk import Desk
from cordiale.desk.marking.chosen import summaries_seen
from cordiale.desk.views.display import display
from cordiale.joint.answer import STATES as ANSWERS
from cordiale.joint.answer import Given as Answered
from cordiale.joint.answer import answer as give_answer
from cordiale.joint.request import PRIORITIES, RequestView, assign, request_show, requests, settle
from cordiale.joint.request import ask as ask_partners
from cordiale.joint.sending import Sent, worst
from cordiale.joint.words import Words
from cordiale.platform.errors import CordialeError, NotFound, explain, http_status
from cordiale.platform.languages import _, _n, text
from cordiale.web.context import Entry, Site
from cordiale.web.deeds import Asked, Given, away, deed, said
from cordiale.web.lines import titles_of, when
from cordiale.web.marks import banner, chips

HERE: Final = "/requests"
RAIL: Final = Entry(45, HERE, _("Requests"), verb="joint")

STATES: Final = {
    "open": _("awaiting an answer"),
    "accepted": _("being worked on"),
    "partial": _("answered in part"),
    "answered": _("answered"),
    "declined": _("declined"),
    "satisfied": _("satisfied"),
    "unsatisfied": _("not satisfied"),
    "withdrawn": _("taken back"),
}
LOOKS: Final = {"satisfied": "good", "answered": "good", "unsatisfied": "bad", "declined": "bad"}
URGENT: Final = {"low": _("low"), "normal": _("normal"), "high": _("high")}
HOW: Final = {
    "accepted": _("we work on it"),
    "partial": _("answered in part"),
    "answered": _("answered"),
    "declined": _("declined"),
}
SETTLED: Final = {
    "satisfied": _("it is satisfied"),
    "unsatisfied": _("it is not satisfied"),
    "withdrawn": _("it is withdrawn"),
}
_TOLD: Final = {
    "goes": _("Done: it goes with the next exchange."),
    "officer": _("Done here. A release officer of this node has to let it go."),
    "second": _("Done here. A second officer has to confirm that it goes."),
    "withheld": _("Done here, and not given whole: see the object for what keeps it back."),
    "partner": _("Done here, and not given: somebody named is no partner of this node now."),
    "here": _("Done."),
}
SAID: Final = {name: _n(sentence, sentence) for name, sentence in _TOLD.items()}

FIELDS: Final = ("en", "fr", "marking", "due", "priority", "objects", "person", "state")


def handlers(site: Site) -> list[Any]:
    """Return the routes of requests."""
    desk = site.desk

    @get(HERE, sync_to_thread=True)
    def listed(request: Request[Any, Any, Any]) -> Response[str]:
        everything = request.query_params.get("all") == "yes"
        about = [str(one) for one in request.query_params.getall("id", [])][:50]
        values = every(desk, site.actor(request), site.language(request), everything)
        values |= {"typed": _fields(objects="\n".join(about)), "to": (), "asking": bool(about)}
        return site.page(request, "requests.html", HERE, values)

    @get("/requests/{asked:str}", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        lang = site.language(request)
        values = one(desk, site.actor(request), lang, _id(request))
        return site.page(request, "request.html", HERE, values | {"said": said(request, lang, SAID)})

    def ask(request: Asked, given: Given) -> Response[Any]:
        actor, lang = site.actor(request), site.language(request)
        to = given.all("to")
        groups = [to] if given.one("together") or not to else [[node] for node in to]
        try:
            done = [
                ask_partners(
                    desk,
                    actor,
                    each,
                    Words(given.one("en"), given.one("fr")),
                    marking=given.one("marking"),
                    objects=given.whole("objects").split(),
                    due=given.moment("due"),
                    priority=given.one("priority") or "normal",
                )
                for each in groups
            ]
        except CordialeError as error:
            values = every(desk, actor, lang, False)
            values |= {
                "typed": _typed(given),
                "to": tuple(to),
                "asking": True,
                "problem": explain(error, lang),
            }
            return site.page(request, "requests.html", HERE, values, http_status(error), refused=error)
        return away(f"{HERE}/{_short(done[0].id)}", said=worst([each for one in done for each in one.sent]))

    def act(work: Any) -> Any:
        def done(request: Asked, given: Given) -> Response[Any]:
            actor, lang, of = site.actor(request), site.language(request), _id(request)
            try:
                sent = work(actor, of, given)
            except NotFound:
                raise
            except CordialeError as error:
                values = one(desk, actor, lang, of) | {
                    "said": "",
                    "typed": _typed(given),
                    "problem": explain(error, lang),
                }
                return site.page(request, "request.html", HERE, values, http_status(error), refused=error)
            return away(f"{HERE}/{of}", said=worst(sent))

        return done

    def answered(actor: Actor, of: str, given: Given) -> Sequence[Sent]:
        words = Words(given.one("en"), given.one("fr"))
        objects = given.whole("objects").split()
        return give_answer(desk, actor, of, given.one("state"), words, objects=objects).sent

    def assigned(actor: Actor, of: str, given: Given) -> Sequence[Sent]:
        assign(desk, actor, of, given.one("person", 200))
        return ()

    def settled(actor: Actor, of: str, given: Given) -> Sequence[Sent]:
        how = given.one("state")
        why = Words(given.one("en"), given.one("fr"))
        return settle(desk, actor, of, how if how in SETTLED else "unsatisfied", why).sent  # type: ignore[arg-type]

    return [
        listed,
        shown,
        deed("/requests/ask", ask),
        deed("/requests/{asked:str}/answer", act(answered)),
        deed("/requests/{asked:str}/assign", act(assigned)),
        deed("/requests/{asked:str}/settle", act(settled)),
    ]


def every(desk: Desk, actor: Actor, lang: str, everything: bool) -> dict[str, Any]:
    """Return what is asked of us and what we asked, the next due first, and the form to ask."""
    found = requests(desk, actor, everything=everything)
    titles = titles_of(desk, actor)
    rows = [_row(one, lang, titles) for one in found]
    markings = [one.marking for one in found] + [each.marking for one in found for each in one.answers]
    return {
        "to_us": [row for row in rows if not row["ours"]],
        "by_us": [row for row in rows if row["ours"]],
        "everything": everything,
        "may": may(actor, "request"),
        "partners": [{"name": one.name, "title": one.title or one.name} for one in verbs.partner_list(desk, actor)],
        "priorities": [{"word": word, "label": text(lang, URGENT[word])} for word in PRIORITIES],
        "problem": "",
        "banner": banner(markings, display(desk, actor, lang), lang),
    }  # fmt: skip


def one(desk: Desk, actor: Actor, lang: str, written: str) -> dict[str, Any]:
    """Return one request with its answers, and what this node can say to it; raises NotFound."""
    found = request_show(desk, actor, written)
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    named = summaries_seen(
        desk, actor, [*found.objects, *(i for each in found.answers for i in each.objects)]
    )
    settled = found.state in SETTLED
    asked = desk.node in found.to
    markings = [
        found.marking,
        *(each.marking for each in found.answers),
        *(line.marking for line in named.values()),
    ]
    people = [person.name for person in verbs.person_list(desk, actor)] if may(actor, "person-list") else []
    return {
        "row": _row(found, lang, titles),
        "other": found.words.fr if found.words.fr and not lang.startswith("fr") else found.words.en if lang.startswith("fr") else "",
        "other_lang": "en" if lang.startswith("fr") else "fr",
        "about": _objects(found.objects, named),
        "answers": [_answer(each, lang, titles, named) for each in found.answers],
        "why": found.why.said(lang),
        "chips": chips(found.marking, show),
        "may_answer": may(actor, "request") and asked and not settled,
        "may_assign": may(actor, "request") and asked,
        "may_settle": may(actor, "request") and found.ours and not settled,
        "answer_states": [{"word": word, "label": text(lang, HOW[word])} for word in ANSWERS],
        "settle_states": [{"word": word, "label": text(lang, label)} for word, label in SETTLED.items()],
        "people": people,
        "object": f"/objects/{found.id}",
        "typed": _fields(),
        "problem": "",
        "banner": banner(markings, show, lang),
    }  # fmt: skip


def waiting(desk: Desk, actor: Actor) -> tuple[int, int]:
    """Return how many requests to us wait for an answer, and how many of ours have one that nobody settled."""
    found = requests(desk, actor)
    to_us = sum(1 for one in found if not one.ours and one.state in ("open", "accepted"))
    ours = sum(1 for one in found if one.ours and one.state in ("answered", "partial"))
    return to_us, ours


def _row(found: RequestView, lang: str, titles: Mapping[str, str]) -> dict[str, Any]:
    words = found.words.said(lang)
    return {
        "href": f"{HERE}/{_short(found.id)}",
        "id": _short(found.id),
        "words": words,
        "brief": words if len(words) <= 120 else words[:119] + "…",
        "asker": titles.get(found.asker, found.asker),
        "to": ", ".join(titles.get(one, one) for one in found.to),
        "due": when(found.due, lang),
        "asked": when(found.asked, lang),
        "state": text(lang, STATES.get(found.state, found.state)),
        "look": LOOKS.get(found.state, ""),
        "overdue": found.overdue,
        "priority": text(lang, URGENT[found.priority]) if found.priority in URGENT else found.priority,
        "urgent": found.priority == "high",
        "assigned": found.assigned,
        "ours": found.ours,
    }


def _answer(
    found: Answered, lang: str, titles: Mapping[str, str], named: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "node": titles.get(found.node, found.node),
        "at": when(found.at, lang),
        "state": text(lang, STATES.get(found.state, found.state)),
        "words": found.words.said(lang),
        "objects": _objects(found.objects, named),
    }


def _objects(ids: Sequence[str], named: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"href": f"/objects/{i}", "name": named[i].name or i} for i in ids if i in named]


def _typed(given: Given) -> dict[str, str]:
    return _fields(**{name: given.whole(name) if name == "objects" else given.one(name) for name in FIELDS})


def _fields(**typed: str) -> dict[str, str]:
    """Return what the fields of a form hold, nothing for each that nobody typed into."""
    return dict.fromkeys(FIELDS, "") | typed


def _short(stix_id: str) -> str:
    return stix_id.partition("--")[2]


def _id(request: Asked) -> str:
    return str(request.path_params["asked"])
