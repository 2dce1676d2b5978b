"""The page of ATT&CK: the matrix with what is held of each technique, one technique with its objects, the layer to save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.actor import authorise, may
from cordiale.desk.domain import File, Page
from cordiale.desk.marking.chosen import summaries
from cordiale.desk.views.display import display
from cordiale.domains.cyber.attack.coverage import Matrix, Technique, matrix
from cordiale.domains.cyber.attack.layer import read, written
from cordiale.domains.cyber.tabs import ROOT, tabs
from cordiale.platform.errors import CordialeError, NotFound, explain
from cordiale.platform.languages import _, number, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Summary
    from cordiale.desk.desk import Desk

TEMPLATES: Final = Path(__file__).parent / "templates"
LISTED: Final = 50
"""Objects of one technique that its panel lists."""
STEPS: Final = (1, 3, 10, 30)
"""From how many objects on, those of its sub-techniques with them, a cell is one shade deeper."""


def attack(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the matrix of a domain, and beside it one technique where it is asked for."""
    found = _asked(desk, actor, query)
    only = query.get("covered") == "yes"
    said = {"covered": "yes"} if only else {}
    chosen = next((one for one in found.techniques if one.code == query.get("technique")), None)
    values = {
        "tabs": tabs(actor, "attack", lang),
        "domain": found.domain,
        "version": found.version,
        "domains": [
            {"href": _address(found, domain=name, **said), "label": name, "here": name == found.domain}
            for name in found.domains
        ],
        "columns": [
            _column(found, tactic.short, tactic.name, tactic.code, only, lang) for tactic in found.tactics
        ],
        "sources": _choices(found, "source", [(name, name, n) for name, n in found.sources], said, lang),
        "markings": _choices(found, "marking", _atoms(desk, actor, found, lang), said, lang),
        "source": found.source,
        "marking": found.marking,
        "covered": number(lang, sum(bool(one.count) for one in found.techniques)),
        "total": number(lang, len(found.techniques)),
        "only": only,
        "every": _address(found),
        "few": _address(found, covered="yes"),
        "layer": _address(found, "layer") if may(actor, "export") else "",
        "one": _one(desk, actor, found, chosen, lang) if chosen is not None else None,
        "problem": query.get("problem", ""),
        "given": _given(found, query["layer"], lang) if query.get("layer") else None,
        "close": _address(found, **said),
    }
    return Page(TEMPLATES / "attack.html", values, _markings(found))


