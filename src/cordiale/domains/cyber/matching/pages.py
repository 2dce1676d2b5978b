"""The pages of matching: logs to be looked through, the runs that are kept, and one run with the lines behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import may
from cordiale.desk.analysis.datasets import dataset_list
from cordiale.desk.domain import Page
from cordiale.desk.jobs import jobs
from cordiale.desk.views.when import when
from cordiale.desk.written import marking_of, written
from cordiale.domains.cyber.indicators.rows import titles
from cordiale.domains.cyber.matching import kept
from cordiale.domains.cyber.matching.found import Run, Seen, Source
from cordiale.domains.cyber.tabs import ROOT, tabs
from cordiale.platform.languages import _, number, percent, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import JobView
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"
RECORDS: Final = "records"
"""The kind of dataset that is matched (its schema needs the extra `analysis`, its name does not)."""

SHOWN: Final = 100
"""Indicators of one page, and lines behind one of them."""

TRIED: Final = 50
"""Sightings of which a release is tried at once: their ids stand in an address."""

DRAWN: Final = 20
"""Indicators that are drawn on the line of time: those met most."""

LEFT, WIDTH, ROW, TOP = 230, 880, 22, 30
"""Of the drawing, in CSS pixels."""

STATES: Final = {
    "running": _("running"),
    "done": _("done"),
    "stopped": _("stopped"),
    "interrupted": _("interrupted"),
    "failed": _("failed"),
}
LEFT_OUT: Final = {
    "revoked": _("revoked: {n}"),
    "several": _("more than one observation: {n}"),
    "effort": _("several observations, of which too many records fit to know whether they go together: {n}"),
    "expression": _("an expression that is not taken: {n}"),
    "unreadable": _("pattern not readable: {n}"),
    "language": _("not a STIX pattern: {n}"),
    "kind": _("values that no log has: {n}"),
}
"""Why indicators were not looked for."""


def matches(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the form that takes a log in, the runs under way, and those that are kept."""
    found = kept.kept(desk, actor)
    runs = {one.id for one in found}
    ran = [one for one in jobs(desk, actor) if one.kind == "match" and one.state != "done"]
    sets = [one for one in dataset_list(desk, actor) if one.kind == RECORDS and one.state == "open"]
    standing = desk.settings.import_.marking
    values = {
        "tabs": tabs(actor, "matches", lang),
        "may": may(actor, "import"),
        "problem": query.get("problem", ""),
        "typed": {name: query.get(name, "") for name in ("marking", "sector", "dataset")},
        "standing": written(marking_of(standing)) if standing else "",
        "sector": desk.settings.cyber.sector,
        "datasets": [{"id": one.id, "name": one.name, "rows": one.rows} for one in sets],
        "runs": [_line(one, lang) for one in found[:SHOWN]],
        "jobs": [_job(one, lang) for one in ran[:12] if one.id not in runs],
        "going": any(one.state == "running" for one in ran),
    }
    return Page(TEMPLATES / "matches.html", values, tuple(one.marking for one in found))


