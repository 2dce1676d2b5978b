"""The agreed text as it is published: words, reserves under it, who stands behind it; in one language."""

from __future__ import annotations

from cordiale.domains.information.response.content import KIND_WORDS
from cordiale.domains.information.response.standing import Response
from cordiale.joint.footnote import printed as reserves
from cordiale.platform.languages import _, instant, text

POSITIONS = {
    "join": _("joins it"),
    "join-with-footnote": _("joins, with a reserve"),
    "no-objection": _("no objection"),
    "abstain": _("abstains"),
    "object": _("objects to it"),
    "silence": _("no objection, by silence"),
    "waiting": _("awaited"),
    "unanswered": _("no answer"),
}
"""What a standing is called in a table."""

STAGES = {
    "assessing": _("being assessed"),
    "positions": _("open for positions"),
    "agreed": _("agreed"),
    "published": _("published"),
    "closed": _("closed"),
}

LEVEL_WORDS = {
    "none": _("not grave"),
    "low": _("low"),
    "moderate": _("moderate"),
    "high": _("high"),
    "severe": _("severe"),
}


def statement(found: Response, lang: str, *, public: bool = False) -> str:
    """Write the text that stands with its reserves; empty where no text was put to anybody.

    Among members its measures follow, and its head says that it is a draft or under embargo. What is `public` has neither:
    a proposal of sanctions is not published with the statement.
    """
    if found.text is None:
        return ""
    said = found.text.fr if lang.startswith("fr") else found.text.en
    agreed = found.agreed if found.agreed and found.agreed.revision == found.text.hash else None
    lines: list[str] = []
    if not public:
        if agreed is None:
            lines += [text(lang, _("DRAFT – revision {n}, not agreed"), n=found.text.number), ""]
        embargo = found.text.content.embargo_at
        if embargo is not None:
            lines += [text(lang, _("EMBARGO until {when}"), when=instant(lang, embargo)), ""]
    lines += [said.title, "", said.body]
    notes = reserves(agreed.reserves if agreed else found.reserves, lang)
    if notes:
        lines += ["", notes]
    if agreed is not None:
        joined = [one.node for one in agreed.stands if one.position in ("join", "join-with-footnote")]
        lines += ["", text(lang, _("Joined by: {nodes}"), nodes=", ".join(joined))]
    if not public:
        for n, measure in enumerate(found.text.content.measures, 1):
            kind = text(lang, KIND_WORDS[measure.kind])
            lines += ["", f"{found.text.number}.{n} {kind} ({measure.owner}): {measure.words.said(lang)}"]
    return "\n".join(lines) + "\n"


def plain(value: str | int | float | bool) -> str:
    """Write a measured number without a fraction it does not have."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
