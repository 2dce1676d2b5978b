"""The pages of incidents: those under way, and one with what happened, what it did, what is next and whom it concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.desk.domain import Page
from cordiale.desk.partner.partners import partner_list
from cordiale.domains.cyber.incidents.asking import forms
from cordiale.domains.cyber.indicators.rows import titles as titles_of
from cordiale.domains.cyber.indicators.rows import when
from cordiale.domains.cyber.tabs import ROOT, tabs
from cordiale.joint.incident.model import Event, Impact, IncidentView, Line, Piece, Task
from cordiale.joint.incident.pieces import OPEN
from cordiale.joint.incident.reading import incident_show
from cordiale.joint.incident.reading import incidents as read_all
from cordiale.joint.incident.vocabulary import CATEGORY, DETAIL, detail_in_words, grave, in_words
from cordiale.platform.languages import _, number, text
from cordiale.stix.sectors import critical, to_show
from cordiale.stix.sectors import in_words as sector_in_words

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"

GRAVE: Final = {
    "none": _("no criticality"),
    "low": _("low"),
    "moderate": _("moderate"),
    "high": _("high"),
    "extreme": _("extreme"),
}
TIES: Final = {
    "impacts": _("affected"),
    "targets": _("targeted"),
    "detected": _("detected it"),
    "associated-with": _("associated with it"),
    "attributed-to": _("attributed to"),
    "located-at": _("where it was"),
    "related-to": _("related"),
    "led-to": _("led to it, or follows from it"),
    "contact-for": _("contact"),
}
TOLD: Final = {
    "goes": _("Done: the partners that have it are told with the next exchange."),
    "officer": _("Done here. A release officer of this node has to let it go to partners."),
    "second": _("Done here. A second officer has to confirm that it goes."),
    "withheld": _("Done here, and not given to everybody: see the object for what keeps it back."),
    "partner": _("Done here, and not given: somebody named is no partner of this node now."),
    "here": _("Done. It stays at this node until an officer gives it to a partner."),
}
"""What the page says after an act, by what became of giving it."""

GOOD: Final = frozenset({"closed", "successful", "blocked", "failed-attempt", "false-positive", "occurred"})
BAD: Final = frozenset({"failed", "confirmed"})


def incidents(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the incidents that somebody may see, closed ones with `closed`, and the form of a new one."""
    everything = query.get("closed") == "yes"
    found = read_all(desk, actor, everything=everything)
    wanted = query.get("sector", "")
    shown = [one for one in found if not wanted or wanted in one.sectors]
    titles = titles_of(desk, actor)
    values = {
        "tabs": tabs(actor, "incidents", lang),
        "rows": [_row(one, titles, lang) for one in shown],
        "everything": everything,
        "sectors": _by_sector(found, wanted, everything, lang),
        "may": may(actor, "case"),
        "problem": query.get("problem", ""),
        "typed": defaultdict(str, query),
        **forms(lang),
    }
    return Page(TEMPLATES / "incidents.html", values, tuple(one.marking for one in shown))