def match(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return one run: its logs, the indicators seen, when, and in which lines."""
    run = kept.opened(desk, actor, query.get("run", ""))
    called = titles(desk, actor)
    standing = desk.settings.import_.marking
    left = [
        text(lang, words, n=number(lang, run.left_out[reason]))
        for reason, words in LEFT_OUT.items()
        if run.left_out and run.left_out.get(reason)
    ]
    values = {
        "tabs": tabs(actor, "matches", lang),
        "may": may(actor, "import"),
        "problem": query.get("problem", ""),
        "done": query.get("done", ""),
        "id": run.id,
        "by": run.by,
        "at": when(run.at, lang),
        "profile": f"{run.profile['name']} {run.profile['version']}",
        "indicators": run.indicators,
        "left_out": ", ".join(left),
        "records": run.records,
        "sources": [_source(one, lang) for one in run.sources],
        "seen": [_seen(one, called, lang) for one in run.seen[:SHOWN]],
        "release": _release(actor, run),
        "total": len(run.seen),
        "more": max(0, len(run.seen) - SHOWN),
        "drawn": drawn(run, lang),
        "marking": written(run.marking) if run.marking else "",
        "standing": written(marking_of(standing)) if standing else "",
        "sector": desk.settings.cyber.sector,
        "stated": sum(1 for one in run.seen if one.sighting),
    }
    return Page(
        TEMPLATES / "match.html", values, (run.marking, *dict.fromkeys(one.marking for one in run.seen))
    )


def drawn(run: Run, lang: str) -> dict[str, Any] | None:
    """Return when each indicator was seen, one line for each: places in pixels; None where no time is known."""
    chosen = run.seen[:DRAWN]
    ats = [line.at for one in chosen for line in one.lines if line.at is not None]
    if not ats:
        return None
    first, last = min(ats), max(ats)
    span = max(1, last - first)
    rows = []
    dots = []
    for place, one in enumerate(chosen):
        y = TOP + 12 + place * ROW
        rows.append({"name": (one.name or one.indicator)[:28], "y": y})
        at: dict[int, int] = {}
        for line in one.lines:
            if line.at is not None:
                x = LEFT + 10 + (line.at - first) * (WIDTH - LEFT - 30) // span
                at[x] = at.get(x, 0) + 1
        dots += [{"x": x, "y": y, "r": min(8, 3 + count.bit_length())} for x, count in at.items()]
    return {
        "rows": rows,
        "dots": dots,
        "height": TOP + 12 + len(rows) * ROW,
        "width": WIDTH,
        "left": LEFT,
        "first": when(first, lang),
        "last": when(last, lang),
        "more": max(0, len(run.seen) - DRAWN),
    }


def _line(run: Run, lang: str) -> dict[str, Any]:
    return {
        "href": f"{ROOT}match?" + urlencode({"run": run.id}),
        "name": ", ".join(one.name for one in run.sources)[:120] or run.id,
        "records": run.records,
        "by": run.by,
        "at": when(run.at, lang),
    }


def _job(one: JobView, lang: str) -> dict[str, Any]:
    files = one.params.get("files") or []
    return {
        "id": one.id,
        "name": ", ".join(str(name) for _path, name in files)[:120] or str(one.params.get("dataset", "")),
        "state": text(lang, STATES.get(one.state, one.state)),
        "style": {"done": "good", "failed": "bad"}.get(one.state, ""),
        "share": percent(lang, one.done / one.total) if one.total and one.state == "running" else "",
        "done": one.done,
        "total": one.total or 0,
        "stop": one.state == "running",
        "resume": one.state in ("stopped", "interrupted", "failed"),
        "note": one.note or "",
        "at": when(one.started, lang),
    }


def _source(one: Source, lang: str) -> dict[str, Any]:
    total = sum(one.reasons.values())
    return {
        "name": one.name,
        "form": one.form,
        "sha256": one.sha256,
        "records": one.records,
        "columns": _columns(one),
        "aside": total,
        "first": [
            {"line": each.line, "words": text(lang, each.message_id, **each.params)}
            for each in one.aside[:12]
        ],
        "more": max(0, total - 12),
    }


def _columns(one: Source) -> str:
    if one.mapping is None or one.form not in ("JSON", "CSV", "Parquet"):
        return ""
    return ", ".join(f"{field} = {' + '.join(names)}" for field, names in one.mapping.columns.items())


def _release(actor: Actor, run: Run) -> str:
    """Return where a release of the sightings stated of a run is tried, "" where there is none or nobody who may."""
    stated = [one.sighting for one in run.seen if one.sighting][:TRIED]
    return "/release/try?" + urlencode({"id": stated}, doseq=True) if stated and may(actor, "preview") else ""


def _seen(one: Seen, called: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {
        "id": one.indicator,
        "name": one.name or one.indicator,
        "source": called.get(one.source, one.source),
        "count": one.count,
        "parts": one.count - one.exact,
        "first": when(one.first, lang),
        "last": when(one.last, lang),
        "values": list(one.values[:3]),
        "fields": ", ".join(one.fields),
        "lines": _places(one, lang),
        "more": max(0, one.count - SHOWN),
        "known": [{"name": name, "bad": category == "false_positive"} for name, category in one.known],
        "chosen": not one.sighting and not any(category == "false_positive" for _name, category in one.known),
        "sighting": one.sighting,
    }


def _places(one: Seen, lang: str) -> Sequence[dict[str, Any]]:
    return [{"file": line.file, "line": line.line, "at": when(line.at, lang)} for line in one.lines[:SHOWN]]
