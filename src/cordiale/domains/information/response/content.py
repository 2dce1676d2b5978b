"""What a response consists of: measures with owner and deadline, an embargo, beside the text in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal, get_args

import msgspec

from cordiale.joint.moment import MINUTE, at, stamp
from cordiale.joint.revision import Text
from cordiale.joint.words import Words
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _

Kind = Literal[
    "statement", "imputation", "attribution", "diplomatic", "referral", "exposure", "sanctions", "other"
]
KINDS: Final[tuple[str, ...]] = get_args(Kind)

KIND_WORDS: Final[dict[str, str]] = {
    "statement": _("Statement"),
    "imputation": _("Technical imputation"),
    "attribution": _("Political attribution"),
    "diplomatic": _("Diplomatic step"),
    "referral": _("Platform referral"),
    "exposure": _("Exposure"),
    "sanctions": _("Sanctions proposal"),
    "other": _("Other measure"),
}
"""What was found by technical means (imputation) and whom a government holds responsible (attribution) stay two measures."""


EMPTY: Final = """\
# deadline = 2026-12-01T16:00:00Z   # until when members take their positions
# embargo = 2026-12-02T09:00:00Z    # nobody publishes before, to the minute

[en]
title = ""
body = '''
'''

[fr]
title = ""
body = '''
'''

# One for each measure: statement, imputation (technical), attribution (political), diplomatic, referral, exposure, sanctions, other.
# [[measures]]
# kind = "referral"
# owner = "node"
# due = 2026-12-15
# en = ""
# fr = ""
"""
"""A draft to fill in."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: what is done, by which member, by when (STIX instant, empty for no date)."""

    kind: Kind
    owner: str
    words: Words
    due: str = ""


class Content(msgspec.Struct, frozen=True):
    """The part of a revision that is the field's own; `embargo` is a whole minute, empty for none."""

    measures: tuple[Measure, ...] = ()
    embargo: str = ""

    @property
    def embargo_at(self) -> int | None:
        """Return the instant before which nothing of it is published, in microseconds."""
        return at(self.embargo)


class Draft(msgspec.Struct, frozen=True):
    """A response as its author writes it in a file, to be put to the members."""

    en: Text
    fr: Text
    content: Content
    deadline: int | None


def content_of(said: Mapping[str, Any]) -> Content:
    """Return the content of a revision; empty where it is not of this field's form."""
    try:
        return msgspec.convert(said, Content)
    except msgspec.ValidationError:
        return Content()


def read_draft(data: bytes, origin: str) -> Draft:
    """Read a draft (TOML: `[en]`, `[fr]`, `[[measures]]`, `embargo`, `deadline`); raises InputError naming what is wrong."""
    try:
        written = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            "draft-form", _("{file} is not TOML in UTF-8: {words}."), file=origin, words=str(error)[:200]
        ) from error
    measures = []
    rows = written.get("measures", [])
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        measures.append(_measure(row if isinstance(row, dict) else {}, number, origin))
    embargo = _instant(written.get("embargo"), "embargo", origin)
    if embargo is not None and embargo % MINUTE:
        raise InputError("draft-minute", _("{file}: an embargo ends at a whole minute."), file=origin)
    return Draft(
        en=_text(written, "en", origin),
        fr=_text(written, "fr", origin),
        content=Content(tuple(measures), stamp(embargo) if embargo is not None else ""),
        deadline=_instant(written.get("deadline"), "deadline", origin),
    )


def _text(written: Mapping[str, Any], lang: str, origin: str) -> Text:
    found = written.get(lang)
    title, body = (found.get("title"), found.get("body")) if isinstance(found, dict) else (None, None)
    if not isinstance(title, str) or not isinstance(body, str) or not title.strip() or not body.strip():
        raise InputError(
            "draft-language", _("{file}: [{lang}] needs a title and a body: both languages go together."), file=origin, lang=lang
        )  # fmt: skip
    return Text(title.strip(), body.strip())


def _measure(row: Mapping[str, Any], number: int, origin: str) -> Measure:
    due = _instant(row.get("due"), f"measures.{number}.due", origin)
    words = Words(str(row.get("en", "")).strip(), str(row.get("fr", "")).strip())
    kind, owner = row.get("kind"), row.get("owner")
    if kind not in KINDS:
        raise InputError(
            "draft-kind",
            _("{file}, measure {number}: kind is one of {known}."),
            file=origin,
            number=number,
            known=", ".join(KINDS),
        )
    if not isinstance(owner, str) or not owner or not words.both:
        raise InputError(
            "draft-measure",
            _(
                "{file}, measure {number}: write the owner, and what is done in English (en) and in French (fr)."
            ),
            file=origin,
            number=number,
        )
    return Measure(kind=kind, owner=owner, words=words, due=stamp(due) if due is not None else "")


def _instant(value: Any, name: str, origin: str) -> int | None:
    """Read an instant as TOML or as text has it; a day without a time is its beginning, a time without a zone UTC."""
    if value is None or value == "":
        return None
    found: int | None = None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(), UTC)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        found = round(aware.timestamp() * 1_000_000)
    elif isinstance(value, str):
        found = at(value)
    if found is None:
        raise InputError(
            "draft-instant", _("{file}: {name} is not an instant such as 2026-12-01T09:00:00Z."), file=origin, name=name
        )  # fmt: skip
    return found
