"""What people do on the pages of responses: open one, put a text, give time, assess, take a position, agree, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from cordiale.desk.domain import Sent
from cordiale.domains.information.response import acts
from cordiale.domains.information.response.content import KINDS, Content, Draft, Measure
from cordiale.domains.information.tabs import ROOT
from cordiale.joint.moment import MINUTE, stamp
from cordiale.joint.revision import Text
from cordiale.joint.sending import Sent as Given
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

GRAVEST: Final = ("withheld", "partner", "officer", "second", "goes")
"""What may become of giving an act to the others, the least done first: that is what the page says."""


MEASURES: Final = 6
"""Measures that the form of a page has room for; more are for the command line."""


def response(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Do what one of the page's forms asks (`act`: assess, position or agree); return the page's address.

    Raises what the acts raise; InputError for a form that asks for nothing known.
    """
    # `act`: assess, position, agree; as the chair propose, extend; publish
    field = {name: value.strip() for name, value in sent.fields.items()}
    of = field.get("id", "")
    match field.get("act"):
        case "assess":
            words = Words(field.get("en", ""), field.get("fr", ""))
            done: Sequence[Given] = acts.assess(
                desk, actor, of, field.get("level", ""), words, confidence=field.get("confidence", "moderate")
            ).sent
        case "position":
            reserve = Words(field.get("footnote_en", ""), field.get("footnote_fr", ""))
            done = acts.stand(desk, actor, of, field.get("position", ""), field.get("hash", ""), reserve).sent
        case "agree":
            printed = [name.removeprefix("print-") for name in sent.fields if name.startswith("print-")]
            done = acts.conclude(
                desk,
                actor,
                of,
                field.get("hash", ""),
                printed=printed,
                parity=field.get("parity", ""),
                because=field.get("because", ""),
            ).sent
        case "propose":
            done = acts.propose(desk, actor, of, drafted(field)).sent
        case "extend":
            done = acts.extend(
                desk, actor, of, field.get("hash", ""), moment(field.get("until", ""), "until") or 0
            ).sent
        case "publish":
            added, _shown = acts.publish(desk, actor, of, field.get("where", ""))
            done = added.sent
        case _:
            raise InputError(
                "response-act", _("The form asks for nothing that is known here: open the page again.")
            )
    state = min((one.state for one in done), key=GRAVEST.index, default="goes")
    return f"{ROOT}response?{urlencode({'id': of, 'told': state})}"


def responses(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Open a response as its chair; return its address. Raises what opening raises."""
    field = {name: value.strip() for name, value in sent.fields.items()}
    opened = acts.open_response(
        desk,
        actor,
        title=Words(field.get("title_en", ""), field.get("title_fr", "")),
        incident=field.get("incident", "").split(),
        members=[name.removeprefix("member-") for name in field if name.startswith("member-")],
        observers=[name.removeprefix("observer-") for name in field if name.startswith("observer-")],
        marking=field.get("marking", ""),
        framework=field.get("framework", ""),
        silence=field.get("silence", "nothing"),
        joins=int(field["joins"]) if field.get("joins", "").isdecimal() else 1,
        due=moment(field.get("due", ""), "due"),
    )
    state = min((one.state for one in opened.sent), key=GRAVEST.index, default="goes")
    return f"{ROOT}response?{urlencode({'id': opened.id, 'told': state})}"


def drafted(field: Mapping[str, str]) -> Draft:
    """Return the draft that the fields of a form write: both texts, up to `MEASURES` measures, deadline, embargo."""
    missing = [
        name for lang in ("en", "fr") for name in (f"title_{lang}", f"body_{lang}") if not field.get(name)
    ]
    if missing:
        raise InputError(
            "revision-language",
            _("A text has a title and words in English and in French: both go together."),
        ).at(missing[0])
    embargo = moment(field.get("embargo", ""), "embargo")
    if embargo is not None and embargo % MINUTE:
        raise InputError("embargo-minute", _("An embargo ends at a whole minute.")).at("embargo")
    measures = tuple(one for number in range(1, MEASURES + 1) if (one := _measure(field, number)) is not None)
    return Draft(
        en=Text(field["title_en"], field["body_en"]),
        fr=Text(field["title_fr"], field["body_fr"]),
        content=Content(measures, stamp(embargo) if embargo is not None else ""),
        deadline=moment(field.get("deadline", ""), "deadline"),
    )


def _measure(field: Mapping[str, str], number: int) -> Measure | None:
    said = Words(field.get(f"measure{number}_en", ""), field.get(f"measure{number}_fr", ""))
    kind = field.get(f"measure{number}_kind", "")
    if not said.en and not said.fr:
        return None
    named = [f"measure{number}_{part}" for part in ("kind", "owner", "en", "fr")]
    if kind not in KINDS or not said.both or not field.get(f"measure{number}_owner"):
        raise InputError(
            "measure-half",
            _("Measure {number}: choose its kind and its owner, and write it in English and in French."),
            number=number,
        ).at(next((name for name in named if not field.get(name)), named[0]))
    due = moment(field.get(f"measure{number}_due", ""), f"measure{number}_due")
    return Measure(
        kind=kind,  # type: ignore[arg-type]
        owner=field[f"measure{number}_owner"],
        words=said,
        due=stamp(due) if due is not None else "",
    )


def moment(written: str, field: str = "") -> int | None:
    """Return the instant of a field, which is in UTC; None for an empty one, InputError for what is none."""
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise InputError(
            "form-instant", _("{words} is no day and time: write 2026-12-01 16:00 (UTC)."), words=written[:40]
        ).at(field) from None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1_000_000)
