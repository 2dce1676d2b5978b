"""The list of objects: searched as one types, narrowed by what is found, sorted, chosen from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from litestar import Request, Response, get

from cordiale.desk import verbs
from cordiale.desk.actor import Actor, may
from cordiale.desk.answers import Summary
from cordiale.desk.desk import Desk
from cordiale.desk.views.display import Show, display
from cordiale.desk.views.facets import Facets
from cordiale.desk.views.search import Order
from cordiale.desk.views.sectors import MOST as COUNTED
from cordiale.desk.views.sectors import sectors_held
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, ntext, number, text
from cordiale.stix.sectors import KIND as SECTOR
from cordiale.stix.sectors import in_words as sector_in_words
from cordiale.stix.sectors import known as known_sector
from cordiale.web.columns import COLUMNS, DEFAULT, FORMS, SORTABLE, choices, chosen_in
from cordiale.web.context import Entry, Site
from cordiale.web.labels import folded, type_label
from cordiale.web.lines import INSTANTS, lines_of, titles_of
from cordiale.web.marks import banner, chips
from cordiale.web.question import MOST, Asked, asked_in
from cordiale.web.searches import kept

PAGE: Final = 50
SORTED: Final = 150
"""Newest finds that a column sorts: more would keep somebody waiting."""

_STARTS: Final = frozenset(str(place) for place in range(0, SORTED, PAGE))

FACETS: Final = 12
"""Lines of a facet that are shown at once."""

RAIL: Final = Entry(20, "/objects", _("Objects"), "objects", verb="search")

NAME: Final = _("Name")


def handlers(site: Site) -> list[Any]:
    """Return the page's routes."""

    @get("/objects", sync_to_thread=True)
    def shown(request: Request[Any, Any, Any]) -> Response[str]:
        after = str(request.query_params.get("after") or "")[:MOST]
        values = objects(
            site.desk,
            site.actor(request),
            site.language(request),
            asked_in(request.query_params),
            after=after,
            chosen=chosen_in(request.cookies),
        )
        return site.page(request, "objects.html", "/objects", values)

    return [shown]


def objects(
    desk: Desk,
    actor: Actor,
    lang: str,
    asked: Asked,
    *,
    after: str = "",
    chosen: tuple[str, ...] = DEFAULT,
) -> dict[str, Any]:
    """Return the object list: one page, newest first, with what it can be narrowed to; `chosen` are its columns."""
    items, more, found = _found(desk, actor, lang, asked, after)
    titles, show = titles_of(desk, actor), display(desk, actor, lang)
    rows = lines_of(desk, actor, items, lang, titles, show, [name for name in INSTANTS if name in chosen])
    shared = any(row["partners"] for row in rows)
    shown = [name for name in chosen if name != "partners" or shared]
    return {
        "q": asked.q,
        "asked": asked,
        "listing": True,
        "heading": _heading(found, lang, len(items) if asked.stix_id else None),
        "facets": [*_facets(found, asked, lang, titles, show), *_sectors(desk, actor, asked, lang)],
        "chosen": _chosen(asked, lang, titles, show),
        "rows": rows,
        "columns": _columns(asked, lang, shown),
        "choices": choices(chosen, lang),
        "exports": [
            {
                "form": form.upper(),
                "href": asked.address(sort="").replace("/objects", "/objects/export", 1)
                + ("&" if asked.narrowed else "?")
                + f"form={form}",
            }
            for form in FORMS
        ]
        if may(actor, "export") and rows and not asked.stix_id
        else [],
        "shared": shared and "partners" in shown,
        "sorted": text(lang, _("The newest {n} are sorted."), n=number(lang, SORTED))
        if asked.sort and (found.total > SORTED or not found.whole)
        else "",
        "next_href": asked.address(after=more) if more else None,
        "kept": kept(desk, actor, asked.address()),
        "may_act": may(actor, "playbook"),
        "may_mark": may(actor, "mark"),
        "may_release": may(actor, "release"),
        "banner": banner((item.marking for item in items), show, lang),
    }


def _found(
    desk: Desk, actor: Actor, lang: str, asked: Asked, after: str
) -> tuple[tuple[Summary, ...], str | None, Facets]:
    if asked.stix_id:
        found = verbs.facets(desk, actor, asked.question())
        try:
            return tuple(s.summary for s in verbs.show(desk, actor, asked.stix_id).statements), None, found
        except NotFound:
            return (), None, found
    order = _order(asked.sort, lang, after) if asked.sort else None
    page, found = verbs.listed(
        desk,
        actor,
        asked.question(),
        lang=lang,
        after=None if order else after or None,
        limit=SORTED if order else PAGE,
        partners=True,
        order=order,
    )
    return page.items, page.next, found


