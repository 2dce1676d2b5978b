"""Playbooks: what is done when something arrives; written, tried before anything is done, turned on and off, and their log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, authorise, may
from cordiale.desk.answers import Summary
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import Show, display
from cordiale.joint.playbook import keeping
from cordiale.joint.playbook.model import Ask, Export, Mark, Notify, Playbook, Step
from cordiale.joint.playbook.running import MOST as AN_HOUR
from cordiale.joint.words import Words
from cordiale.platform.errors import CordialeError, InputError, NotFound, explain, http_status
from cordiale.platform.languages import _, _n, number, text
from cordiale.web.context import Entry, Site
from cordiale.web.deeds import Asked, Given, away, deed, said
from cordiale.web.labels import TYPES, type_label
from cordiale.web.lines import lines_of, titles_of, when
from cordiale.web.marks import banner, unmarked
from cordiale.web.question import asked_in

HERE: Final = "/playbooks"
RAIL: Final = Entry(75, HERE, _("Playbooks"), verb="playbook-list")

LOGGED: Final = 100
"""Lines of a log that the page shows."""

TRIED: Final = 20
"""Objects of a dry run that the page shows."""

STATES: Final = {"off": _("off"), "on": _("on"), "stopped": _("stopped")}
STYLES: Final = {"off": "", "on": "good", "stopped": "bad"}
OUTCOMES: Final = {
    "waiting": _("waits"),
    "begun": _("cut short: look whether it was done"),
    "done": _("done"),
    "nothing": _("nothing to do"),
    "refused": _("refused"),
}
WOULD: Final = {**OUTCOMES, "done": _("would be done"), "refused": _("would be refused")}
BAD: Final = ("begun", "refused")
SAID: Final = {
    "on": _n("It is on: it acts in your name for what arrives from now on.", "It is on: it acts in your name for what arrives from now on."),
    "off": _n("It is off.", "It is off."),
    "kept": _n("It is kept, turned off. See below what it would do, then turn it on.", "It is kept, turned off. See below what it would do, then turn it on."),
}  # fmt: skip
FIELDS: Final = (
    "name",
    "q",
    "type",
    "source",
    "marking",
    "mark",
    "people",
    "folder",
    "en",
    "fr",
    "under",
    "hours",
)


def handlers(site: Site) -> list[Any]:
    """Return the routes of playbooks."""
    desk = site.desk

    @get(HERE, sync_to_thread=True)
    def listed(request: Request[Any, Any, Any]) -> Response[str]:
        values = every(desk, site.actor(request), site.language(request))
        return site.page(request, "playbooks.html", HERE, values)

    @get("/playbooks/new", sync_to_thread=True)
    def begun(request: Request[Any, Any, Any]) -> Response[str]:
        authorise(site.actor(request), "playbook")
        asked = asked_in({name: str(value) for name, value in request.query_params.items()})
        typed = {"q": asked.q, "type": asked.type, "source": asked.source, "marking": asked.marking}
        return form(request, typed, ())

    @get("/playbooks/{playbook:str}", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        lang, tried = site.language(request), request.query_params.get("try") == "yes"
        values = one(desk, site.actor(request), lang, _id(request), tried)
        return site.page(request, "playbook.html", HERE, values | {"said": said(request, lang, SAID)})

    @get("/playbooks/{playbook:str}/change", sync_to_thread=True)
    def changing(request: Request[Any, Any, Any]) -> Response[str]:
        authorise(site.actor(request), "playbook")
        held = keeping.playbook_show(desk, site.actor(request), _id(request))
        asks = [step for step in held.steps if isinstance(step, Ask)]
        return form(request, typed_of(held), asks[0].to if asks else (), held)

    def form(
        request: Asked,
        typed: Mapping[str, str],
        to: tuple[str, ...],
        held: Playbook | None = None,
        error: CordialeError | None = None,
    ) -> Response[Any]:
        lang = site.language(request)
        values = writing(desk, site.actor(request), lang, typed, to, held)
        values["problem"] = explain(error, lang) if error else ""
        status = http_status(error) if error else 200
        return site.page(request, "playbook_form.html", HERE, values, status, refused=error)

    def add(request: Asked, given: Given) -> Response[Any]:
        authorise(site.actor(request), "playbook")
        try:
            asked = asked_in({name: given.one(name) for name in FIELDS}).question()
            made = keeping.playbook_add(desk, site.actor(request), given.one("name"), asked, steps_of(given))
        except CordialeError as error:
            return form(request, _typed(given), tuple(given.all("to")), None, error)
        return away(f"{HERE}/{made.id}", said="kept", **{"try": "yes"})

    def change(request: Asked, given: Given) -> Response[Any]:
        actor = site.actor(request)
        authorise(actor, "playbook")
        held = keeping.playbook_show(desk, actor, _id(request))
        try:
            asked = asked_in({name: given.one(name) for name in FIELDS}).question()
            steps = in_order(steps_of(given), held.steps)
            keeping.playbook_change(desk, actor, held.id, given.one("name"), asked, steps)
        except NotFound:
            raise
        except CordialeError as error:
            return form(request, _typed(given), tuple(given.all("to")), held, error)
        return away(f"{HERE}/{held.id}", said="kept", **{"try": "yes"})

    def turn(request: Asked, given: Given) -> Response[Any]:
        on = given.one("state") == "on"
        held = keeping.playbook_turn(desk, site.actor(request), _id(request), "on" if on else "off")
        return away(f"{HERE}/{held.id}", said=held.state)

    def drop(request: Asked, given: Given) -> Response[Any]:
        keeping.playbook_drop(desk, site.actor(request), _id(request))
        return away(HERE)

    return [
        listed,
        begun,
        shown,
        changing,
        deed("/playbooks/add", add),
        deed("/playbooks/{playbook:str}/keep", change),
        deed("/playbooks/{playbook:str}/turn", turn),
        deed("/playbooks/{playbook:str}/drop", drop),
    ]


def every(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return the playbooks of the node: what each finds, what it does and in whose name."""
    titles = titles_of(desk, actor)
    return {
        "banner": unmarked(lang),
        "rows": [_row(found, titles, lang) for found in keeping.playbooks(desk, actor)],
        "may": may(actor, "playbook"),
    }


