"""Negations put in or taken out, and words that became their opposite: one sentence says that something is so, the other that it is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cordiale.domains.information.drift.comparison import Pairing, one_thing
from cordiale.domains.information.drift.phrases import Phrase, phrases
from cordiale.domains.information.drift.polarity import Denial, denied
from cordiale.domains.information.drift.reading import Reading
from cordiale.domains.information.lineage.statement import Token

if TYPE_CHECKING:
    from cordiale.domains.information.drift.judge import Change

BESIDE: Final = 60
"""So many characters from a word, what denies it in another way may stand."""


def denials(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the negation that was put in or taken out, or the word that became its opposite, where the clause was kept."""
    from cordiale.domains.information.drift.judge import Change

    both = (source, derived), (derived, source)
    if any(_RECORD.search(one.flat) and _SINCE.search(other.flat) for one, other in both):
        return []  # "the worst since", "none so bad since"
    if _SAVE.search(source.flat) or _SAVE.search(derived.flat):
        return []  # "all but one", "only one not"
    if spans := _all_at_last(source, derived, pairing):
        return [Change("negation", *spans, "none", 0.7)]
    one, other = denied(source), denied(derived)
    mine, theirs = phrases(source, "opposites"), phrases(derived, "opposites")
    if spans := _opposed(source, one, mine, derived, other, theirs, pairing):
        return [Change("negation", *spans, "none", 0.7)]
    if spans := _undone(source, one, mine, derived, other, theirs, pairing.source):
        return [Change("negation", *spans, "none", 0.7)]
    if spans := _undone(derived, other, theirs, source, one, mine, pairing.derived):
        return [Change("negation", *spans[::-1], "none", 0.7)]
    return []


_RECORD = re.compile(
    r"\bfirst\b|\bpremier|\b\w{3,}est\b (?!of all)|\bworst\b|\bbest\b|\bmost \w+|\bl[ea] (?:plus|pire|meilleure?)\b|\bles (?:plus|pires)\b|\brecord\b"
)
_SINCE = re.compile(
    r"\b(?:no|nobody|none|never|not)\b.*\b(?:since|as|so|for|in|longer|\w+er|more|before)\b|\b(?:aucun\w*|jamais|personne|pas|rien)\b.*\b(?:depuis|aussi|plus|autant|si|auparavant)\b|\bjamais\b|\bfor \w+ \w+, .*\b(?:no|nobody|none|never|not)\b"
)


_SAVE: Final = re.compile(
    r"\b(?:all but|every\w* (?:but|except)|tou(?:s|tes)\b[^.;]{0,40}\b(?:sauf|hormis))\b"
)


def _undone(
    one: Reading, denials: Sequence[Denial], its: Sequence[Phrase],
    other: Reading, answering: Sequence[Denial], theirs: Sequence[Phrase], answers: Mapping[int, int],
) -> tuple[str, str] | None:  # fmt: skip
    """Return what one sentence denies and the other does not: spans of both, one's first."""
    kept = set(answers.values())
    same = {answers[place] for denial in denials for place in denial.reached if place in answers}
    matched = [d for d in answering if not d.reached or same.intersection(d.reached)]
    reached = {place for denial in answering for place in denial.reached}
    for denial in denials:
        head = _head(one, denial, answers, across=one.statement.lang != other.statement.lang)
        if head is None:
            continue
        if any(answers[place] in reached for place in denial.reached if place in answers):
            continue
        place = answers[head.start]
        if (
            _NONE.match(one.flat, denial.start)
            and _of_all(other)
            and not all(start in answers for start in denial.reached)
        ):
            continue  # "none was cancelled", "all of them took off"
        # "none was shut down": the other sentence's word for "shut down" takes nothing away
        away = [] if any(p.step < 0 and p.start in denial.reached for p in its) else theirs
        if _elsewhere(one, denial, place, answers) or _resolved(one, other, away, place, kept, matched):
            continue
        word = next(t for t in other.statement.tokens if t.start == place)
        return one.statement.text[denial.start : head.end], other.statement.text[word.start : word.end]
    return None


_NONE: Final = re.compile(
    r"(?:no|none|nobody|nothing|neither|not one|aucune?|personne|rien|nul(?:le)?|pas une?)\b"
)
_LIGHT: Final = re.compile(
    r"(?:advis|recommend|plan|want|expect|intend|believ|think|need|wish|hop|allow|bother|tend|seem|appear|conseill|recommand|pens|croi|croy|prev|compt|veu|voul|souhait|faut|fall|doi|dev|sembl|entend)\w*$"
)
"""Verbs past which a denial is of the next word: "do not advise feeding" denies that one should feed."""


NOUNS: Final = 2
"""So many words of a noun in another language are gone past."""
_VERB: Final = re.compile(r" (?:will|would|has|have|had|is|are|was|were|can|could|must|ne\b|n')")
_OF_A_NOUN: Final = re.compile(r"(?:no|aucune?|nul(?:le)?)\b")


def _of_all(reading: Reading) -> bool:
    return any(q.kind == "share" and q.value >= 0.9 for q in reading.quantities)


_NOT_ALL: Final = re.compile(
    r"\bnot (?:all|every|everyone|always)\b|\bpas (?:tous|toutes|toujours|tout le monde)\b|\b(?:tous|toutes) (?:\w+ ){1,3}n(?:e |')"
)


_NOT_YET: Final = re.compile(
    r"\bnot\b[^.;,]{0,40}\b(?:before|until)\b|\bpas avant\b|\bn(?:e |')[^.;,]{0,40} avant\b|\bn(?:e |')[^.;,]{0,40}\bqu(?:e |')"
)
"""What will be so later is not denied."""


