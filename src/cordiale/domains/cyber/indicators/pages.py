"""The pages of indicators: those that are worth acting on, and one with all that is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from cordiale.desk.answers.graph import Graph
from cordiale.desk.domain import Page
from cordiale.desk.summary import name_of
from cordiale.desk.views.graph import neighbours
from cordiale.desk.views.history import remarks
from cordiale.desk.views.show import show
from cordiale.desk.visible import unknown
from cordiale.domains.cyber.correlation.found import Correlations, of_values, values_in
from cordiale.domains.cyber.correlation.shared import Shared, standing
from cordiale.domains.cyber.decay import Decay, reasons
from cordiale.domains.cyber.indicators.held import indicators as held_here
from cordiale.domains.cyber.indicators.rows import TEMPLATES, href, merging, when
from cordiale.domains.cyber.indicators.rows import neighbours as neighbour_rows
from cordiale.domains.cyber.indicators.rows import titles as titles_of
from cordiale.domains.cyber.indicators.seen import Bar, Sighting, bars, of_remarks, seen, sightings
from cordiale.domains.cyber.indicators.worth import worth, worth_of, worth_to
from cordiale.domains.cyber.merging.view import choices, view
from cordiale.domains.cyber.patterns.words import words as pattern_words
from cordiale.domains.cyber.tabs import ROOT, tabs
from cordiale.domains.cyber.taxonomies.kept import held as taxonomies_held
from cordiale.domains.cyber.taxonomies.meaning import excluding, meanings
from cordiale.domains.cyber.values import of_pattern
from cordiale.domains.cyber.warninglists.kept import held as kept_lists
from cordiale.domains.cyber.words import STEPS, WHYS, hit, hot
from cordiale.platform.languages import _, number, text
from cordiale.stix.patterns import PatternError, literals, parse
from cordiale.stix.sectors import critical, in_words, sectors

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.answers import Shown
    from cordiale.desk.desk import Desk

LISTED: Final = 50
"""Indicators of one page."""

LOOKED: Final = 600
"""Indicators that are looked through for them."""

CORRELATED: Final = 25
"""Neighbours that the page of an indicator lists; the page of correlations lists more."""

TELLING: Final = frozenset(("report", "grouping", "incident"))
"""Types of what tells of an indicator."""

HEIGHT: Final = 64
"""Pixels of the highest bar."""


def indicators(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the indicators that are worth acting on, the last changed first; with `expired`, the others as well."""
    everything = query.get("expired") == "yes"
    now, titles = desk.clock(), titles_of(desk, actor)
    rows, markings, left = [], [], 0
    lists = kept_lists(desk)
    for held in islice(held_here(desk, actor, pattern_type=""), LOOKED):
        found = worth_to(desk, actor, held, now)
        if found.expired and not everything:
            left += 1
            continue
        found = worth(desk, held, now, seen(sightings(desk, actor, held.id)))
        values = _values(held.pattern) if held.pattern_type == "stix" else []
        rows.append(
            {
                "href": href(held.id),
                "name": called(held.value, values),
                "values": [{"value": value, "kind": kind} for kind, value in values[:3]],
                "more": max(0, len(values) - 3),
                "score": number(lang, found.score),
                "state": found.state,
                "why": " ".join(reasons(found, lang)),
                "warned": any(lists.look(kind, value) for kind, value in values[:20]),
                "source": titles.get(held.source, held.source),
                "changed": when(held.modified, lang) if held.modified else None,
                "marking": tuple(sorted(held.marking)),
            }
        )
        markings.append(tuple(sorted(held.marking)))
        if len(rows) >= LISTED:
            break
    values_ = {
        "tabs": tabs(actor, "indicators", lang),
        "rows": rows,
        "left": left,
        "everything": everything,
        "lists": len(lists.listed),
        "full": len(rows) >= LISTED,
    }
    return Page(TEMPLATES / "indicators.html", values_, tuple(markings))


