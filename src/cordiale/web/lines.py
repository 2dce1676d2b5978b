"""What many pages show alike: instants, names, partners beside an object, one object as a line of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import msgspec

from cordiale.desk import verbs
from cordiale.desk.actor import Actor
from cordiale.desk.answers import Chip, Reason, ReferenceView, Summary
from cordiale.desk.desk import Desk
from cordiale.desk.outgoing.preview import AWAITING
from cordiale.desk.views.display import Show
from cordiale.desk.views.ends import Tie
from cordiale.platform.clock import Instant, format_instant
from cordiale.platform.languages import _, brief_instant, instant, text
from cordiale.stix.relation_words import relation_word
from cordiale.web.labels import path_label, type_label
from cordiale.web.marks import chips

FORMS: Final = {
    "verbatim": ("verbatim", _("released")),
    "released": ("verbatim", _("released")),
    "tear-line": ("tear-line", _("tear-line")),
    "tear_line": ("tear-line", _("tear-line")),
    "recalled": ("recalled", _("recalled")),
    "withheld": ("withheld", _("withheld")),
    "theirs": ("withheld", _("theirs")),
    "waiting": ("waiting", _("waits for a decision")),
}
WHOLE: Final = {
    "verbatim": _("Released as it is."),
    "tear-line": _("Released as a tear-line: part of it stays here."),
    "recalled": _("Recalled: the partner was asked to remove it."),
    "withheld": _("Withheld."),
}


ARROW: Final = "→"
"""Between what a relationship ties together and how."""

INSTANTS: Final = ("created", "modified", "received")

_ID: Final = re.compile(r"[a-z0-9-]+--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class When(msgspec.Struct, frozen=True):
    """An instant: as the language writes it, shortly for a list whose head says the zone, and exactly."""

    text: str
    exact: str
    brief: str = ""


class PartnerChip(msgspec.Struct, frozen=True):
    """One partner beside an object: what it has, and why, in a sentence."""

    partner: str
    style: str
    word: str
    sentence: str
    rule: str
    since: When | None
    at: Instant = 0


def when(us: Instant | None, lang: str) -> When | None:
    """Return an instant (microseconds) for a page; the epoch is what is written where nobody knows when."""
    return When(instant(lang, us), format_instant(us), brief_instant(lang, us)) if us else None


def href(stix_id: str) -> str:
    """Return the address of an object's page."""
    return f"/objects/{quote(stix_id, safe='')}"


def sentence(reason: Reason | None, lang: str) -> str:
    """Write a reason in the reader's language, an id in it as what has no name is called."""
    if reason is None:
        return ""
    said = {
        name: short(value, value.partition("--")[0], lang)
        if isinstance(value, str) and _ID.fullmatch(value)
        else value
        for name, value in reason.params.items()
    }
    return text(lang, reason.message_id, **said)


def partner_chip(chip: Chip, lang: str, titles: Mapping[str, str]) -> PartnerChip:
    """Return what the page says about one partner; `titles` are what partners are called."""
    code = chip.reason.code if chip.reason is not None else ""
    form = "recalled" if code == "recalled" else "waiting" if code in AWAITING else chip.form
    style, word = FORMS.get(form, ("withheld", chip.form))
    why = sentence(chip.reason, lang)
    said = text(lang, WHOLE.get(style, WHOLE["withheld"]))
    return PartnerChip(
        partner=titles.get(chip.partner, chip.partner),
        style=style,
        word=text(lang, word),
        sentence=why if style in ("withheld", "waiting") and why else f"{said} {why}".strip(),
        rule=(chip.reason.rule or "") if chip.reason else "",
        since=when(chip.released_at, lang),
        at=chip.released_at or 0,
    )