def _all_at_last(source: Reading, derived: Reading, pairing: Pairing) -> tuple[str, str] | None:
    """Return what "not all" became where the other sentence says all, or the other way about."""
    for one, other, answers in ((source, derived, pairing.source), (derived, source, pairing.derived)):
        some = _NOT_ALL.search(one.flat)
        share = next((q for q in other.quantities if q.kind == "share" and q.value >= 0.95), None)
        if some is None or share is None or other.negative or _NOT_ALL.search(other.flat):
            continue
        if share.things and share.things[0].start in answers.values():
            spans = (
                one.statement.text[some.start() : some.end()],
                other.statement.text[share.start : share.end],
            )
            return spans if one is source else spans[::-1]
    return None


def _head(reading: Reading, denial: Denial, answers: Mapping[int, int], *, across: bool) -> Token | None:
    """Return the word that a denial denies if the other sentence has it: the first it reaches that is no number.

    Between two languages a word without a translation is gone past.
    """
    for token in reading.statement.tokens:
        if token.start not in denial.reached or token.value is not None:
            continue
        if token.start in answers:
            return token
        if _LIGHT.match(reading.flat[token.start : token.end]):
            continue
        if (
            not across
            and _OF_A_NOUN.match(reading.flat, denial.start)
            and _VERB.match(reading.flat, token.end)
        ):
            continue  # "no midwife will lose": the verb
        if across and _NONE.match(reading.flat, denial.start) and token.start in denial.reached[:NOUNS]:
            continue  # "aucun mot de passe n'était conservé"
        if not across or any(mark.startswith("m:") for mark, _strength in token.marks):
            return None
    return None


def _elsewhere(one: Reading, denial: Denial, place: int, answers: Mapping[int, int]) -> bool:
    """Tell whether the word that answers stands in a clause about something else: nothing else of this one was kept."""
    beside = [
        t.start for t in one.statement.tokens
        if t.content and t.value is None and t.start not in denial.reached[:1] and abs(t.start - denial.start) <= 2 * BESIDE
    ]  # fmt: skip
    near = [
        s for s in beside if s in answers and answers[s] != place and abs(answers[s] - place) <= 2 * BESIDE
    ]
    return len(beside) > 1 and not near


_LESS: Final = re.compile(
    r"\b(?:no|not|n't|cannot|none|never|nobody|nothing|neither|nor|hardly|scarcely|barely|little|few|fewer|less|too|unlikely|doubt\w*|reluctan\w*|hesita\w*|question\w*"
    r"|n'|ne|pas|aucune?|jamais|personne|rien|guere|non|moins|peu|improbable|hesit\w*|rechign\w*|trop)(?!\w)"
)
"""Words that take something away."""
_APART: Final = re.compile(r"[;:.!?()»”\"]|, (?:and|but|while|which|who|et|mais|qui|dont|tandis|alors)\b")


def _resolved(
    one: Reading,
    other: Reading,
    theirs: Sequence[Phrase],
    place: int,
    kept: Collection[int],
    matched: Sequence[Denial],
) -> bool:
    """Tell whether a sentence denies the word at `place` in its own way: near it stands what takes something away, and answers nothing."""
    spans = [m.span() for m in _LESS.finditer(other.flat)]
    both = {one.flat[span.start : span.end] for span in one.turned}  # "voted against", denied or not
    spans += [(s.start, s.end) for s in other.turned if other.flat[s.start : s.end] not in both]
    spans += [(phrase.start, phrase.end) for phrase in theirs if phrase.step < 0]
    for start, end in spans:
        if start <= place < end or any(start <= answer < end for answer in kept):
            continue
        if other.flat.startswith((", sans ", ", without "), max(0, start - 2)):
            continue  # it denies something else
        if any(d.start <= start and end <= max((d.end, *d.reached[:1])) for d in matched):
            continue
        between = other.flat[min(end, place) : max(start, place)]
        if len(between) <= BESIDE and not _APART.search(between):
            return True
    return False


def _opposed(
    source: Reading, one: Sequence[Denial], mine: Sequence[Phrase],
    derived: Reading, other: Sequence[Denial], theirs: Sequence[Phrase], pairing: Pairing,
) -> tuple[str, str] | None:  # fmt: skip
    """Return the word of the source, denied or not, whose opposite stands in the derived sentence."""
    for group in dict.fromkeys(phrase.group for phrase in mine):
        here = [phrase for phrase in mine if phrase.group == group]
        there = [phrase for phrase in theirs if phrase.group == group]
        if any(_NOT_ALL.search(one.flat) or _NOT_YET.search(one.flat) for one in (source, derived)):
            continue
        signs = {_sign(phrase, one) for phrase in here}
        others = {_sign(phrase, other) for phrase in there}
        if len(signs) != 1 or len(others) != 1 or signs == others:
            continue
        if (
            here[0].step == there[0].step
            and group != EXCLUDED
            and pairing.source.get(here[0].start) == there[0].start
        ):
            continue  # the same word, denied: told by the denial itself
        if one_thing(source.statement, (here[0].start, here[0].end), (there[0].start, there[0].end), pairing):
            return (
                source.statement.text[here[0].start : here[0].end],
                derived.statement.text[there[0].start : there[0].end],
            )
    return None


EXCLUDED: Final = "exclude"
"""The group of what denies by itself: "rules out", which is denied where it is undone."""


def _sign(phrase: Phrase, denials: Sequence[Denial]) -> int:
    undone = any(not d.reached and d.start <= phrase.start < d.end and d.end - d.start > 10 for d in denials)
    if undone and phrase.group == EXCLUDED:
        return -phrase.step
    return phrase.step * (-1 if any(phrase.start in denial.reached for denial in denials) else 1)