def _order(sort: str, lang: str, after: str) -> Order:
    """Order lines as a reader of the language expects: without regard to accents and capitals."""
    column = sort.lstrip("-")
    start = int(after) if after in _STARTS else 0

    def key(item: Summary) -> str:
        value = {
            "name": item.name,
            "type": type_label(item.type, lang),
            "source": item.source,
            "marking": " ".join(item.marking),
        }[column]
        return folded(value)

    return Order(key, sort.startswith("-"), start, PAGE)


def _heading(found: Facets, lang: str, known: int | None) -> str:
    n = found.total if known is None else known
    if known is None and not found.whole:
        return text(lang, _("More than {n} objects"), n=number(lang, n))
    return ntext(lang, _("{n} object"), _("{n} objects"), n)


def _columns(asked: Asked, lang: str, shown: Iterable[str]) -> list[dict[str, str]]:
    found = []
    for name in ("name", *shown):
        label = NAME if name == "name" else COLUMNS[name]
        if name not in SORTABLE:
            found.append({"name": name, "label": text(lang, label), "state": "", "href": ""})
            continue
        state = {name: "ascending", f"-{name}": "descending"}.get(asked.sort, "")
        following = {"": name, "ascending": f"-{name}", "descending": ""}[state]
        found.append(
            {"name": name, "label": text(lang, label), "state": state, "href": asked.address(sort=following)}
        )
    return found


def _facets(
    found: Facets, asked: Asked, lang: str, titles: Mapping[str, str], show: Show
) -> list[dict[str, Any]]:
    """Return each facet with its lines; a sampled count is of the newest finds."""
    groups: tuple[tuple[str, str, tuple[tuple[str, int], ...], Callable[[str], str]], ...] = (
        ("type", _("Type"), found.types, lambda key: type_label(key, lang)),
        ("marking", _("Marking"), found.markings, lambda key: _atom(key, show)),
        ("source", _("Source"), found.sources, lambda key: titles.get(key, key)),
    )
    made: list[dict[str, Any]] = []
    for name, label, counted, say in groups:
        now = getattr(asked, name)
        lines: list[dict[str, Any]] = [
            {
                "key": key,
                "label": say(key),
                "count": "" if name == "source" and not _all_looked_at(found) else number(lang, n),
                "href": asked.address(**{name: "" if key == now else key}),
                "chosen": key == now,
            }
            for key, n in counted
            if n and key != "marking-definition"
        ]
        if lines:
            made.append(
                {
                    "name": name,
                    "label": text(lang, label),
                    "lines": lines[:FACETS],
                    "more": sorted(lines[FACETS:], key=lambda one: folded(one["label"])),
                }
            )
    return made


def _sectors(desk: Desk, actor: Actor, asked: Asked, lang: str) -> list[dict[str, Any]]:
    """Return the sectors that can be asked for, where nothing else is looked for in words; counted where nothing is at all."""
    now = sector_in(asked.q)
    if asked.q and not now:
        return []
    plain = not (asked.type or asked.marking or asked.source or asked.since or asked.until)
    lines = [
        {
            "key": key,
            "label": sector_in_words(key, lang),
            "count": (number(lang, n) if n <= COUNTED else f"{number(lang, COUNTED)}+") if plain else "",
            "href": asked.address(q="" if key == now else f"{SECTOR}={key}"),
            "chosen": key == now,
        }
        for key, n in sectors_held(desk, actor)
    ]
    lines.sort(key=lambda one: folded(str(one["label"])))
    made = {"name": SECTOR, "label": text(lang, _("Sector")), "lines": lines[:FACETS], "more": lines[FACETS:]}
    return [made] if lines else []


def sector_in(words: str) -> str:
    """Return the sector that a search is for, "" where it is for something else."""
    kind, _equals, sector = words.partition("=")
    return sector if kind == SECTOR and known_sector(sector) else ""


def _all_looked_at(found: Facets) -> bool:
    """Tell whether every find was looked at, so that sources are counted as well."""
    return found.whole and sum(n for _source, n in found.sources) == found.total


def _atom(atom: str, show: Show) -> str:
    return " ".join(chip.word for chip in chips([atom], show)) or atom


def _chosen(asked: Asked, lang: str, titles: Mapping[str, str], show: Show) -> list[dict[str, str]]:
    """Return what a list is narrowed to, each with the address without it."""
    said = {
        "q": sector_in_words(sector_in(asked.q), lang)
        or (f"« {asked.q} »" if lang[:2] == "fr" else f"“{asked.q}”"),
        "type": type_label(asked.type, lang),
        "marking": _atom(asked.marking, show) if asked.marking else "",
        "source": titles.get(asked.source, asked.source),
        "since": text(lang, _("from {day}"), day=asked.since),
        "until": text(lang, _("to {day}"), day=asked.until),
    }
    return [
        {"label": label, "href": asked.address(**{name: ""})}
        for name, label in said.items()
        if getattr(asked, name)
    ]