def who_sees(desk: Desk, actor: Actor, lang: str, stix_id: str) -> list[PartnerChip]:
    """Return what each partner has of an object and why; nothing goes to who stated it. Raises NotFound."""
    shown = verbs.show(desk, actor, stix_id, around=False)
    sources = {s.summary.source for s in shown.statements}
    titles = titles_of(desk, actor)
    return [partner_chip(c, lang, titles) for c in shown.partners if c.partner not in sources]


def line(
    item: Summary,
    lang: str,
    titles: Mapping[str, str],
    show: Show,
    instants: Iterable[str] = INSTANTS,
) -> dict[str, Any]:
    """Return an object as a line of a list, with these of its instants."""
    source = titles.get(item.source, item.source)
    return {
        "id": item.id,
        "href": href(item.id),
        "name": item.name or short(item.id, item.type, lang),
        "original": "",
        "type": type_label(item.type, lang),
        "chips": chips(item.marking, show),
        "source": text(lang, _("{source}, tear-line"), source=source) if item.origin == "derived" else source,
        "partners": [partner_chip(c, lang, titles) for c in item.partners],
        **{name: when(getattr(item, name), lang) for name in instants},
    }


def lines_of(
    desk: Desk,
    actor: Actor,
    items: Sequence[Summary],
    lang: str,
    titles: Mapping[str, str],
    show: Show,
    instants: Iterable[str] = INSTANTS,
) -> list[dict[str, Any]]:
    """Return objects as lines of a list, each called in the reader's language where a translation may be read."""
    ties = verbs.ends(desk, actor, items)
    names = sayings(desk, actor, items, ties, lang, show)
    lines = []
    for item in items:
        shown = line(item, lang, titles, show, instants)
        other = names.get(item.id)
        if other and other != item.name:
            shown |= {"name": other, "original": "" if item.id in ties else shown["name"]}
        lines.append(shown)
    return lines


def sayings(
    desk: Desk,
    actor: Actor,
    items: Iterable[Summary | ReferenceView],
    ties: Mapping[str, Tie],
    lang: str,
    show: Show,
) -> dict[str, str]:
    """Return id → what lines are called in the reader's language; a tie by what it ties together.

    An end that is marked more strictly than the line goes by its type: the line carries its own marking.
    """
    known = list(items)
    ends = {end.id: end for tie in ties.values() for end in tie.ends if end.name}
    names: dict[str, str] = verbs.translated(desk, actor, [*known, *ends.values()], lang) if known else {}
    for item in known:
        if (tie := ties.get(item.id)) is None:
            continue
        own = show(item.marking)
        called = {
            end.id: names.get(end.id) or end.name
            for end in tie.ends
            if end.name and show({*item.marking, *end.marking}) == own
        }
        names[item.id] = said(tie, called, lang)
    return names


def said(tie: Tie, names: Mapping[str, str], lang: str) -> str:
    """Return what a relationship or a sighting says; an end without a name goes by its type."""
    ends = [names.get(end.id) or short(end.id, end.type, lang) for end in tie.ends]
    if len(ends) == 1:
        return text(lang, _("Sighting of {name}"), name=ends[0])
    return f" {ARROW} ".join([ends[0], relation_word(tie.how, lang), *ends[1:]])


def short(stix_id: str, kind: str, lang: str) -> str:
    """Return what to call what has no name: its type and the first digits of its id."""
    return f"{type_label(kind, lang)} {stix_id.rpartition('--')[2][:8]}"


def references(
    found: Iterable[Any], lang: str, names: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Return references as lines that lead to the other object; `names` are better ones than their own."""
    return [
        {
            "href": href(r.id),
            "name": (names or {}).get(r.id) or r.name or short(r.id, r.type, lang),
            "type": type_label(r.type, lang),
            "path": path_label(r.path, lang),
        }
        for r in found
    ]


def titles_of(desk: Desk, actor: Actor) -> dict[str, str]:
    """Return what nodes are called: this one and its partners."""
    own = desk.settings.node
    return {**verbs.partner_titles(desk, actor), own.name: own.title or own.name}
