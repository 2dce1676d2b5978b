"""The pages of lineage: where a suspect article and its source are given, one result, and its sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk import audit
from cordiale.desk.actor import authorise, may
from cordiale.desk.domain import File, Page
from cordiale.desk.jobs import jobs
from cordiale.desk.views.display import display
from cordiale.desk.views.when import when
from cordiale.domains.information.analysed.pages import STATES
from cordiale.domains.information.drift.words import CHANGES, DRIFTED, KINDS, LABELS, MARKS
from cordiale.domains.information.lineage import kept as keeping
from cordiale.domains.information.lineage.answer import Answer, Pair
from cordiale.domains.information.lineage.run import JOB
from cordiale.domains.information.lineage.sides import Side, counted, sides
from cordiale.domains.information.lineage.tree import Tree, tree
from cordiale.domains.information.sheet.content import (
    changed,
    derived,
    held_of_each,
    kind_of,
    name_of,
    published,
)
from cordiale.domains.information.sheet.content import sheet as sheet_of
from cordiale.domains.information.sheet.packed import legal
from cordiale.domains.information.sheet.written import write
from cordiale.domains.information.tabs import ROOT, tabs
from cordiale.platform.clock import SECOND
from cordiale.platform.languages import _, day, is_french, percent, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.domains.information.lineage.kept import Kept, Opened

TEMPLATES: Final = Path(__file__).parent / "templates"
BAR: Final = 120
"""Width of the bar beside an outlet, in CSS pixels."""

FORMATS: Final = {"html": "HTML", "docx": "DOCX", "odt": "ODT"}
SHEETS: Final = {"both": _("both languages"), "en": _("English"), "fr": _("French")}
Node = tuple[str, int]


def lineages(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the form of a suspect article and its source, and what was compared here before."""
    found = keeping.lineages(desk, actor, query.get("after") or None)
    standing = desk.settings.import_.marking
    values = {
        "tabs": tabs(actor, "lineages", lang),
        "may": may(actor, "import") and may(actor, "attach"),
        "problem": query.get("problem", ""),
        "typed": {
            name: query.get(name, "")
            for name in ("suspect", "suspect_name", "source", "source_name", "marking")
        },
        "jobs": _jobs(desk, actor, lang),
        "standing": " ".join(standing) if not isinstance(standing, str) else standing,
        "rows": [
            {
                "href": _address("lineage", one.id),
                "name": one.name or one.id,
                "at": when(one.created, lang),
                "source": one.source,
            }
            for one in found.items
        ],
        "next": f"{ROOT}lineages?{urlencode({'after': found.next})}" if found.next else "",
    }
    return Page(TEMPLATES / "lineages.html", values, tuple(one.marking for one in found.items))


def _jobs(desk: Desk, actor: Actor, lang: str) -> list[dict[str, Any]]:
    """Return the comparisons that run or ran as jobs, newest first."""
    found = [one for one in jobs(desk, actor) if one.kind == JOB] if may(actor, "jobs") else []
    return [
        {
            "id": one.id,
            "name": legal(str(one.params.get("name") or one.id)),
            "files": len(one.params.get("files", ())),
            "state": text(lang, STATES.get(one.state, one.state)),
            "style": {"done": "good", "failed": "bad"}.get(one.state, ""),
            "share": percent(lang, one.done / one.total) if one.total and one.state == "running" else "",
            "done": one.done,
            "total": one.total or 0,
            "stop": one.state == "running",
            "resume": one.state in ("stopped", "interrupted", "failed"),
            "note": legal(one.note or ""),
            "href": _address("lineage", str((one.result or {}).get("report", ""))) if (one.result or {}).get("report") else "",
            "at": when(one.started, lang),
        }
        for one in found[:8]
    ]  # fmt: skip