def one(desk: Desk, actor: Actor, lang: str, identifier: str, tried: bool) -> dict[str, Any]:
    """Return one playbook with its log and, where that is asked for, what it would do to what is held now."""
    held = keeping.playbook_show(desk, actor, identifier)
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    trials = keeping.playbook_try(desk, actor, held.id, limit=TRIED) if tried else []
    logged = keeping.playbook_log(desk, actor, held.id, limit=LOGGED)
    items = [trial.item for trial in trials] + [item for _entry, item in logged]
    lines = _lines(desk, actor, items, titles, show, lang)
    return {
        "banner": banner([item.marking for item in items], show, lang),
        "one": _row(held, titles, lang),
        "may": may(actor, "playbook"),
        "several": sum(isinstance(step, Ask) for step in held.steps) > 1,
        "tried": tried,
        "trials": [
            {
                **lines[trial.item.id, trial.item.source],
                "steps": [_done(outcome, told, facts, WOULD, lang) for outcome, told, facts in trial.steps],
            }
            for trial in trials
        ],
        "log": [
            {
                **lines[item.id, item.source],
                "at": when(entry.at, lang),
                "step": _done(entry.outcome, entry.said, entry.facts, OUTCOMES, lang),
            }
            for entry, item in logged
        ],
    }


def writing(
    desk: Desk,
    actor: Actor,
    lang: str,
    typed: Mapping[str, str],
    to: tuple[str, ...],
    held: Playbook | None,
) -> dict[str, Any]:
    """Return the form of a playbook, with what was typed."""
    own = desk.settings.node
    partners = [{"name": found.name, "title": found.title or found.name} for found in verbs.partner_list(desk, actor)]  # fmt: skip
    return {
        "banner": unmarked(lang),
        "held": _row(held, titles_of(desk, actor), lang) if held else None,
        "typed": {name: typed.get(name, "") for name in FIELDS},
        "to": to,
        "types": sorted(
            ({"key": kind, "label": text(lang, label)} for kind, label in TYPES.items()),
            key=lambda one: str(one["label"]).casefold(),
        ),
        "sources": [{"name": own.name, "title": own.title or own.name}, *partners],
        "partners": partners,
    }