def layer(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> File:
    """Return the matrix as a layer of the Navigator, to be saved, narrowed as the page was; its marking stands in it."""
    authorise(actor, "export")
    found = _asked(desk, actor, query)
    data = written(found, desk.node, marking_line(desk, actor, found, lang))
    return File(f"{desk.node}-{found.domain or 'attack'}.json", "application/json", data)


def marking_line(desk: Desk, actor: Actor, found: Matrix, lang: str) -> str:
    """Return the marking of all that a matrix counts, on one line as a person reads it."""
    joined = frozenset[str]().union(*(atoms for one in found.techniques for atoms in one.cover.markings))
    return " // ".join(part.text for part in display(desk, actor, lang)(joined))


def _given(found: Matrix, content: str, lang: str) -> dict[str, Any]:
    """Return what a layer that was given says beside what is held; of one that cannot be read, why."""
    try:
        read_ = read(content.encode(), found)
    except CordialeError as error:
        return {"problem": explain(error, lang)}
    names = {one.code: one.name for one in found.techniques}
    return {
        "problem": "",
        "name": read_.name,
        "other": read_.domain if read_.domain != found.domain else "",
        "scored": number(lang, len({one.code for one in read_.techniques if one.score is not None})),
        **{
            list_: [
                {
                    "code": code,
                    "name": names.get(code, ""),
                    "href": _address(found, technique=code) + "#technique",
                }
                for code in codes
            ]
            for list_, codes in (("uncovered", read_.uncovered), ("unscored", read_.unscored))
        },
    }


def _markings(found: Matrix) -> tuple[tuple[str, ...], ...]:
    distinct = dict.fromkeys(atoms for one in found.techniques for atoms in one.cover.markings)
    return tuple(tuple(sorted(atoms)) for atoms in distinct)


def _asked(desk: Desk, actor: Actor, query: Mapping[str, str]) -> Matrix:
    source, marking = (query.get(name, "").strip() for name in ("source", "marking"))
    return matrix(desk, actor, query.get("domain", ""), source=source, marking=marking)


def _address(found: Matrix, page: str = "attack", **more: str) -> str:
    said = {"domain": found.domain, "source": found.source, "marking": found.marking, **more}
    return ROOT + page + "?" + urlencode({name: value for name, value in said.items() if value})


def _choices(
    found: Matrix, kind: str, known: Iterable[tuple[str, str, int]], said: Mapping[str, str], lang: str
) -> list[dict[str, Any]]:
    """Return what the matrix can be narrowed to, all first, each with how many techniques are covered then."""
    chosen = found.source if kind == "source" else found.marking
    rows = list(known)
    if chosen and chosen not in {key for key, _label, _n in rows}:
        rows.append((chosen, chosen, 0))
    if not chosen and len(rows) < 2:  # it would narrow to what is shown
        return []
    return [
        {
            "href": _address(found, **{kind: ""}, **said),
            "label": text(lang, _("Everything")),
            "here": not chosen,
        },
        *(
            {
                "href": _address(found, **{kind: key}, **said),
                "label": label,
                "here": key == chosen,
                "count": number(lang, n),
            }
            for key, label, n in rows
        ),
    ]


def _atoms(desk: Desk, actor: Actor, found: Matrix, lang: str) -> list[tuple[str, str, int]]:
    show = display(desk, actor, lang)
    return [(atom, " // ".join(part.text for part in show((atom,))), n) for atom, n in found.markings]


def _column(found: Matrix, short: str, name: str, code: str, only: bool, lang: str) -> dict[str, Any]:
    cells = []
    for one in found.under(short):
        parts = found.parts(one.code)
        covered = sum(bool(part.count) for part in parts)
        whole = one.count + sum(part.count for part in parts)
        if only and not one.count and not covered:
            continue
        more = {"covered": "yes"} if only else {}
        cells.append(
            {
                "code": one.code,
                "name": one.name,
                "href": _address(found, technique=one.code, **more) + "#technique",
                "count": number(lang, one.count) if one.count else "",
                "shade": sum(whole >= step for step in STEPS),
                "parts": len(parts),
                "covered": covered,
            }
        )
    return {"name": name, "code": code, "cells": cells}


def _one(desk: Desk, actor: Actor, found: Matrix, one: Technique, lang: str) -> dict[str, Any]:
    show = display(desk, actor, lang)
    held = [row for i in one.cover.ids[:LISTED] for row in _held(desk, actor, i)]
    return {
        "code": one.code,
        "name": one.name,
        "id": one.id,
        "url": one.url,
        "count": number(lang, one.count),
        "types": [{"name": kind, "count": number(lang, n)} for kind, n in one.cover.types],
        "sources": [{"name": name, "count": number(lang, n)} for name, n in one.cover.sources],
        "rows": [
            {
                "id": row.id,
                "name": row.name,
                "type": row.type,
                "source": row.source,
                "marking": " // ".join(part.text for part in show(row.marking)),
            }
            for row in held
        ],
        "more": max(0, one.count - LISTED),
        "parts": [
            {
                "code": part.code,
                "name": part.name,
                "href": _address(found, technique=part.code) + "#technique",
                "count": number(lang, part.count) if part.count else "–",
            }
            for part in found.parts(one.code)
        ],
    }


def _held(desk: Desk, actor: Actor, identifier: str) -> tuple[Summary, ...]:
    """Return the line of what stands at the other end of a relationship; it may not be held here."""
    try:
        return summaries(desk, actor, (identifier,))
    except NotFound:
        return ()
