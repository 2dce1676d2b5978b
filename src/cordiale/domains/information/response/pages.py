"""The pages of collective responses: a list, and one response with its text, its hash and who stands where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cordiale.desk.actor import may
from cordiale.desk.domain import Page
from cordiale.desk.marking.chosen import summaries
from cordiale.desk.partner.partners import partner_list
from cordiale.domains.information.response.content import KIND_WORDS, Measure
from cordiale.domains.information.response.forms import MEASURES
from cordiale.domains.information.response.printed import LEVEL_WORDS, POSITIONS, STAGES, plain
from cordiale.domains.information.response.standing import (
    CONFIDENCES,
    LEVELS,
    Response,
    Said,
    TextView,
    key_of,
)
from cordiale.domains.information.response.standing import response as read_one
from cordiale.domains.information.response.standing import responses as read_all
from cordiale.domains.information.tabs import tabs
from cordiale.joint.position import STANDS
from cordiale.joint.revision import Text
from cordiale.platform.clock import format_instant
from cordiale.platform.errors import NotFound
from cordiale.platform.languages import _, brief_instant, instant, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk
    from cordiale.joint.tally import Given
    from cordiale.joint.task import TaskView

TEMPLATES: Final = Path(__file__).parent / "templates"
ADDRESS: Final = "/domains/information/response?id="

HERE: Final = {"chair": _("chair"), "member": _("member"), "observer": _("observer")}
LOOKS: Final = {"join": "good", "join-with-footnote": "good", "object": "bad"}
"""Looks of a standing; the word says it, the colour only helps."""

PROOFS: Final = {
    "signed": _("signed"),
    "unknown-key": _("signed by a key that is not known here"),
    "word-of": _("by the chair's word"),
}
DOING: Final = {
    "open": _("to do"),
    "under-way": _("under way"),
    "done": _("done"),
    "dropped": _("dropped"),
}


TOLD: Final = {
    "goes": _("Done: the others are told with the next exchange."),
    "officer": _("Done here. A release officer of this node has to let it go to the others."),
    "second": _("Done here. A second officer has to confirm that it goes to the others."),
    "withheld": _("Done here, and not given to everybody: see the object for what keeps it back."),
    "partner": _("Done here, and not given to everybody: somebody named is no partner of this node now."),
}
"""What the page says after an act, by what became of giving it to the others."""

TYPED: Final = (
    "position",
    "footnote_en",
    "footnote_fr",
    "parity",
    "because",
    "en",
    "fr",
    "level",
    "confidence",
)


class When(msgspec.Struct, frozen=True):
    """An instant as a page writes it."""

    text: str
    brief: str
    exact: str


def responses(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return the list of collective responses, and what one is where there is none."""
    found = read_all(desk, actor)
    rows = [
        {
            "href": ADDRESS + one.id,
            "title": one.title.said(lang),
            "chair": one.chair,
            "here": text(lang, HERE[one.here]),
            "stage": text(lang, STAGES[one.stage]),
            "number": one.number,
            "deadline": when(one.deadline, lang),
            "ours": text(lang, POSITIONS[one.ours]) if one.ours else "",
            "look": LOOKS.get(one.ours, ""),
        }
        for one in found
    ]
    values = {
        "rows": rows,
        "tabs": tabs(actor, "responses", lang),
        "may": may(actor, "case"),
        "problem": query.get("problem", ""),
        "typed": defaultdict(str, query),
        "partners": [one.name for one in partner_list(desk, actor)] if may(actor, "partner-list") else [],
    }
    return Page(TEMPLATES / "responses.html", values, tuple(one.marking for one in found))