def incident(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return one incident; raises NotFound alike for what is absent and what is hidden."""
    found = incident_show(desk, actor, query.get("id", ""))
    titles = titles_of(desk, actor)
    named = {one.id: _name(one, lang) for one in (*found.events, *found.impacts, *found.tasks)}
    writes = may(actor, "case")
    values = {
        "tabs": tabs(actor, "incidents", lang),
        "id": found.id,
        "short": found.id.partition("--")[2][:8],
        "title": found.name.said(lang) or found.id,
        "words": found.words.said(lang),
        "source": titles.get(found.source, found.source),
        "ours": found.ours,
        "object": f"/objects/{found.id}",
        "chips": _chips(found, lang),
        "next": [_task_row(one, titles, lang) for one in _next(found)],
        "open": sum(1 for one in found.tasks if one.outcome in OPEN),
        "timeline": _timeline(found, titles, lang),
        "undated": _undated(found, titles, lang),
        "impacts": _impacts(found, titles, named, lang),
        "affected": [_tied(one, titles, lang) for one in found.affected],
        "counts": [{"name": in_words("entity-type-ov", kind, lang), "n": number(lang, n)} for kind, n in found.counts.items()],
        "found": [_tied(one, titles, lang) for one in found.found],
        "facts": _facts(found, lang),
        "remarks": [{"path": one.params.get("path", ""), "said": text(lang, one.message_id, **one.params)} for one in found.remarks],
        "core": found.core,
        "more": found.more,
        "may": writes,
        "may_change": writes and found.ours,
        "may_give": may(actor, "release"),
        "partners": [one.name for one in partner_list(desk, actor)] if may(actor, "partner-list") else [],
        "mine": [{"id": one.id, "name": named[one.id]} for one in found.impacts if one.ours and not one.superseded_by],
        "problem": query.get("problem", ""),
        "told": text(lang, TOLD[query["told"]]) if query.get("told") in TOLD else "",
        "act": query.get("act", ""),
        "typed": defaultdict(str, query if query.get("problem") else {}),
        **forms(lang, query.get("impact", "") or query.get("category", "")),
        "now_is": _standing(found),
    }  # fmt: skip
    return Page(TEMPLATES / "incident.html", values, (found.marking,), seen=found.id)


def address(identifier: str, **more: str) -> str:
    """Return the address of the page of an incident."""
    return f"{ROOT}incident?{urlencode({'id': identifier, **more})}"


def _row(one: Line, titles: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {
        "href": address(one.id),
        "name": one.name.said(lang) or one.id,
        "status": in_words("incident-investigation-ov", one.status, lang),
        "determination": in_words("incident-determination-enum", one.determination, lang),
        "grave": text(lang, GRAVE[grave(one.criticality)]) if one.criticality is not None else "",
        "bad": one.criticality is not None and one.criticality >= 50,
        "types": ", ".join(in_words("event-type-ov", kind, lang) for kind in one.types),
        "sectors": [sector_in_words(sector, lang) for sector in to_show(one.sectors)],
        "open": number(lang, one.open_tasks) if one.open_tasks else "",
        "late": one.late_tasks,
        "source": titles.get(one.source, one.source),
        "changed": when(one.changed, lang) if one.changed else None,
        "marking": one.marking,
    }


def _by_sector(found: Sequence[Line], wanted: str, everything: bool, lang: str) -> list[dict[str, Any]]:
    """Return the sectors of what is listed, each with how many incidents it would leave and the address of that list."""
    counted: dict[str, int] = {}
    for one in found:
        for sector in to_show(one.sectors):
            counted[sector] = counted.get(sector, 0) + 1
    base = {"closed": "yes"} if everything else {}

    def to(sector: str) -> str:
        asked = base | ({} if sector == wanted else {"sector": sector})
        return f"{ROOT}incidents" + (f"?{urlencode(asked)}" if asked else "")

    rows = [{"href": to(one), "label": sector_in_words(one, lang), "count": number(lang, n), "here": one == wanted} for one, n in counted.items()]  # fmt: skip
    return sorted(rows, key=lambda row: str(row["label"]).casefold())


def _chips(found: IncidentView, lang: str) -> list[dict[str, str]]:
    chips = []
    if found.status:
        chips.append({"said": in_words("incident-investigation-ov", found.status, lang), "look": _look(found.status)})  # fmt: skip
    if found.determination:
        chips.append({"said": in_words("incident-determination-enum", found.determination, lang), "look": _look(found.determination)})  # fmt: skip
    if found.criticality is not None:
        said = text(lang, _("criticality {n} of 100, {words}"), n=number(lang, found.criticality), words=text(lang, GRAVE[grave(found.criticality)]))  # fmt: skip
        chips.append({"said": said, "look": "bad" if found.criticality >= 50 else ""})
    if critical(found.labels, found.sectors):
        chips.append({"said": text(lang, _("critical infrastructure")), "look": "bad"})
    chips += [{"said": sector_in_words(one, lang), "look": ""} for one in to_show(found.sectors)]
    return chips


def _look(word: str) -> str:
    return "good" if word in GOOD else "bad" if word in BAD else ""


def _next(found: IncidentView) -> list[Task]:
    known = {one.id: one for one in found.tasks}
    return [known[one] for one in found.next]


def _timeline(found: IncidentView, titles: Mapping[str, str], lang: str) -> list[dict[str, Any]]:
    both: list[Event | Task] = [*found.events, *found.tasks]
    dated = sorted((_first(one) or 0, one.id, one) for one in both if _first(one) is not None)
    return [_moment(one, titles, lang) for _at, _id, one in dated]


def _undated(found: IncidentView, titles: Mapping[str, str], lang: str) -> list[dict[str, Any]]:
    both: list[Event | Task] = [*found.events, *found.tasks]
    return [_moment(one, titles, lang) for one in both if _first(one) is None]


def _first(one: Piece) -> int | None:
    return one.start if one.start is not None else one.end


def _moment(one: Event | Task, titles: Mapping[str, str], lang: str) -> dict[str, Any]:
    event = isinstance(one, Event)
    vocabulary = "event-status-enum" if isinstance(one, Event) else "task-outcome-enum"
    state = one.status if isinstance(one, Event) else one.outcome
    kinds = [in_words("event-type-ov" if event else "task-type-ov", kind, lang) for kind in one.types]
    return {
        "id": one.id,
        "kind": "event" if event else "task",
        "state": state,
        "said": in_words(vocabulary, state, lang),
        "look": "" if event and state == "occurred" else _look(state),
        "name": _name(one, lang),
        "words": one.words.said(lang),
        "href": f"/objects/{one.id}",
        "types": ", ".join(kinds),
        "goal": one.goal if isinstance(one, Event) else "",
        "error": one.error if isinstance(one, Task) else "",
        "owners": ", ".join(one.owners) if isinstance(one, Task) else "",
        "late": one.late if isinstance(one, Task) else False,
        "planned": isinstance(one, Task) and one.outcome in OPEN,
        "sightings": [{"href": f"/objects/{ref}"} for ref in one.sightings] if isinstance(one, Event) else [],
        "start": when(one.start, lang) if one.start is not None else None,
        "end": when(one.end, lang) if one.end is not None else None,
        "fidelity": in_words("timestamp-fidelity-enum", one.fidelity, lang) if one.fidelity else "",
        "source": titles.get(one.source, one.source),
        "ours": one.ours,
        "marking": one.marking,
    }


def _task_row(one: Task, titles: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {**_moment(one, titles, lang), "priority": number(lang, one.priority) if one.priority is not None else ""}  # fmt: skip


def _impacts(
    found: IncidentView, titles: Mapping[str, str], named: Mapping[str, str], lang: str
) -> list[dict[str, Any]]:
    ordered = sorted(found.impacts, key=lambda one: (one.category, bool(one.superseded_by), one.start or 0, one.id))  # fmt: skip
    return [
        {
            "title": in_words(CATEGORY, category, lang),
            "rows": [_impact(one, titles, named, lang) for one in members],
        }
        for category, members in groupby(ordered, key=lambda one: one.category)
    ]


def _impact(one: Impact, titles: Mapping[str, str], named: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "href": f"/objects/{one.id}",
        "details": [
            text(lang, _("{name}: {value}"), name=in_words(DETAIL, name, lang), value=_value(one.category, name, value, lang))
            for name, value in one.details.items()
        ],
        "counts": [{"name": in_words("entity-type-ov", kind, lang), "n": number(lang, n)} for kind, n in one.counts.items()],
        "words": one.words.said(lang),
        "grave": text(lang, GRAVE[grave(one.criticality)]) if one.criticality is not None else "",
        "recovery": in_words("recoverability-enum", one.recoverability, lang) if one.recoverability else "",
        "start": when(one.start, lang) if one.start is not None else None,
        "end": when(one.end, lang) if one.end is not None else None,
        "became": named.get(one.superseded_by, "") if one.superseded_by else "",
        "source": titles.get(one.source, one.source),
        "ours": one.ours,
        "over": bool(one.superseded_by) or one.end is not None,
        "marking": one.marking,
    }  # fmt: skip


def _value(category: str, name: str, value: str | int | float, lang: str) -> str:
    """Return a detail of an impact as people read it, amounts grouped as the language groups them."""
    if isinstance(value, str):
        return detail_in_words(category, name, value, lang)
    return number(lang, round(value)) if value == round(value) else detail_in_words(category, name, value, lang)  # fmt: skip


def _tied(one: Any, titles: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {
        "href": f"/objects/{one.id}",
        "name": one.name,
        "type": one.type,
        "how": text(lang, TIES[one.how]) if one.how in TIES else one.how,
        "sectors": ", ".join(sector_in_words(sector, lang) for sector in to_show(one.sectors)),
        "source": titles.get(one.source, one.source),
        "marking": one.marking,
    }


def _facts(found: IncidentView, lang: str) -> list[dict[str, str]]:
    rows = [
        (_("Kinds"), ", ".join(in_words("event-type-ov", one, lang) for one in found.types)),
        (_("How it was noticed"), ", ".join(in_words("detection-methods-ov", one, lang) for one in found.detected)),
        (_("Recovery"), in_words("recoverability-enum", found.recoverability, lang) if found.recoverability else ""),
        (_("Scores"), "; ".join(text(lang, _("{name}: {value}"), name=name, value=f"{value:g}") + (f" ({words})" if words else "") for name, value, words in found.scores)),
    ]  # fmt: skip
    return [{"name": text(lang, name), "said": said} for name, said in rows if said]


def _name(one: Piece, lang: str) -> str:
    if isinstance(one, Impact):
        details = ", ".join(_value(one.category, name, value, lang) for name, value in one.details.items())  # fmt: skip
        return f"{in_words(CATEGORY, one.category, lang)} ({details})" if details else in_words(CATEGORY, one.category, lang)  # fmt: skip
    vocabulary = "event-type-ov" if isinstance(one, Event) else "task-type-ov"
    kinds = (
        ", ".join(in_words(vocabulary, kind, lang) for kind in one.types)
        if isinstance(one, Event | Task)
        else ""
    )
    return one.name.said(lang) or one.words.said(lang)[:80] or kinds or one.id


def _standing(found: IncidentView) -> dict[str, Any]:
    return {
        "determination": found.determination,
        "status": found.status,
        "criticality": "" if found.criticality is None else str(found.criticality),
        "types": found.types,
        "recoverability": found.recoverability,
        "sectors": set(to_show(found.sectors)),
    }
