"""What qualifies a claim in one of two sentences alone: a condition, a word that makes less or more of it, "one of".

The words of the claim itself must have been kept beside it: what was left out with its clause says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal

from cordiale.domains.information.drift.comparison import Pairing
from cordiale.domains.information.drift.otherwise import DOUBT
from cordiale.domains.information.drift.reading import Reading

if TYPE_CHECKING:
    from cordiale.domains.information.drift.judge import Change

BELIEVED: Final = 0.65
"""How sure such a change is."""

_LESS: Final = {
    "en": re.compile(
        r"\b(?:somewhat|slightly|a little|marginally|mildly|a bit)\s(?!(?:more|less|over|under|fewer|above|below) \w+ ?\d)(?=\w)"
    ),
    "fr": re.compile(
        r"\b(?:quelque peu|legerement|un peu|un tant soit peu|faiblement)\s(?!(?:plus|moins) d)(?=\w)"
    ),
}
_MORE: Final = {
    "en": re.compile(r"\b(?:seriously|severely|badly|heavily|gravely|critically|drastically)\s(?=\w)"),
    "fr": re.compile(r"\b(?:grievement|gravement|lourdement|severement|serieusement)\s(?=\w)"),
}
_ONE_OF: Final = {
    "en": re.compile(
        r"\b(?:one of|among) (?:the|its|their)(?: \w+)? (?=(?:main|chief|principal|leading|biggest|few|only|most|first|top|best|worst|\w{3,}est)\b)"
    ),
    "fr": re.compile(
        r"\b(?:l'une?|une?) des (?=(?:principa\w+|plus|rares|premi\w+|meilleur\w+|pires?|\w+ (?:les plus|principa\w+))\b)|\bparmi les (?=(?:principa\w+|plus|rares|premi\w+|meilleur\w+|pires?)\b)"
    ),
}
_OF_ALL: Final = {
    "en": re.compile(
        r"\b(?:the|its|their) (?=(?:main|chief|principal|leading|biggest|only|most|first|top|best|worst|\w{3,}est)\b)"
    ),
    "fr": re.compile(
        r"\b(?:l[ea]|son|sa|leur) (?=(?:principa\w+|plus|premi\w+|meilleur\w+|pire|seule?|\w+ (?:la|le) plus)\b)"
    ),
}
_IF: Final = {
    "en": re.compile(
        r"\b(?:only if|if|provided(?: that)?|as long as|so long as|assuming(?: that)?|on condition that|unless)\s(?=\w)"
    ),
    "fr": re.compile(
        r"\b(?:si (?=(?:l[ea]s?|un|une|ses|son|sa|leurs?|aucune?|tout|rien|ils?|elles?)\b)|si l'|s'ils? |a condition (?:que |qu'|de )|pour peu que |a moins que |sous reserve (?:que |de |d'))"
    ),
}
_ASKS: Final = re.compile(
    r"\b(?:whether|ask\w*|wonder\w*|know\w*|see|as|even|what|savoir|demand\w*|sait|savent|ignor\w*|voir|verif\w*|examin\w*|etudi\w*|meme|comme|dire|et) $"
)
_CONDITION: Final = re.compile(
    r"\b(?:if|unless|provided|assuming|once|when|whenever|until|pending|subject to|depend\w*|condition\w*|should (?:the|it|they|he|she)|were (?:the|it|they)|as long as|si|s'ils?|condition|reserve|sauf|des que|lorsque|quand|une fois|faute de|moins que|en cas)(?!\w)"
)
"""Words in which the other sentence may say the same condition."""
_STOP: Final = re.compile(r"[,;:.!?»”\"]")


def qualified(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the conditions, degrees and "one of" that only one of two sentences has."""
    from cordiale.domains.information.drift.judge import Change

    found: list[Change] = []
    for one, other, answers, gone in (
        (source, derived, pairing.source, True),
        (derived, source, pairing.derived, False),
    ):
        for kind, mine, theirs, down in _said(one, other, answers):
            spans = (mine, theirs) if gone else (theirs, mine)
            found.append(Change(kind, *spans, "up" if down is gone else "down", BELIEVED))
    return found


def _said(
    one: Reading, other: Reading, answers: Mapping[int, int]
) -> Iterator[tuple[Literal["quantity", "modality"], str, str, bool]]:
    """Yield what only `one` has: kind, span, the span of the other sentence, and whether it makes the claim weaker."""
    lang = "fr" if one.statement.lang == "fr" else "en"
    text = one.statement.text
    there = "fr" if other.statement.lang == "fr" else "en"
    if not any(cue.scale == "degree" for cue in other.cues) and not _MORE[there].search(other.flat):
        for patterns, less in ((_LESS, True), (_MORE, False)):
            if (match := patterns[lang].search(one.flat)) and (
                word := _word(one, other, match.end(), answers)
            ):
                yield "quantity", text[match.start() : match.end()].strip(), word, less
    if (match := _ONE_OF[lang].search(one.flat)) and (rest := _OF_ALL[there].search(other.flat)):
        word = _word(one, other, match.end(), answers)
        if (
            word
            and not _ONE_OF[there].search(other.flat)
            and _follows(one, other, match.end(), rest.end(), answers)
        ):
            yield "quantity", text[match.start() : match.end()].strip(), word, True
    unsure = any(cue.scale == "sure" and cue.step <= DOUBT and not cue.soft for cue in other.cues)
    if (
        other.future
        and not unsure
        and not _CONDITION.search(other.flat)
        and (condition := _condition(one, lang, answers))
    ):
        tokens = other.statement.tokens[:3]
        yield (
            "modality",
            text[slice(*condition)],
            other.statement.text[tokens[0].start : tokens[-1].end],
            True,
        )


def _word(one: Reading, other: Reading, place: int, answers: Mapping[int, int]) -> str | None:
    """Return the word of the other sentence that answers the word at a place; None where an amount stands there."""
    token = next((t for t in one.statement.tokens if t.content and t.start >= place), None)
    if token is None or token.start - place > 3 or token.start not in answers or token.value is not None:
        return None
    start = answers[token.start]
    if any(q.start <= start < q.end for q in other.quantities):
        return None
    return next(other.statement.text[t.start : t.end] for t in other.statement.tokens if t.start == start)


def _follows(one: Reading, other: Reading, place: int, there: int, answers: Mapping[int, int]) -> bool:
    """Tell whether the words after two places answer each other."""
    mine = [t.start for t in one.statement.tokens if t.content and t.start >= place][:3]
    theirs = {t.start for t in [t for t in other.statement.tokens if t.content and t.start >= there][:3]}
    return any(answers.get(start) in theirs for start in mine)


def _condition(reading: Reading, lang: str, answers: Mapping[int, int]) -> tuple[int, int] | None:
    """Return the clause of a condition of which no word is in the other sentence, while the rest of it was kept."""
    flat = reading.flat
    for match in _IF[lang].finditer(flat):
        if _ASKS.search(flat[: match.start()]):
            continue
        stop = _STOP.search(flat, match.end())
        end = stop.start() if stop else len(flat)
        inside = [t.start for t in reading.statement.tokens if t.content and match.end() <= t.start < end]
        beside = [t.start for t in reading.statement.tokens if t.content and not match.end() <= t.start < end]
        left_out = bool(inside) and not any(start in answers for start in inside)
        if left_out and beside and sum(start in answers for start in beside) >= KEPT * len(beside):
            return match.start(), end
    return None


KEPT: Final = 0.4
"""So much of what is said under a condition the other sentence must say, for the condition to have been dropped."""
