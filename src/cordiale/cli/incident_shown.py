"""What the commands of incidents say to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cordiale.cli.output import printable, table, when
from cordiale.cli.response_shown import short
from cordiale.cli.session import current
from cordiale.cli.tree import labelled, tr
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.joint.incident.model import Event, Impact, IncidentView, Line, Task


def wrote(said: str, marking: Sequence[str]) -> str:
    """Return what was written and how it is marked."""
    return f"{said}  [{' '.join(marking)}]"


def listed(found: Sequence[Line]) -> str:
    """Return incidents as a table."""
    from cordiale.joint.incident.vocabulary import in_words
    from cordiale.stix.sectors import in_words as sector_in_words
    from cordiale.stix.sectors import to_show

    if not found:
        return tr(_("No incident that you may see is under way."))
    lang = current().lang
    headings = ("ID", tr(_("Incident")), tr(_("How it stands")), tr(_("Criticality")), tr(_("Sectors")), tr(_("Open tasks")), tr(_("Source")), tr(_("Changed")))  # fmt: skip
    rows = [
        (
            short(one.id),
            one.name.said(lang),
            ", ".join(word for word in (in_words("incident-investigation-ov", one.status, lang), in_words("incident-determination-enum", one.determination, lang)) if word),
            "" if one.criticality is None else str(one.criticality),
            ", ".join(sector_in_words(sector, lang) for sector in to_show(one.sectors)),
            _open(one),
            one.source,
            when(one.changed),
        )
        for one in found
    ]  # fmt: skip
    return table(headings, rows)


def shown(found: IncidentView) -> str:
    """Return one incident as lines: how it stands, what is next, its timeline, its impacts, whom it concerns."""
    from cordiale.joint.incident.vocabulary import in_words
    from cordiale.stix.sectors import in_words as sector_in_words
    from cordiale.stix.sectors import to_show

    lang = current().lang
    stands = [in_words("incident-investigation-ov", found.status, lang), in_words("incident-determination-enum", found.determination, lang)]  # fmt: skip
    if found.criticality is not None:
        stands.append(tr(_("criticality {n} of 100"), n=found.criticality))
    stands += [sector_in_words(one, lang) for one in to_show(found.sectors)]
    lines = [
        printable(found.name.said(lang) or found.id),
        f"  {found.id}  {found.source}  [{' '.join(found.own_marking)}]",
        f"  {', '.join(one for one in stands if one)}",
    ]
    if found.words.said(lang):
        lines.append(f"  {printable(found.words.said(lang))}")
    known = {one.id: one for one in found.tasks}
    if found.next:
        lines += ["", tr(_("What is next")), *(_task(known[one], lang) for one in found.next)]
    lines += ["", tr(_("Timeline")), *_timeline(found, lang)]
    if found.impacts:
        lines += ["", tr(_("Impacts")), *(_impact(one, lang) for one in found.impacts)]
    if found.affected or found.counts:
        lines += ["", tr(_("Whom it concerns"))]
        lines += [f"  {printable(one.name)}  {one.id}" for one in found.affected]
        lines += [f"  {n} {in_words('entity-type-ov', kind, lang)}" for kind, n in found.counts.items()]
    if found.found:
        lines += ["", tr(_("What was found")), *(f"  {printable(one.name)}  {one.id}" for one in found.found)]
    lines += [
        "! " + labelled(str(one.params.get("path", "")), tr(one.message_id, **one.params))
        for one in found.remarks
    ]
    return "\n".join(lines)


def sector_table(found: Sequence[str]) -> str:
    """Return sectors with what they are called."""
    from cordiale.stix.sectors import in_words

    return table(
        (tr(_("Sector")), tr(_("In words"))), [(one, in_words(one, current().lang)) for one in found]
    )


def _open(one: Line) -> str:
    if not one.open_tasks:
        return ""
    return f"{one.open_tasks}" + (tr(_(" (late: {n})"), n=one.late_tasks) if one.late_tasks else "")


def _timeline(found: IncidentView, lang: str) -> list[str]:
    both: list[Event | Task] = [*found.events, *found.tasks]
    first = {one.id: one.start if one.start is not None else one.end for one in both}
    ordered = sorted(both, key=lambda one: (first[one.id] is None, first[one.id] or 0, one.id))
    return [_moment(one, lang) for one in ordered] or [tr(_("  No event and no task yet."))]


def _moment(one: Event | Task, lang: str) -> str:
    from cordiale.joint.incident.model import Event
    from cordiale.joint.incident.vocabulary import in_words

    event = isinstance(one, Event)
    state = in_words("event-status-enum", one.status, lang) if isinstance(one, Event) else in_words("task-outcome-enum", one.outcome, lang)  # fmt: skip
    at = when(one.start) if one.start is not None else when(one.end)
    kind = tr(_("event")) if event else tr(_("task"))
    return f"  {at:<22} {kind} · {state} · {printable(_name(one, lang))}  {one.id}  {one.source}"


def _name(one: Event | Task, lang: str) -> str:
    return one.name.said(lang) or one.words.said(lang)[:80] or ", ".join(one.types)


def _task(one: Task, lang: str) -> str:
    from cordiale.joint.incident.vocabulary import in_words

    by = tr(_("by {time}"), time=when(one.end)) if one.end is not None else ""
    late = tr(_("late")) if one.late else ""
    said = [in_words("task-outcome-enum", one.outcome, lang), by, late, ", ".join(map(printable, one.owners))]
    return f"  {printable(_name(one, lang))} ({' · '.join(word for word in said if word)})"


def _impact(one: Impact, lang: str) -> str:
    from cordiale.joint.incident.vocabulary import CATEGORY, DETAIL, detail_in_words, in_words

    details = [
        tr(
            _("{name}: {value}"),
            name=in_words(DETAIL, name, lang),
            value=detail_in_words(one.category, name, value, lang),
        )
        for name, value in one.details.items()
    ]
    counts = [f"{n} {in_words('entity-type-ov', kind, lang)}" for kind, n in one.counts.items()]
    return f"  {in_words(CATEGORY, one.category, lang)} · {printable(' · '.join([*details, *counts]))}  {one.id}  {one.source}"