def steps_of(given: Given) -> list[Step]:
    """Return the steps that a form asks for: one of each kind that something was typed for."""
    found: list[Step] = []
    if given.one("mark"):
        found.append(Mark(tuple(given.one("mark").split())))
    if given.one("people"):
        found.append(Notify(_names(given.one("people"))))
    found += [Export(folder) for folder in given.one("folder").split()]
    words = Words(given.one("en", 4000), given.one("fr", 4000))
    if given.all("to") or words.said("en"):
        hours = given.one("hours", 9)
        if hours and not hours.isdecimal():
            raise InputError("playbook-hours", _("Hours are a whole number, such as 48.")).at("hours")
        found.append(Ask(tuple(given.all("to")), words, given.one("under"), int(hours or 0)))
    return found


def in_order(steps: Iterable[Step], before: Iterable[Step]) -> list[Step]:
    """Return steps in the order that they had before, each kind where it stood first; new kinds follow as the form has them."""
    placed: dict[type[Step], int] = {}
    for place, step in enumerate(before):
        placed.setdefault(type(step), place)
    return sorted(steps, key=lambda step: (type(step) not in placed, placed.get(type(step), 0)))


def typed_of(held: Playbook) -> dict[str, str]:
    """Return a playbook as its form has it."""
    looks = held.asked
    typed = {
        "name": held.name,
        "q": looks.value or looks.words,
        "type": looks.type or "",
        "source": looks.source or "",
        "marking": looks.marking or "",
    }
    for step in held.steps:
        match step:
            case Mark(marking):
                typed["mark"] = f"{typed.get('mark', '')} {' '.join(marking)}".strip()
            case Notify(people):
                typed["people"] = ", ".join(filter(None, (typed.get("people", ""), *people)))
            case Export(folder):
                typed["folder"] = f"{typed.get('folder', '')} {folder}".strip()
            case Ask(_to, words, under, hours):
                typed |= {"en": words.en, "fr": words.fr, "under": under, "hours": str(hours or "")}
    return typed


def _row(held: Playbook, titles: Mapping[str, str], lang: str) -> dict[str, Any]:
    looks = held.asked
    asked = asked_in({"q": looks.value or looks.words, "type": looks.type, "source": looks.source, "marking": looks.marking})  # fmt: skip
    parts = (
        looks.words,
        looks.value or "",
        type_label(looks.type, lang) if looks.type else "",
        titles.get(looks.source, looks.source) if looks.source else "",
        looks.marking or "",
    )
    return {
        "id": held.id,
        "href": f"{HERE}/{held.id}",
        "name": held.name,
        "owner": held.owner,
        "search": asked.address(),
        "finds": " · ".join(part for part in parts if part),
        "steps": [_step(step, titles, lang) for step in held.steps],
        "on": held.state == "on",
        "state": text(lang, STATES[held.state]),
        "style": STYLES[held.state],
        "why": text(lang, held.why, limit=number(lang, AN_HOUR), name=held.owner) if held.why else "",
    }


def _step(step: Step, titles: Mapping[str, str], lang: str) -> str:
    match step:
        case Mark(marking):
            return text(
                lang, _("add {marking} to its marking: it only becomes stricter"), marking=" ".join(marking)
            )
        case Notify(people):
            return text(lang, _("tell {people} on their page of today"), people=", ".join(people))
        case Export(folder):
            return text(lang, _("write it as STIX into exports/{folder}"), folder=folder)
        case Ask(to, words, marking, _hours):
            asked = ", ".join(titles.get(node, node) for node in to)
            if not words.said(lang):  # it is not for this reader
                return text(lang, _("ask {to} something that is marked {marking}"), to=asked, marking=marking)
            return text(
                lang, _("ask {to}: “{words}” ({marking})"), to=asked, words=words.said(lang), marking=marking
            )


def _done(
    outcome: str, told: str, facts: Mapping[str, str], words: Mapping[str, str], lang: str
) -> dict[str, Any]:
    return {
        "outcome": text(lang, words[outcome]),
        "style": "bad" if outcome in BAD else "good" if outcome == "done" else "",
        "said": text(lang, told, **facts) if told else "",
    }


def _lines(
    desk: Desk, actor: Actor, items: list[Summary], titles: Mapping[str, str], show: Show, lang: str
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what pages show of statements, each once."""
    each = list({(item.id, item.source): item for item in items}.values())
    shown = lines_of(desk, actor, each, lang, titles, show)
    return {(item.id, item.source): line for item, line in zip(each, shown, strict=True)}


def _names(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in written.split(",") if one.strip()))


def _typed(given: Given) -> dict[str, str]:
    return {name: given.one(name, 4000) for name in FIELDS}


def _id(request: Asked) -> str:
    return str(request.path_params["playbook"])