def indicator(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return all that the actor may know of one indicator (`id`); raises NotFound alike for what is absent and hidden."""
    stix_id = query.get("id", "")
    shown = show(desk, actor, stix_id)
    if not stix_id.startswith("indicator--") or not any("pattern" in one.value for one in shown.statements):
        raise unknown(stix_id)
    said = remarks(desk, actor, stix_id)
    met = of_remarks(said)
    titles, now = titles_of(desk, actor), desk.clock()
    fields = view(shown.statements, choices(said, desk.node), desk.node)
    chosen = {
        field.name: next(one.value for one in field.said if one.source == field.shown) for field in fields
    }
    pattern = str(chosen.get("pattern", ""))
    plain = chosen.get("pattern_type") == "stix"
    worths = [worth_of(desk, one, now, seen(met)) for one in shown.statements if "pattern" in one.value]
    best = max(worths, key=lambda one: (not one.expired, one.score))
    found = of_values(desk, actor, values_in(shown.statements), but=frozenset((stix_id,)))
    around = neighbours(desk, actor, (stix_id,))
    ground = _ground(desk, actor, stix_id, found)
    labels = [str(label) for label in chosen.get("labels", ())]
    about = sectors(labels, _said_sectors(desk, actor, around))
    values = {
        "tabs": tabs(actor, "indicators", lang),
        "id": stix_id,
        "title": called(chosen, _values(pattern) if plain else []) or stix_id,
        "object": f"/objects/{stix_id}",
        "graph_href": ROOT + "correlations?" + urlencode({"id": stix_id}),
        "looks": _looks(pattern, lang) if plain else [],
        "pattern": pattern,
        "pattern_type": str(chosen.get("pattern_type", "")),
        "whose": [_whose(one, titles, left, lang) for one, left in zip([one for one in shown.statements if "pattern" in one.value], worths, strict=True)],
        "worth": {"score": best.score, "state": best.state, "reasons": reasons(best, lang), "expired": best.expired},
        "told": _told(shown),
        "warnings": _warnings(desk, pattern, lang) if plain else [],
        "lists": len(kept_lists(desk).listed),
        "seen": _seen(met, titles, lang),
        "neighbours": neighbour_rows(found, titles, lang)[:CORRELATED],
        "more": found.more or len(found.neighbours) > CORRELATED,
        "hot": [hot(one, lang) for one in found.hot],
        "ground": _standing(ground, titles, lang),
        "techniques": _techniques(around, stix_id),
        "fields": _fields(fields, titles, lang) if len(shown.statements) > 1 else [],
        "sectors": [in_words(one, lang) for one in about],
        "tags": _tags(desk, labels),
        "critical": critical(labels, about),
        **merging(desk, actor, shown, "indicator"),
        "problem": query.get("problem", ""),
        "typed": {name: query.get(name, "") for name in ("reason", "property", "source")},
    }  # fmt: skip
    markings = _markings(shown, met, found, around, ground)
    return Page(TEMPLATES / "indicator.html", values, markings, seen=stix_id)


def called(value: Mapping[str, Any], values: Sequence[tuple[str, str]]) -> str:
    """Return what an indicator is called: its name, or the first of several values and how many more there are.

    Without either it is called as everywhere: by its one value, else by its pattern.
    """
    if value.get("name") or len(values) < 2:
        return name_of(value)
    return f"{values[0][1]} +{len(values) - 1}"


def _values(pattern: str) -> list[tuple[str, str]]:
    """Return what a pattern looks for, each value once."""
    return list(dict.fromkeys(of_pattern(*one) for one in literals(pattern)))


def _looks(pattern: str, lang: str) -> list[dict[str, Any]]:
    try:
        return [{"depth": line.depth, "said": line.said} for line in pattern_words(parse(pattern), lang)]
    except PatternError:
        return []


def _whose(one: Any, titles: Mapping[str, str], left: Decay, lang: str) -> dict[str, Any]:
    return {
        "source": titles.get(one.summary.source, one.summary.source),
        "origin": one.summary.origin,
        "changed": when(one.summary.modified, lang) if one.summary.modified and not one.restricted else None,
        "marking": one.effective_marking,
        "score": number(lang, left.score),
        "state": left.state,
        "revoked": one.summary.revoked,
    }


def _warnings(desk: Desk, pattern: str, lang: str) -> list[dict[str, str]]:
    lists = kept_lists(desk)
    found = []
    for kind, value in dict.fromkeys(of_pattern(*one) for one in literals(pattern)):
        found += [{"value": value, "said": hit(one, lang), "category": one.category} for one in lists.look(kind, value)]  # fmt: skip
    return found


def _told(shown: Shown) -> list[dict[str, str]]:
    """Return what tells of an indicator: the reports (a MISP event is one), groupings and incidents that name it."""
    return [
        {"href": f"/objects/{one.id}", "name": one.name or one.id, "type": one.type}
        for one in shown.referred_by
        if one.type in TELLING
    ]


def _seen(found: tuple[Sighting, ...], titles: Mapping[str, str], lang: str) -> dict[str, Any]:
    step, drawn = bars(found)
    highest = max((bar.count for bar in drawn), default=0)
    return {
        "step": text(lang, STEPS[step]),
        "bars": [_bar(bar, n, highest, lang) for n, bar in enumerate(drawn)],
        "width": max(120, 14 * len(drawn)),
        "height": HEIGHT,
        "highest": number(lang, highest),
        "total": number(lang, sum(one.count for one in found)),
        "first": drawn[0].date if drawn else "",
        "last": drawn[-1].date if drawn else "",
        "rows": [
            {
                "href": f"/objects/{one.id}",
                "source": titles.get(one.source, one.source),
                "count": number(lang, one.count),
                "first": when(one.first, lang),
                "last": when(one.last, lang),
                "words": one.words,
                "none": one.count == 0,
            }
            for one in found[:LISTED]
        ],
    }


def _bar(bar: Bar, n: int, highest: int, lang: str) -> dict[str, Any]:
    height = round(HEIGHT * bar.count / highest) if bar.count else 0
    return {
        "x": 14 * n,
        "y": HEIGHT - max(2, height) if bar.count else HEIGHT - 1,
        "height": max(2, height) if bar.count else 1,
        "empty": not bar.count,
        "said": text(lang, _("{date}: {count} by {sources}"), date=bar.date, count=number(lang, bar.count), sources=number(lang, bar.sources)),
    }  # fmt: skip


def _ground(desk: Desk, actor: Actor, stix_id: str, found: Correlations) -> Shared:
    """Return what stands on the same things as an object and as the observables of its own values."""
    same = [one.line.id for one in found.neighbours if one.reason in ("same", "certificate")]
    return standing(desk, actor, [stix_id, *same[:5]])


def _standing(found: Shared, titles: Mapping[str, str], lang: str) -> dict[str, Any]:
    return {
        "rows": [
            {
                "href": href(one.other.id),
                "name": one.other.name,
                "type": one.other.type,
                "ground": one.ground.name,
                "ground_href": href(one.ground.id),
                "source": titles.get(one.other.source, one.other.source),
            }
            for one in found.standing[:LISTED]
        ],
        "crowded": [
            text(lang, _("{name}: more than {bound} stand on it, so that it tells nothing."), name=one.ground.name, bound=one.bound)
            for one in found.crowded
        ],
    }  # fmt: skip


def _techniques(around: Graph, stix_id: str) -> list[dict[str, Any]]:
    named = {node.id: node for node in around.nodes}
    found = []
    for edge in around.edges:
        other = edge.end if edge.start == stix_id else edge.start
        node = named.get(other)
        if node is not None and node.type in ("attack-pattern", "malware", "tool", "intrusion-set", "threat-actor", "campaign"):  # fmt: skip
            found.append(
                {"href": f"/objects/{other}", "name": node.name, "type": node.type, "label": edge.label}
            )
    return found


def _tags(desk: Desk, labels: Sequence[str]) -> dict[str, Any]:
    """Return its tags, each in the words of a taxonomy that is kept, and those that exclude each other."""
    known = taxonomies_held(desk)
    said = {one.tag: one for one in meanings(known, labels)}
    return {
        "rows": [
            {"tag": tag, "words": said[tag].words if tag in said else "", "taxonomy": said[tag].taxonomy if tag in said else "",
             "description": said[tag].description if tag in said else ""} for tag in dict.fromkeys(labels)
        ],
        "against": [", ".join(one) for one in excluding(known, labels)],
    }  # fmt: skip


def _said_sectors(desk: Desk, actor: Actor, around: Graph) -> list[str]:
    """Return the sectors of the identities that an object is connected with."""
    found: list[str] = []
    for node in [node for node in around.nodes if node.type == "identity"][:5]:
        for one in show(desk, actor, node.id).statements:
            found += [str(sector) for sector in one.value.get("sectors", ())]
    return found


def _fields(fields: Iterable[Any], titles: Mapping[str, str], lang: str) -> list[dict[str, Any]]:
    return [
        {
            "name": field.name,
            "said": [
                {
                    "source": one.source,
                    "title": titles.get(one.source, one.source),
                    "value": _plain(one.value),
                    "shown": one.source == field.shown,
                }
                for one in field.said
            ],
            "why": text(lang, WHYS[field.why], by=field.by, reason=field.reason),
            "chosen": field.why == "chosen",
        }
        for field in fields
        if field.differs
    ]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_plain(held)}" for name, held in value.items())
    return str(value)[:500]


def _markings(
    shown: Shown, met: Iterable[Sighting], found: Correlations, around: Graph, ground: Shared
) -> tuple[tuple[str, ...], ...]:
    return (
        *(tuple({*one.effective_marking, *one.full_marking}) for one in shown.statements),
        *(one.marking for one in met),
        *(one.marking for one in found.neighbours),
        *(one.marking for one in around.nodes),
        *(one.marking for one in around.edges),
        *(one.marking for one in shown.referred_by if one.type in TELLING),
        *(one.marking for one in ground.standing),
        *(one.ground.marking for one in ground.crowded),
    )
