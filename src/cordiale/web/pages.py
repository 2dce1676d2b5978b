"""What each page shows, from the answers of the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
import orjson

from cordiale.desk import verbs
from cordiale.desk.actor import VERBS, Actor
from cordiale.desk.answers import AttachmentView, Chip, PartnerView, Reason, Shown, Statement, Summary
from cordiale.desk.desk import Desk
from cordiale.desk.display import Show, display
from cordiale.desk.tables import warning_of
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, instant, ntext, number, text
from cordiale.web.fields import Reading, rows, title
from cordiale.web.labels import type_label
from cordiale.web.marks import banner, chips, unmarked

PAGE: Final = 50
TRANSLATIONS: Final = 8
"""Most language-content objects read for one page."""

FORMS: Final = {
    "verbatim": ("verbatim", _("released")),
    "released": ("verbatim", _("released")),
    "tear-line": ("tear-line", _("tear-line")),
    "tear_line": ("tear-line", _("tear-line")),
    "recalled": ("recalled", _("recalled")),
    "withheld": ("withheld", _("withheld")),
}
WHOLE: Final = {
    "verbatim": _("Released as it is."),
    "tear-line": _("Released as a tear-line: part of it stays here."),
    "recalled": _("Recalled: the partner was asked to remove it."),
    "withheld": _("Withheld."),
}
STATES: Final = {
    "invited": _("invited, words not compared yet"),
    "confirmed": _("confirmed"),
    "suspended": _("suspended"),
    "compromised": _("its key was in other hands"),
    "leaving": _("leaving"),
    "left": _("has left"),
}
DELAYS: Final = {
    "acknowledged": _("to them {ms} ms, 99 of 100 within {most} ms"),
    "visible": _("from them {ms} ms, 99 of 100 within {most} ms"),
}
"""Measured stage → what the page of partners says of it."""

LINKS: Final = {
    "new": _("not connected yet"),
    "up": _("link up"),
    "down": _("link down"),
    "refused": _("the partner refuses our requests"),
    "garbage": _("the partner's answers cannot be read"),
    "clock": _("the clocks differ too much"),
    "rejoin": _("closed until partner rejoin"),
    "missing": _("entries have not arrived"),
    "upgrade": _("one side has to be upgraded"),
    "key": _("shows another TLS key"),
    "plain": _("its address is not encrypted"),
}


DOUBT: Final = _("In doubt: it came from {partners} while their key may have been in other hands.")


class When(msgspec.Struct, frozen=True):
    """An instant: as the language writes it, and exactly."""

    text: str
    exact: str


class PartnerChip(msgspec.Struct, frozen=True):
    """One partner beside an object: what it has, and why, in a sentence."""

    partner: str
    style: str
    word: str
    sentence: str
    rule: str
    since: When | None


def when(us: Instant | None, lang: str) -> When | None:
    """Return an instant (microseconds) for a page."""
    return When(instant(lang, us), format_instant(us)) if us is not None else None


def href(stix_id: str) -> str:
    """Return the address of an object's page."""
    return f"/objects/{quote(stix_id, safe='')}"


def sentence(reason: Reason | None, lang: str) -> str:
    """Write a reason in the reader's language."""
    return text(lang, reason.message_id, **reason.params) if reason is not None else ""


def partner_chip(chip: Chip, lang: str, titles: Mapping[str, str]) -> PartnerChip:
    """Return what the page says about one partner; `titles` are what partners are called."""
    taken_back = chip.reason is not None and chip.reason.code == "recalled"
    style, word = FORMS.get("recalled" if taken_back else chip.form, ("withheld", chip.form))
    why = sentence(chip.reason, lang)
    said = text(lang, WHOLE[style])
    return PartnerChip(
        partner=titles.get(chip.partner, chip.partner),
        style=style,
        word=text(lang, word),
        sentence=why if style == "withheld" and why else f"{said} {why}".strip(),
        rule=(chip.reason.rule or "") if chip.reason else "",
        since=when(chip.released_at, lang),
    )


def objects(desk: Desk, actor: Actor, lang: str, *, q: str, kind: str, after: str) -> dict[str, Any]:
    """Return the object list: one page, newest first, with counts by type."""
    page = verbs.search(
        desk, actor, q, lang=lang, type=kind or None, after=after or None, limit=PAGE, partners=True
    )
    counts = verbs.counts(desk, actor)
    titles, show = _titles(desk, actor), display(desk, actor, lang)
    shown = [_line(item, lang, titles, show) for item in page.items]
    query = {"q": q, "type": kind}
    return {
        "q": q,
        "chosen": kind,
        "types": _types(counts, lang, q=q, chosen=kind),
        "total": sum(counts.values()),
        "all_href": _address(q=q),
        "rows": shown,
        "shared": any(row["partners"] for row in shown),
        "next_href": _address(**query, after=page.next) if page.next else None,
        "banner": banner((item.marking for item in page.items), show, lang),
    }