def response(desk: Desk, actor: Actor, lang: str, query: Mapping[str, str]) -> Page:
    """Return one response: who stands where, the hash, the deadline, the reserves, and what came of it."""
    found = read_one(desk, actor, query.get("id", ""))
    current = found.text
    mine = next((one for one in found.stands if one.node == desk.node), None)
    open_ = found.stage != "closed"
    values: dict[str, Any] = {
        "title": found.title.said(lang),
        "other_title": (found.title.en if lang.startswith("fr") else found.title.fr),
        "other_lang": "en" if lang.startswith("fr") else "fr",
        "tabs": tabs(actor, "responses", lang),
        "id": found.id,
        "problem": query.get("problem", ""),
        "told": text(lang, TOLD[query["told"]]) if query.get("told") in TOLD else "",
        "typed": {name: query.get(name, "") for name in TYPED},
        "may_propose": open_ and may(actor, "case") and found.here == "chair",
        "may_extend": open_ and may(actor, "case") and found.here == "chair" and found.stage == "positions" and current is not None and current.deadline is not None,
        "may_publish": open_ and may(actor, "case") and found.here != "observer" and found.stage in ("agreed", "published"),
        "draft": _draft(current, query),
        "members": found.members,
        "measure_kinds": [{"word": word, "label": text(lang, label)} for word, label in KIND_WORDS.items()],
        "may_stand": open_ and may(actor, "position") and found.here != "observer" and found.stage == "positions",
        "may_assess": open_ and may(actor, "case") and found.here != "observer",
        "may_agree": open_ and may(actor, "agree") and found.here == "chair" and _agreeable(found),
        "choices": [{"word": word, "label": text(lang, POSITIONS[word])} for word in STANDS],
        "levels": [{"word": word, "label": text(lang, LEVEL_WORDS[word])} for word in LEVELS],
        "confidences": [{"word": word, "label": text(lang, LEVEL_WORDS[word])} for word in CONFIDENCES],
        "objectors": [one.node for one in found.stands if one.position == "object" and one.footnote.both],
        "acting_as": actor.name,
        "stage": text(lang, STAGES[found.stage]),
        "stage_key": found.stage,
        "chair": found.chair,
        "here": text(lang, HERE[found.here]),
        "observers": found.observers,
        "framework": found.framework.name.said(lang),
        "silence": found.framework.silence == "assent",
        "joins": found.framework.joins,
        "joined": found.joined,
        "due": when(found.due, lang),
        "objects": [_named(desk, actor, one) for one in found.objects],
        "text": _text(current, lang) if current else None,
        "stands": [_stand(one, lang) for one in found.stands],
        "reserves": [{"number": one.number, "node": one.node, "en": one.words.en, "fr": one.words.fr} for one in found.reserves],
        "blocking": [text(lang, one.message_id, **one.params) for one in found.blocking],
        "asked": mine is not None and mine.position == "waiting" and found.here != "observer",
        "short": found.id.partition("--")[2][:8],
        "agreed": _agreed(found, lang),
        "measures": _measures(found, lang),
        "threshold": _threshold(found, lang),
        "assessments": [_assessment(one, lang) for one in found.assessments],
        "options": [_said(one, lang) for one in found.options],
        "published": [{"node": one.node, "at": when(one.at, lang), "where": one.where, "minutes": one.minutes} for one in found.published],
        "effects": [_said(one, lang) for one in found.effects],
        "lessons": [_said(one, lang) for one in found.lessons],
        "earlier": [{"number": one.number, "hash": one.hash, "title": (one.fr if lang.startswith("fr") else one.en).title} for one in found.earlier],
    }  # fmt: skip
    return Page(TEMPLATES / "response.html", values, (found.governed,))


