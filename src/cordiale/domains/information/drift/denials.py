"""Negations that were put in or taken out: one sentence says that something is so, the other that it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cordiale.domains.information.drift.comparison import Pairing, near
from cordiale.domains.information.drift.reading import Reading, Span

if TYPE_CHECKING:
    from cordiale.domains.information.drift.judge import Change


def denials(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the negation that was put in or taken out, where the word that it denies was kept."""
    from cordiale.domains.information.drift.judge import Change

    if turned := _turned(source, derived, pairing.source) or _turned(derived, source, pairing.derived):
        spans = turned if turned[0] in source.statement.text else turned[::-1]
        return [Change("negation", *spans, "none", 0.65)]
    both = (source, derived), (derived, source)
    if any(_RECORD.search(one.flat) and _SINCE.search(other.flat) for one, other in both):
        return []  # "the worst since", "none so bad since"
    if bool(source.denials) == bool(derived.denials) or (len(source.turned) + len(derived.turned)) % 2:
        return []
    plain = source if derived.denials else derived
    if plain.negative or any(q.kind == "share" and q.value >= 0.9 for q in plain.quantities):
        return []  # "none was hurt", "all were unharmed": two ways to deny, or to say so of all
    one = [d for d in source.denials if near(source.statement, d.start, d.end, pairing.source, 2)]
    other = [d for d in derived.denials if near(derived.statement, d.start, d.end, pairing.derived, 2)]
    if not (one or other):
        return []
    if one:
        return [Change("negation", _denied(source, one[0]), _plain(derived), "none", 0.7)]
    return [Change("negation", _plain(source), _denied(derived, other[0]), "none", 0.7)]


_RECORD = re.compile(
    r"\bfirst\b|\bpremier|\b\w{3,}est\b (?!of all)|\bworst\b|\bbest\b|\bmost \w+|\bl[ea] (?:plus|pire|meilleure?)\b|\bles (?:plus|pires)\b|\brecord\b"
)
_SINCE = re.compile(
    r"\b(?:no|nobody|none|never|not)\b.*\b(?:since|as|so|for|in|longer|\w+er|more|before)\b|\b(?:aucun\w*|jamais|personne|pas|rien)\b.*\b(?:depuis|aussi|plus|autant|si|auparavant)\b|\bjamais\b"
)
_NOT_DONE: Final = {
    "en": re.compile(
        r"\b(?:(?:declin|refus|fail|omit|neglect)\w* to|unable to|den(?:y|ies|ied)(?: any| all)?)\b"
    ),
    "fr": re.compile(r"\b(?:refus\w+ de|incapables? de|(?:a|ont) dement\w*|dement(?:ent)?|echou\w+ a)\b"),
}
"""Words after which what follows was not done, without a word of negation."""


def _turned(one: Reading, other: Reading, answers: dict[int, int]) -> tuple[str, str] | None:
    """Return what one sentence says was refused or denied, and the other that it is so: spans of both, one's first."""
    if one.denials or other.denials or other.turned or other.negative:
        return None
    match = _NOT_DONE["fr" if one.statement.lang == "fr" else "en"].search(one.flat)
    done = next((t for t in one.statement.tokens if match and t.content and t.start >= match.end()), None)
    if match is None or done is None or done.start not in answers:
        return None
    same = next(t for t in other.statement.tokens if t.start == answers[done.start])
    return one.statement.text[match.start() : done.end], other.statement.text[same.start : same.end]


def _denied(reading: Reading, denial: Span) -> str:
    text = reading.statement.text
    following = [t for t in reading.statement.tokens if t.start >= denial.end][:3]
    return text[denial.start : following[-1].end if following else denial.end].strip()


def _plain(reading: Reading) -> str:
    from cordiale.domains.information.drift.modality import _verb

    return _verb(reading)