def today(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return the first page: what is held, what came last, the links."""
    counts = verbs.counts(desk, actor)
    page = verbs.search(desk, actor, "", lang=lang, limit=12)
    titles, show = _titles(desk, actor), display(desk, actor, lang)
    return {
        "types": _types(counts, lang),
        "rows": [_line(item, lang, titles, show) for item in page.items],
        "partners": [_partner(p, lang) for p in verbs.partner_list(desk, actor)],
        "banner": banner((item.marking for item in page.items), show, lang),
    }


def one_object(desk: Desk, actor: Actor, lang: str, stix_id: str) -> dict[str, Any]:
    """Return an object's page. Raises NotFound alike for what is absent and what the reader may not see."""
    shown: Shown = verbs.show(desk, actor, stix_id)
    known = {
        r.id: (r.name or _short(r.id, r.type, lang), href(r.id))
        for r in (*shown.refers_to, *shown.referred_by)
    }
    titles, show = _titles(desk, actor), display(desk, actor, lang)
    sources = {s.summary.source for s in shown.statements}  # they said it: nothing is released to them
    translated = _translations(desk, actor, shown)
    first = shown.statements[0]
    reading = _reading(first, lang, known, translated)
    name, name_lang = title(first.value, reading, first.summary.name or stix_id)
    marking = {atom for s in shown.statements for atom in s.effective_marking}
    on_page = [s.full_marking for s in shown.statements] + [s.effective_marking for s in shown.statements]
    on_page += [a.marking for a in shown.attachments]
    on_page += [r.marking for r in (*shown.refers_to, *shown.referred_by)]
    return {
        "id": stix_id,
        "title": name,
        "title_lang": name_lang if name_lang and name_lang[:2] != lang[:2] else None,
        "type": type_label(first.summary.type, lang),
        "chips": chips(marking, show),
        "partners": [partner_chip(c, lang, titles) for c in shown.partners if c.partner not in sources],
        "statements": [
            _statement(s, lang, _reading(s, lang, known, translated), titles, show) for s in shown.statements
        ],
        "attachments": [_attachment(a, lang, show) for a in shown.attachments],
        "referred_by": _references(shown.referred_by, lang),
        "banner": banner(on_page, show, lang),
    }


def partners(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return the partners with the state of each link, and of the equivalences it rests on."""
    unsigned = verbs.tables(desk, actor) if actor.roles.intersection(VERBS["preview"]) else {}
    warned = {
        name: [warning for t in tables if (warning := warning_of(t))] for name, tables in unsigned.items()
    }
    return {
        "partners": [
            _partner(p, lang) | {"warnings": [sentence(w, lang) for w in warned.get(p.name, ())]}
            for p in verbs.partner_list(desk, actor)
        ],
        "banner": unmarked(lang),
    }


def release(desk: Desk, actor: Actor, lang: str) -> dict[str, Any]:
    """Return, for each partner, what it sees now and why not the rest."""
    found = []
    titles, show = _titles(desk, actor), display(desk, actor, lang)
    names: dict[str, str] = {}
    named: set[tuple[str, ...]] = set()
    previews = verbs.preview(desk, actor)
    for stix_id in {i for p in previews for w in p.reasons for i in w.examples}:
        line = _summary(desk, actor, stix_id)
        if line is not None:
            names[stix_id] = line.name
            named.add(line.marking)
    for p in previews:
        gone = ntext(lang, _("{n} object of {total} is released."), _("{n} objects of {total} are released."),
                     p.verbatim + p.tear_lines, total=number(lang, p.total))  # fmt: skip
        waits = ntext(
            lang, _("{n} waits for an officer's act."), _("{n} wait for an officer's act."), p.awaiting_act
        )
        reasons = [
            {
                "count": w.count,
                "sentence": sentence(w.reason, lang),
                "examples": [
                    {"href": href(i), "name": names.get(i) or _short(i, i.partition("--")[0], lang)}
                    for i in w.examples
                ],
            }
            for w in p.reasons
        ]
        found.append(
            {
                "partner": titles.get(p.partner, p.partner),
                "sentence": f"{gone} {waits}" if p.awaiting_act else gone,
                "verbatim": p.verbatim,
                "tear_lines": p.tear_lines,
                "reasons": reasons,
            }
        )
    return {"previews": found, "banner": banner(named, show, lang)}


def _summary(desk: Desk, actor: Actor, stix_id: str) -> Summary | None:
    """Return an object's line in a list, None for what the reader may not see."""
    try:
        shown: Shown = verbs.show(desk, actor, stix_id)
    except NotFound:
        return None
    return shown.statements[0].summary


def _types(counts: dict[str, int], lang: str, *, q: str = "", chosen: str = "") -> list[dict[str, Any]]:
    known = [
        {"label": type_label(k, lang), "count": n, "href": _address(q=q, type=k), "chosen": k == chosen}
        for k, n in counts.items()
        if n and k != "marking-definition"
    ]
    return sorted(known, key=lambda t: str(t["label"]).casefold())


def _address(**query: str) -> str:
    chosen = {k: v for k, v in query.items() if v}
    return "/objects" + (f"?{urlencode(chosen)}" if chosen else "")


def _line(item: Summary, lang: str, titles: Mapping[str, str], show: Show) -> dict[str, Any]:
    source = titles.get(item.source, item.source)
    return {
        "href": href(item.id),
        "name": item.name or _short(item.id, item.type, lang),
        "type": type_label(item.type, lang),
        "chips": chips(item.marking, show),
        "source": text(lang, _("{source}, tear-line"), source=source) if item.origin == "derived" else source,
        "modified": when(item.modified, lang),
        "received": when(item.received, lang),
        "partners": [partner_chip(c, lang, titles) for c in item.partners],
    }


def _short(stix_id: str, kind: str, lang: str) -> str:
    """Return what to call what has no name: its type and the first digits of its id."""
    return f"{type_label(kind, lang)} {stix_id.rpartition('--')[2][:8]}"


def _translations(desk: Desk, actor: Actor, shown: Shown) -> dict[str, tuple[dict[str, Any], str | None]]:
    """Return language → (texts by property, version translated) of the translations the reader may see."""
    found: dict[str, tuple[dict[str, Any], str | None]] = {}
    ids = [r.id for r in shown.referred_by if r.type == "language-content"][:TRANSLATIONS]
    for stix_id in ids:
        try:
            value = verbs.show(desk, actor, stix_id).statements[0].value
        except NotFound:
            continue
        contents = value.get("contents")
        if value.get("object_ref") == shown.id and isinstance(contents, dict):
            for lang, texts in contents.items():
                if isinstance(texts, dict):
                    found[lang] = (texts, value.get("object_modified"))
    return found


def _reading(
    s: Statement,
    lang: str,
    known: dict[str, tuple[str, str]],
    translated: dict[str, tuple[dict[str, Any], str | None]],
) -> Reading:
    versions = {v for _texts, v in translated.values() if v}
    return Reading(
        lang=lang,
        resolve=known.get,
        translations={k: texts for k, (texts, _v) in translated.items()},
        original=s.value.get("lang") or ("en" if translated else None),
        stale=bool(versions) and s.value.get("modified") not in versions,
    )


def _statement(
    s: Statement, lang: str, reading: Reading, titles: Mapping[str, str], show: Show
) -> dict[str, Any]:
    count = ntext(lang, _("{n} version"), _("{n} versions"), s.versions)
    received = instant(lang, s.summary.received)
    heading = {
        "local": _("Stated here ({source})"),
        "derived": _("Derived here ({source})"),
    }.get(s.summary.origin, _("Stated by {source}"))
    return {
        "heading": text(lang, heading, source=titles.get(s.summary.source, s.summary.source)),
        "note": text(lang, _("{versions}, received {when}"), versions=count, when=received),
        "doubt": text(lang, DOUBT, partners=", ".join(s.doubtful)) if s.doubtful else "",
        "chips": chips(s.full_marking, show),
        "rows": rows(s.value, reading),
        "technical": rows(s.value, reading, technical=True),
        "raw": orjson.dumps(s.value, option=orjson.OPT_INDENT_2).decode(),
    }


def _attachment(a: AttachmentView, lang: str, show: Show) -> dict[str, Any]:
    return {
        "href": f"{href(a.object_id)}/files/{a.sha256}" if a.held else None,
        "name": a.name,
        "media_type": a.media_type,
        "size": text(lang, _("{size} kB"), size=number(lang, max(1, round(a.size / 1000)))),
        "chips": chips(a.marking, show),
    }


def _references(found: Iterable[Any], lang: str) -> list[dict[str, str]]:
    return [
        {
            "href": href(r.id),
            "name": r.name or _short(r.id, r.type, lang),
            "type": type_label(r.type, lang),
            "path": r.path,
        }
        for r in found
    ]


def _partner(p: PartnerView, lang: str) -> dict[str, Any]:
    words = p.words_fr if lang[:2] == "fr" and p.words_fr else p.words
    state = text(lang, STATES.get(p.state, p.state))
    link = text(lang, LINKS.get(p.link, p.link))
    return {
        "name": p.title or p.name,
        "nation": p.nation,
        "state": f"{state}, {link}" if p.state == "confirmed" else state,
        "problem": text(lang, p.last_error, **p.error_params) if p.last_error else "",
        "contact": when(p.last_contact, lang),
        "sent": p.sent,
        "received": p.received,
        "latency": [
            text(
                lang,
                sentence,
                ms=number(lang, round(one.p50_us / 1000)),
                most=number(lang, round(one.p99_us / 1000)),
            )
            for stage, sentence in DELAYS.items()
            if (one := p.latency.get(stage)) is not None
        ],
        "words": " ".join(words),
    }


def _titles(desk: Desk, actor: Actor) -> dict[str, str]:
    """Return what nodes are called: this one and its partners."""
    own = desk.settings.node
    found = {p.name: p.title or p.name for p in verbs.partner_list(desk, actor)}
    return {**found, own.name: own.title or own.name}