def _draft(current: TextView | None, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form of a new text holds: what was typed, else the text that stands."""
    typed = query.get("act") == "propose"
    en, fr = (current.en, current.fr) if current else (Text("", ""), Text("", ""))
    before = {"title_en": en.title, "body_en": en.body, "title_fr": fr.title, "body_fr": fr.body}
    measures = current.content.measures if current else ()
    for number, one in enumerate(measures[:MEASURES], 1):
        before |= {f"measure{number}_kind": one.kind, f"measure{number}_owner": one.owner, f"measure{number}_en": one.words.en, f"measure{number}_fr": one.words.fr, f"measure{number}_due": one.due[:10]}  # fmt: skip
    if current and current.content.embargo:
        before["embargo"] = current.content.embargo[:16].replace("T", " ")
    return {
        "open": typed,
        "field": defaultdict(str, query if typed else before),
        "numbers": range(1, MEASURES + 1),
    }


def when(at: int | None, lang: str) -> When | None:
    """Return an instant as a page writes it, None for none."""
    return None if at is None else When(instant(lang, at), brief_instant(lang, at), format_instant(at))


def _agreeable(found: Response) -> bool:
    """Tell whether nothing is in the way of an agreement but objections that may be printed."""
    printable = {one.node for one in found.stands if one.position == "object" and one.footnote.both}
    left = [
        one for one in found.blocking if one.code != "objection" or one.params.get("node") not in printable
    ]
    return found.stage == "positions" and not left


def _named(desk: Desk, actor: Actor, identifier: str) -> dict[str, str]:
    """Return an object's name and address; its bare id where the reader may not see it."""
    try:
        (line,) = summaries(desk, actor, [identifier])
    except NotFound:
        return {"name": identifier, "href": ""}
    return {"name": line.name or identifier, "href": f"/objects/{identifier}"}


def _text(one: TextView, lang: str) -> dict[str, Any]:
    sides = [("en", one.en), ("fr", one.fr)]
    if lang.startswith("fr"):
        sides.reverse()
    return {
        "number": one.number,
        "hash": one.hash,
        "deadline": when(one.deadline, lang),
        "over": one.over,
        "embargo": when(one.content.embargo_at, lang),
        "sides": [
            {"lang": code, "title": said.title, "paragraphs": said.body.split("\n\n")} for code, said in sides
        ],
    }


def _stand(one: Given, lang: str) -> dict[str, Any]:
    return {
        "node": one.node,
        "word": text(lang, POSITIONS[one.position]),
        "look": LOOKS.get(one.position, ""),
        "at": when(one.at, lang),
        "proof": text(lang, PROOFS[one.proof]) if one.proof in PROOFS else "",
        "doubt": one.proof not in ("", "signed"),
        "en": one.footnote.en,
        "fr": one.footnote.fr,
    }


def _agreed(found: Response, lang: str) -> dict[str, Any] | None:
    record = found.agreed
    if record is None:
        return None
    return {
        "number": record.number,
        "hash": record.revision,
        "at": when(record.at, lang),
        "proof": text(lang, PROOFS[record.proof]),
        "stands": [_stand(one, lang) for one in record.stands],
        "silent": record.silent,
        "unanswered": record.unanswered,
        "printed": record.printed,
        "parity": record.parity,
        "dropped": record.dropped,
        "now": found.text is not None and record.revision == found.text.hash,
    }


def _measures(found: Response, lang: str) -> list[dict[str, Any]]:
    """Return the measures as they are followed once agreed; before that, as the text puts them."""
    if found.measures:
        return [_followed(one, lang) for one in found.measures]
    if found.text is None:
        return []
    number = found.text.number
    return [_planned(one, key_of(number, n), lang) for n, one in enumerate(found.text.content.measures, 1)]


def _followed(one: TaskView, lang: str) -> dict[str, Any]:
    return {
        "key": one.id,
        "kind": text(lang, KIND_WORDS.get(one.kind, KIND_WORDS["other"])),
        "owner": one.owner,
        "words": one.words.said(lang),
        "due": when(one.due, lang),
        "state": text(lang, DOING[one.state]),
        "done": one.state == "done",
        "late": one.late,
        "note": one.note.said(lang),
    }


def _planned(one: Measure, key: str, lang: str) -> dict[str, Any]:
    from cordiale.joint.moment import at

    return {
        "key": key,
        "kind": text(lang, KIND_WORDS[one.kind]),
        "owner": one.owner,
        "words": one.words.said(lang),
        "due": when(at(one.due), lang),
        "state": "",
        "done": False,
        "late": False,
        "note": "",
    }


def _threshold(found: Response, lang: str) -> dict[str, Any] | None:
    if not found.threshold.needed:
        return None
    return {
        "met": found.threshold.met,
        "needed": found.threshold.needed,
        "level": text(lang, LEVEL_WORDS[found.threshold.level]),
        "reached": found.threshold.reached,
    }


def _assessment(one: Any, lang: str) -> dict[str, Any]:
    return {
        "node": one.node,
        "level": text(lang, LEVEL_WORDS[one.level]),
        "confidence": text(lang, LEVEL_WORDS[one.confidence]),
        "words": one.words.said(lang),
        "at": when(one.at, lang),
    }


def _said(one: Said, lang: str) -> dict[str, Any]:
    numbers: Sequence[str] = ()
    if "before" in one.details or "after" in one.details:
        numbers = [plain(one.details.get(name, "–")) for name in ("before", "after")]
    return {
        "node": one.node,
        "words": one.words.said(lang),
        "about": one.about,
        "kind": text(lang, KIND_WORDS.get(str(one.details.get("kind", "")), KIND_WORDS["other"])),
        "numbers": numbers,
        "unit": str(one.details.get("unit", "")),
        "at": when(one.at, lang),
    }
