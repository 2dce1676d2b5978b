"""Administration: how the node is, its audit, what it removes by age, and its backups."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.datastructures import UploadFile

from cordiale.desk import verbs
from cordiale.desk.act_words import ACTS, act_word, detail_word
from cordiale.desk.actor import Actor, authorise, may
from cordiale.desk.desk import Desk
from cordiale.desk.upkeep import inspection, retention
from cordiale.node.backups import backup_make, backups
from cordiale.node.health import troubles
from cordiale.node.node import Node
from cordiale.platform.clock import SECOND
from cordiale.platform.errors import CordialeError, InputError, NotAllowed, explain, http_status
from cordiale.platform.languages import _, _n, number, text
from cordiale.web.connecting import download
from cordiale.web.context import Entry, Site
from cordiale.web.deeds import Asked, Given, away, deed, deed_with_files, said
from cordiale.web.imports import STATES as JOB_STATES
from cordiale.web.labels import folded, type_label
from cordiale.web.lines import titles_of, when
from cordiale.web.marks import unmarked

HERE: Final = "/administration"
RAIL: Final = Entry(90, HERE, _("Administration"), "administration", verb="audit")

PAGE: Final = 50
LONGEST: Final = 200
LARGEST: Final = 256 << 20
"""Most bytes of an export that is given to be verified."""

TABS: Final = (
    ("", _("State of the node"), ""),
    ("/audit", _("Audit"), "audit"),
    ("/retention", _("Retention"), "retention"),
    ("/backups", _("Backups"), "backup"),
)
TROUBLES: Final = {
    "store": _("The database does not open."),
    "egress": _("The signing process does not answer: nothing can be released."),
    "links": _("Links are closed until somebody lets partners rejoin."),
    "work": _("Some work hangs, or fails again and again: the log says which."),
}
_DIGEST: Final = re.compile("[0-9a-f]{64}")

SAID: Final = {
    "removed": _n("{n} object was removed.", "{n} objects were removed."),
    "ended": _n("Nothing is removed by itself any more.", "Nothing is removed by itself any more."),
    "backup": _n("A backup is being made.", "A backup is being made."),
}


def handlers(site: Site) -> list[Any]:
    """Return the routes of administration."""
    desk, node = site.desk, site.node

    def page(
        request: Asked,
        template: str,
        values: dict[str, Any],
        status: int = 200,
        refused: CordialeError | None = None,
    ) -> Response[Any]:
        told = {"said": said(request, site.language(request), SAID), "problem": ""}
        return site.page(request, template, HERE, told | values, status, refused=refused)

    @get(HERE, sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        return page(request, "administration.html", state(node, site.actor(request), site.language(request)))

    @get("/administration/audit", sync_to_thread=True)
    def audit(request: Request[Any, Any, Any]) -> Response[str]:
        asked = {
            name: str(request.query_params.get(name) or "")[:LONGEST]
            for name in ("verb", "by", "since", "until", "before")
        }
        return page(request, "audit.html", acts(desk, site.actor(request), site.language(request), asked))

    @get("/administration/retention", sync_to_thread=True)
    def kept(request: Request[Any, Any, Any]) -> Response[str]:
        return page(request, "retention.html", due(desk, site.actor(request), site.language(request)))

    @get("/administration/backups", sync_to_thread=True)
    def copies(request: Request[Any, Any, Any]) -> Response[str]:
        return page(request, "backups.html", saved(node, site.actor(request), site.language(request)))

    def export(request: Asked, given: Given) -> Response[Any]:
        actor, lang = site.actor(request), site.language(request)
        with TemporaryDirectory(dir=desk.folder) as place:
            file = Path(place) / f"{desk.node}.audit.jsonl"
            try:
                verbs.audit_export(desk, actor, file, with_ids=bool(given.one("ids")))
            except NotAllowed as error:
                if not may(actor, "audit"):
                    raise
                return page(
                    request,
                    "audit.html",
                    acts(desk, actor, lang, {}) | {"problem": explain(error, lang)},
                    403,
                )
            return download(file.read_bytes(), file.name, "application/jsonl")

    def verify(request: Asked, given: Given, files: list[UploadFile]) -> Response[Any]:
        actor, lang = site.actor(request), site.language(request)
        authorise(actor, "audit")
        with TemporaryDirectory(dir=desk.folder) as place:
            file = Path(place) / "export"
            with file.open("wb") as out:
                while files and (piece := files[0].file.read(1 << 20)):
                    out.write(piece)
            values = acts(desk, actor, lang, {})
            try:
                found = inspection.audit_verify(file)
            except InputError as error:
                name = files[0].filename if files else ""
                problem = explain(error, lang).replace(str(file), name or "–")
                return page(request, "audit.html", values | {"problem": problem}, 422, error)
        return page(request, "audit.html", values | {"verified": _verified(found, lang)})

    def act(path: str, back: str, do: Callable[[Actor, Given], dict[str, Any]], again: Any) -> Any:
        def work(request: Asked, given: Given) -> Response[Any]:
            actor, lang = site.actor(request), site.language(request)
            try:
                told = do(actor, given)
            except CordialeError as error:
                if isinstance(error, NotAllowed):
                    raise
                template, values = again(actor, lang)
                told = {"problem": explain(error, lang)}
                return page(request, template, values | told, http_status(error), error)
            return away(back, **told)

        return deed(path, work)

    def apply(actor: Actor, given: Given) -> dict[str, Any]:
        done = verbs.retention_apply(desk, actor, standing=bool(given.one("standing")))
        return {"said": "removed", "n": done.removed}

    def end(actor: Actor, _given: Given) -> dict[str, Any]:
        verbs.retention_end(desk, actor)
        return {"said": "ended"}

    def make(actor: Actor, _given: Given) -> dict[str, Any]:
        backup_make(node, actor)
        return {"said": "backup"}

    def of_retention(actor: Actor, lang: str) -> tuple[str, dict[str, Any]]:
        return "retention.html", due(desk, actor, lang)

    def of_backups(actor: Actor, lang: str) -> tuple[str, dict[str, Any]]:
        return "backups.html", saved(node, actor, lang)

    return [
        shown,
        audit,
        kept,
        copies,
        deed("/administration/audit/export", export),
        deed_with_files("/administration/audit/verify", verify, LARGEST),
        act("/administration/retention/apply", f"{HERE}/retention", apply, of_retention),
        act("/administration/retention/end", f"{HERE}/retention", end, of_retention),
        act("/administration/backups/make", f"{HERE}/backups", make, of_backups),
    ]


def tabs(actor: Actor, lang: str, here: str) -> list[dict[str, Any]]:
    """Return the pages of administration that somebody may open."""
    return [
        {"href": HERE + path, "label": text(lang, label), "here": path == here}
        for path, label, verb in TABS
        if not verb or may(actor, verb)
    ]


def state(node: Node, actor: Actor, lang: str) -> dict[str, Any]:
    """Return how the node is, in small figures that open what they count."""
    authorise(actor, "partner-list")
    desk = node.desk
    found = troubles(desk, node.ticks.heartbeat) if may(actor, "audit") or may(actor, "backup") else []
    partners = [one for one in verbs.partner_list(desk, actor) if one.state == "confirmed"]
    up = [one for one in partners if one.link == "up"]
    jobs = verbs.jobs(desk, actor)
    running = [one for one in jobs if one.state == "running"]
    aside = verbs.set_aside(desk, actor, limit=100) if may(actor, "set-aside") else []
    figures = [
        (_("Links that are up"), f"{number(lang, len(up))} / {number(lang, len(partners))}", "/partners"),
        (_("Work under way"), number(lang, len(running)), "/import"),
    ]
    if may(actor, "set-aside"):
        count = number(lang, len(aside)) + ("+" if len(aside) == 100 else "")
        figures.append((_("Set aside"), count, "/import/aside"))
    if actor.recipient is None:
        waits = sum(one.sent - one.acknowledged for one in partners)
        figures.append((_("Entries not acknowledged yet"), number(lang, waits), "/partners"))
    slow = [(one, one.latency["acknowledged"]) for one in partners if "acknowledged" in one.latency]
    titles = titles_of(desk, actor)
    return {
        "tabs": tabs(actor, lang, ""),
        "troubles": [text(lang, TROUBLES[one]) for one in found],
        "looked": may(actor, "audit") or may(actor, "backup"),
        "figures": [{"label": text(lang, label), "value": value, "href": to} for label, value, to in figures],
        "delays": [
            {
                "name": titles.get(one.name, one.name),
                "half": number(lang, round(measured.p50_us / 1000)),
                "most": number(lang, round(measured.p99_us / 1000)),
                "share": min(100, max(1, round(measured.p99_us / 50_000))),
            }
            for one, measured in slow
        ],
        "jobs": [
            {
                "kind": act_word(one.kind, lang),
                "state": text(lang, JOB_STATES.get(one.state, one.state)),
                "by": one.by,
                "at": when(one.started, lang),
                "href": f"/import/jobs/{one.id}" if one.kind in ("import", "retry") else "",
                "done": one.done,
            }
            for one in jobs[:8]
        ],
        "may_people": may(actor, "person-list"),
        "banner": unmarked(lang),
    }


def acts(desk: Desk, actor: Actor, lang: str, asked: dict[str, str]) -> dict[str, Any]:
    """Return a page of the audit, narrowed to who, what and when."""
    since, until = _day(asked.get("since", "")), _day(asked.get("until", ""), end=True)
    before = asked.get("before", "")
    found = verbs.audit_show(
        desk,
        actor,
        verb=asked.get("verb") or None,
        by=asked.get("by") or None,
        since=since,
        until=until,
        before=int(before) if before.isdecimal() and len(before) < 18 else None,
        limit=PAGE,
    )
    narrowed = {name: asked[name] for name in ("verb", "by", "since", "until") if asked.get(name)}
    return {
        "tabs": tabs(actor, lang, "/audit"),
        "asked": {name: asked.get(name, "") for name in ("verb", "by", "since", "until")},
        "rows": [
            {
                "number": one.number,
                "at": when(one.at, lang),
                "actor": one.actor,
                "verb": one.verb,
                "act": act_word(one.verb, lang),
                "by_href": f"{HERE}/audit?" + urlencode({"by": one.actor}),
                "verb_href": f"{HERE}/audit?" + urlencode({"verb": one.verb}),
                "details": [
                    (name, detail_word(name, lang), _said(value))
                    for name, value in one.details.items()
                    if value not in (None, "", [])
                ],
            }
            for one in found.acts
        ],
        "verbs": _verbs(asked.get("verb", ""), lang),
        "whole": actor.recipient is None,
        "next_href": f"{HERE}/audit?" + urlencode({**narrowed, "before": found.next}) if found.next else None,
        "verified": None,
        "banner": unmarked(lang),
    }


def _verbs(now: str, lang: str) -> list[tuple[str, str]]:
    """Return the acts that the audit can be narrowed to, with what they are called, by that."""
    known = {verb: act_word(verb, lang) for verb in (*ACTS, *([now] if now else []))}
    return sorted(known.items(), key=lambda one: folded(one[1]))


def _said(value: Any) -> str:
    """Write a detail on one line; a long list is counted."""
    if isinstance(value, list | tuple):
        first = ", ".join(map(str, value[:5]))
        return first + (f" … ({len(value)})" if len(value) > 5 else "")
    written = str(value)
    return f"{written[:12]}…" if _DIGEST.fullmatch(written) else written[:LONGEST]


def _day(written: str, *, end: bool = False) -> int | None:
    """Return the beginning of a day (UTC, microseconds), or of the next one; None for no day."""
    from cordiale.platform.clock import DAY, parse_instant

    try:
        return parse_instant(f"{written}T00:00:00Z") + (DAY if end else 0)
    except ValueError:
        return None


def _verified(found: Any, lang: str) -> dict[str, Any]:
    return {
        "whole": not found.broken and found.signed,
        "node": found.node,
        "at": when(found.at, lang),
        "acts": found.acts,
        "decisions": found.decisions,
        "broken": list(found.broken[:20]),
        "signed": found.signed,
        "words": " ".join(found.words_fr if lang[:2] == "fr" and found.words_fr else found.words),
        "unproven": found.unproven,
    }


def due(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return what the rules of retention would remove now, who approved them, and what was removed."""
    plan = verbs.retention_preview(desk, actor)
    log = verbs.retention_log(desk, actor, limit=PAGE)
    titles = titles_of(desk, actor)
    settings = desk.settings
    return {
        "tabs": tabs(actor, lang, "/retention"),
        "ruled": bool(
            settings.retention.days or any(retention.days_of(settings, name)[0] for name in settings.source)
        ),
        "due": [
            {
                "source": titles.get(one.source, one.source),
                "purpose": one.purpose,
                "days": number(lang, one.days),
                "type": type_label(one.type, lang),
                "objects": one.objects,
                "kept": one.kept,
            }
            for one in plan.due
        ],
        "total": sum(one.objects for one in plan.due),
        "approved": plan.approved or "",
        "approved_at": when(plan.approved_at, lang),
        "log": [
            {
                "at": when(one.at, lang),
                "by": one.by,
                "source": titles.get(one.source, one.source),
                "purpose": one.purpose,
                "days": number(lang, one.days),
                "types": ", ".join(
                    f"{number(lang, n)} × {type_label(kind, lang)}" for kind, n in one.types.items()
                ),
                "asked": ", ".join(
                    f"{titles.get(name, name)}: {number(lang, n)}" for name, n in one.asked_back.items()
                ),
            }
            for one in log
        ],
        "may_apply": may(actor, "retention-apply"),
        "acting_as": actor.name,
        "banner": unmarked(lang),
    }


def saved(node: Node, actor: Actor, lang: str) -> dict[str, Any]:
    """Return the backups there are."""
    found = backups(node, actor)
    return {
        "tabs": tabs(actor, lang, "/backups"),
        "folder": found.folder,
        "can": bool(found.opened_by),
        "growing": any(one.growing for one in found.found),
        "rows": [
            {
                "name": one.name,
                "size": number(lang, max(1, one.size // 1000)),
                "at": when(one.at // SECOND * SECOND, lang),
                "growing": one.growing,
            }
            for one in found.found
        ],
        "banner": unmarked(lang),
    }