def lineage(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return one result: the family tree, a derived text beside its sources, what became of its claims, what is left out."""
    found = keeping.opened(desk, actor, query.get("id", ""))
    answer = _in(found.kept, lang)
    nodes = [(view.doc, s.n) for view in answer.documents for s in view.segments]
    names = {node: name_of(answer, *node) for node in nodes}
    below = derived(answer)
    values: dict[str, Any] = {
        "tabs": tabs(actor, "lineages", lang),
        "title": found.name,
        "report": f"/objects/{found.id}",
        "made": when(found.kept.made, lang),
        "version": found.kept.version,
        "profiles": ", ".join(answer.profiles.values()),
        "downloads": [
            {"href": _address("sheet", found.id, format=format, languages=chosen), "format": label, "languages": text(lang, words)}
            for chosen, words in SHEETS.items()
            for format, label in FORMATS.items()
            if may(actor, "export")
        ],
        "inputs": [{"name": one.name or one.id, "href": f"/objects/{one.id}"} for one in found.inputs],
        "texts": [
            {
                "name": names[view.doc, s.n],
                "title": legal(s.title),
                "lang": s.lang,
                "published": published(s.published, s.published_basis, lang),
                "sha256": view.sha256,
                "role": text(lang, _("given as source")) if nodes.index((view.doc, s.n)) in found.kept.sources else "",
            }
            for view in answer.documents
            for s in view.segments
        ],
        "edges": [
            {
                "source": names[edge.source, edge.source_segment],
                "derived": names[edge.derived, edge.derived_segment],
                "kind": kind_of(edge, lang),
                "held": held_of_each(edge, lang),
                "because": legal(edge.because),
            }
            for edge in answer.edges
        ],
        "tree": _drawn(tree(answer, names), found, below, nodes, lang),
        "limits": answer.limits,
        "legend": [{"mark": MARKS.get(key, ""), "key": key, "word": text(lang, LABELS[key])} for key in LABELS],
        "kinds": [{"kind": key, "word": text(lang, words)} for key, words in KINDS.items()],
        "shown": None,
    }  # fmt: skip
    if below:
        values["shown"] = _shown(found, answer, names, _chosen(below, nodes, found.kept, query), below, lang, query)  # fmt: skip
    return Page(TEMPLATES / "lineage.html", values, found.markings)


def sheet(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> File:
    """Return the drift sheet of a result as a file, under the joined marking of everything in it."""
    authorise(actor, "export")
    found = keeping.opened(desk, actor, query.get("id", ""))
    format = query.get("format", "html")
    chosen = query.get("languages", "both")
    langs = [chosen] if chosen in found.kept.answers else sorted(found.kept.answers, key=lambda one: one != lang[:2])  # fmt: skip
    atoms = {atom for marking in found.markings for atom in marking}
    lines = {
        one: " // ".join(part.text for part in display(desk, actor, one)(atoms))
        or text(one, _("Nothing marked on this page"))
        for one in langs
    }
    made = sheet_of({one: found.kept.answers[one] for one in langs}, lines, found.kept.made)
    data, kind = write(made, format)
    audit.read(desk, actor, "sheet", id=found.id, format=format)
    return File(f"drift-{found.id.partition('--')[2][:8]}.{format}", kind, data)


def _in(kept: Kept, lang: str) -> Answer:
    wanted = "fr" if is_french(lang) else "en"
    return kept.answers.get(wanted) or next(iter(kept.answers.values()))


def _address(page: str, identifier: str, **more: str) -> str:
    return f"{ROOT}{page}?" + urlencode({"id": identifier, **more})


def _chosen(below: list[Node], nodes: list[Node], kept: Kept, query: Mapping[str, str]) -> Node:
    """Return the derived text that is asked for: by its place, else the first that was not given as a source."""
    asked = query.get("text", "")
    if asked.isdecimal() and len(asked) < 6 and int(asked) < len(nodes) and nodes[int(asked)] in below:
        return nodes[int(asked)]
    return next((node for node in below if nodes.index(node) not in kept.sources), below[0])


def _shown(
    found: Opened,
    answer: Answer,
    names: Mapping[Node, str],
    node: Node,
    below: list[Node],
    lang: str,
    query: Mapping[str, str],
) -> dict[str, Any]:
    made = sides(answer, found.kept.documents, node)
    nodes = list(names)
    count = counted(pair for pair, _id, _other in made.pairs)
    wanted = query.get("label", "")
    wanted = wanted if wanted in LABELS else ""
    here = str(nodes.index(node))
    rows = [
        _row(answer, pair, id, other, lang)
        for pair, id, other in made.pairs
        if pair.region == "body"
        and (pair.label == wanted or (not wanted and (pair.label in DRIFTED)))
    ]  # fmt: skip
    choices = [("", text(lang, _("What drifted")), sum(count.get(one, 0) for one in DRIFTED))]
    choices += [(one, _labelled(one, lang), count[one]) for one in LABELS if count.get(one)]
    return {
        "name": names[node],
        "derived": _side(made.derived, names),
        "sources": [_side(one, names) for one in made.sources],
        "labels": {
            one: {"mark": MARKS.get(one, ""), "word": text(lang, words)} for one, words in LABELS.items()
        },
        "rows": rows,
        "filters": [
            {
                "href": _address("lineage", found.id, text=here, **({"label": key} if key else {}))
                + "#drift",
                "label": words,
                "count": number,
                "here": key == wanted,
            }
            for key, words, number in choices
        ],
        "omitted": [
            {"words": legal(words), "id": id, "name": names[source]} for words, id, source in made.omitted
        ],
        "outlets": [_outlet(found, answer, names, one, lang, here=one == node) for one in below],
    }


def _side(side: Side, names: Mapping[Node, str]) -> dict[str, Any]:
    return {"name": names[side.node], "lang": side.lang, "passages": side.passages}


def _row(answer: Answer, pair: Pair, id: str, other: str, lang: str) -> dict[str, Any]:
    source = name_of(answer, pair.source_doc, pair.source_segment or 1) if pair.source_doc else ""
    return {
        "id": id,
        "other": other,
        "label": pair.label,
        "mark": MARKS.get(pair.label, ""),
        "word": text(lang, LABELS[pair.label]),
        "source": legal(pair.source or ""),
        "source_name": source,
        "derived": legal(pair.derived),
        "changes": [
            {
                "kind": text(lang, CHANGES[change.kind]),
                "source": change.source_span,
                "derived": change.derived_span,
            }
            for change in pair.changes
        ],
        "because": legal(changed(pair, lang)),
        "confidence": percent(lang, pair.confidence),
    }


def _instant(when: date) -> int:
    return (when.toordinal() - date(1970, 1, 1).toordinal()) * 86_400 * SECOND


def _labelled(label: str, lang: str) -> str:
    return f"{MARKS.get(label, '')} {text(lang, LABELS[label])}".strip()


def _outlet(
    found: Opened, answer: Answer, names: Mapping[Node, str], node: Node, lang: str, *, here: bool
) -> dict[str, Any]:
    """Return a line of the outlets: what became of its claims, as words and as a small bar."""
    pairs = [pair for pair in answer.pairs if (pair.derived_doc, pair.derived_segment) == node]
    count = counted(pairs)
    total = sum(count.values()) or 1
    bar = []
    x = 0.0
    for label in LABELS:
        width = BAR * count.get(label, 0) / total
        if width:
            bar.append({"x": round(x, 1), "width": round(width, 1), "label": label})
        x += width
    return {
        "name": names[node],
        "href": _address("lineage", found.id, text=str(list(names).index(node))) + "#sides",
        "here": here,
        "bar": bar,
        "counts": [
            {"label": label, "words": _labelled(label, lang), "n": count[label]}
            for label in LABELS
            if count.get(label)
        ],
        "drifted": sum(count.get(one, 0) for one in DRIFTED),
    }


def _drawn(made: Tree, found: Opened, below: list[Node], nodes: list[Node], lang: str) -> dict[str, Any]:
    """Return the drawing with its words: what a dot leads to, and what nobody here holds."""
    presumed = text(lang, _("presumed ancestor: nobody here holds it"))
    return {
        "width": made.width,
        "height": made.height,
        "undated": made.undated,
        "lines": made.lines,
        "ticks": [{"x": tick.x, "day": day(lang, _instant(tick.day))} for tick in made.ticks],
        "dots": [
            {
                "x": round(dot.x, 1),
                "y": round(dot.y, 1),
                "name": dot.name or text(lang, _("presumed ancestor")),
                "title": dot.title or presumed,
                "kind": dot.kind,
                "href": _address("lineage", found.id, text=str(dot.at)) + "#sides"
                if dot.at >= 0 and nodes[dot.at] in below
                else "",
            }
            for dot in made.dots
        ],
    }
