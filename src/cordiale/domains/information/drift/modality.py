"""Changes in how sure, how binding and how strong a statement is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from cordiale.domains.information.drift.comparison import Pairing, in_clause
from cordiale.domains.information.drift.cues import Cue
from cordiale.domains.information.drift.hedges import UNSURE, hedged
from cordiale.domains.information.drift.otherwise import ATTRIBUTED, DOUBT, said_otherwise
from cordiale.domains.information.drift.reading import Reading

if TYPE_CHECKING:
    from cordiale.domains.information.drift.judge import Change


_LIKELY = re.compile(r"(?:very |most |quite |more than )?(?:likely|probabl|vraisembl)")


def changes(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the changes of modality from one sentence to the other, the surest first."""
    found = [
        change
        for change in (
            _sure(source, derived, pairing) or _done(source, derived, pairing),
            *(_both(source, derived, scale, pairing) for scale in ("order", "cause", "proof", "degree")),
        )
        if change is not None
    ]
    kinds = {change.direction for change in found}
    # "recommends" and "would like" are about one thing: what is said twice is reported once
    return [max(found, key=lambda change: change.sure)] if len(found) > 1 and len(kinds) == 1 else found


def _of(reading: Reading, scale: str) -> list[Cue]:
    return [cue for cue in reading.cues if cue.scale == scale]


def _own(cues: list[Cue], reading: Reading, other: Reading, answered: dict[int, int]) -> list[Cue]:
    """Return cues without the soft ones that the other sentence has too, as the same word: those answer no other cue."""
    conditions = any(one.soft and _CONDITION.match(other.flat, one.start) for one in other.cues)
    return [
        cue
        for cue in cues
        if not cue.soft
        or not (
            any(one.soft and one.start <= answered.get(cue.start, -1) < one.end for one in other.cues)
            or (conditions and _CONDITION.match(reading.flat, cue.start))
        )
    ]


_CONDITION = re.compile(r"(?:if|si|s'ils?)\b")


def _kept(reading: Reading, scale: str, answered: dict[int, int]) -> list[Cue]:
    """Return the cues of a scale in clauses that the other sentence keeps."""
    return [
        cue
        for cue in _of(reading, scale)
        if in_clause(reading.statement, cue.start, cue.end, answered)
        and not _denied(reading, cue)
        # "could reach 40" is an amount: compared as one
        and not any(q.start <= cue.start < q.end and q.raw for q in reading.quantities)
    ]


_DENIABLE = re.compile(
    r"(?:plan|intend|intention|souhait|voul|veu|want|wish|expect|prev|compt|entend|attend|likely|probabl|claim|pretend|suggest|possib|conceiv)"
)


def _denied(reading: Reading, cue: Cue) -> bool:
    """Tell whether what a cue says is itself denied: "it is not planned", "rien n'est prévu", "does not claim".

    "Should not" and "ne devrait pas" hedge as much as without the negation.
    """
    return bool(
        _DENIABLE.match(reading.flat[cue.start : cue.end].removeprefix("is ").removeprefix("are "))
    ) and any(0 <= cue.start - denial.start <= 20 for denial in reading.denials)


def _sure(source: Reading, derived: Reading, pairing: Pairing) -> Change | None:
    from cordiale.domains.information.drift.judge import Change

    one = _ready(_kept(source, "sure", pairing.source), source, derived)
    other = _ready(_kept(derived, "sure", pairing.derived), derived, source)
    one, other = _unshared(one, other, pairing)
    one, other = (
        _answering(one, other, derived, pairing.derived),
        _answering(other, one, source, pairing.source),
    )
    all_one = _own(_of(source, "sure"), source, derived, pairing.source)
    all_other = _own(_of(derived, "sure"), derived, source, pairing.derived)
    weak_one, weak_other = _weakest(source, one), _weakest(derived, other)
    if weak_one is None and weak_other is None:
        return None
    if weak_one is not None and weak_other is None:
        if said_otherwise(source, weak_one, derived, pairing.source, all_other):
            return None
        sure = _believed(source, weak_one, derived, pairing.source)
        return Change("modality", _span(source, weak_one), _verb(derived), "up", sure)
    if weak_one is None and weak_other is not None:
        if said_otherwise(derived, weak_other, source, pairing.derived, all_one):
            return None
        sure = _believed(derived, weak_other, source, pairing.derived)
        return Change("modality", _verb(source), _span(derived, weak_other), "down", sure)
    assert weak_one is not None
    assert weak_other is not None
    if weak_one.step == weak_other.step or _one_word(source, weak_one, derived, weak_other, pairing):
        return None
    if weak_one.soft or weak_other.soft:
        return None
    denied = bool(source.denials or derived.denials)  # "doubtful", "probably not"
    if {weak_one.step, weak_other.step} == {1, 3} and denied:
        return None
    if {weak_one.step, weak_other.step} == {1, 3} and (
        _LIKELY.match(source.flat, weak_one.start) or _LIKELY.match(derived.flat, weak_other.start)
    ):
        return Change("negation", _span(source, weak_one), _span(derived, weak_other), "none", 0.7)
    either = weak_one.loose or weak_other.loose or _fears(source, weak_one) or _fears(derived, weak_other)
    if either and {weak_one.step, weak_other.step} == {2, 3}:
        return None
    up = weak_one.step < weak_other.step
    about = pairing.source.get(_about(source, weak_one, conditional=weak_one.loose))
    same = about is None or about == _about(derived, weak_other, conditional=weak_other.loose)
    return Change(
        "modality",
        _span(source, weak_one),
        _span(derived, weak_other),
        "up" if up else "down",
        0.75 if same else 0.55,
    )


_FEARS = re.compile(r"fear|worr|threat|crain|redout|menac|(?:a|ont|avait|avaient) peur")


def _fears(reading: Reading, cue: Cue) -> bool:
    """Tell whether a cue says what is feared: as unsure as either what may be or what is likely."""
    return bool(_FEARS.match(reading.flat, cue.start))


def _ready(cues: list[Cue], reading: Reading, other: Reading) -> list[Cue]:
    """Return cues, firm what somebody is ready to do where the other sentence says that it will be done."""
    if not other.future:
        return cues
    return [
        msgspec.structs.replace(cue, soft=False) if _READY.match(reading.flat, cue.start) else cue
        for cue in cues
    ]


BEFORE: Final = 25
"""So many characters before the word that a cue is about, what hedges it may stand."""


def _answering(mine: list[Cue], theirs: list[Cue], other: Reading, answers: dict[int, int]) -> list[Cue]:
    """Return the cues of a sentence without the soft ones that answer none of the other's.

    A soft cue answers where it stands before the word that the other's cue is about; where that word was not
    kept nobody can tell, and it does. `answers` leads from words of the other sentence to words of this one.
    """
    places = [answers.get(_about(other, cue, conditional=cue.loose)) for cue in theirs if not cue.soft]
    return [
        cue
        for cue in mine
        if not cue.soft or any(place is None or 0 <= place - cue.end <= BEFORE for place in places)
    ]


def _about(reading: Reading, cue: Cue, *, conditional: bool = False) -> int:
    """Return where the word stands that a cue is about: the next that carries meaning, the verb itself where it is the cue."""
    tokens = reading.statement.tokens
    if conditional:
        own = next((t for t in tokens if t.content and cue.start <= t.start < cue.end), None)
        if own is not None:
            return own.start
    about = next((t for t in tokens if t.content and t.start >= cue.end), None)
    return about.start if about is not None else -1


_DONE: Final = {
    "en": re.compile(r"\b(?:has|have|had)(?: now| already| just| since)? (\w+)"),
    "fr": re.compile(
        r"\b(?:a|ont|avait|est|sont)(?: deja| desormais| enfin)? (\w+(?:e|ee|es|ees|i|ie|is|it|u|ue|us|rt|ert))\b"
    ),
}
_TO_DO: Final = {
    "en": re.compile(
        r"\b(?:will|shall|is to|are to|(?:promis\w+|pledg\w+|plan\w*|intend\w*|agreed|offer\w*|is set|are set|undert\w+) to)(?: now| also)? (\w+)"
    ),
    "fr": re.compile(
        r"\b(\w{2,}r(?:a|ont))\b|\b(?:va|vont|promis de|s'engage a|compte|entend|prevoit de) (\w+(?:er|ir|re))\b"
    ),
}


def _done(source: Reading, derived: Reading, pairing: Pairing) -> Change | None:
    """Return the step from what will be done to what has been, or back, where both sentences have the same verb."""
    from cordiale.domains.information.drift.judge import Change

    for one, other, answers, direction in (
        (source, derived, pairing.source, "up"),
        (derived, source, pairing.derived, "down"),
    ):
        for planned in _TO_DO["fr" if one.statement.lang == "fr" else "en"].finditer(one.flat):
            verb = planned.start(planned.lastindex or 1)
            answer = answers.get(verb)
            for did in _DONE["fr" if other.statement.lang == "fr" else "en"].finditer(other.flat):
                if (
                    answer is not None
                    and did.start(1) == answer
                    and other.statement.text[did.start()] not in "àÀ"
                ):
                    spans = (
                        one.statement.text[planned.start() : planned.end()],
                        other.statement.text[did.start() : did.end()],
                    )
                    if direction == "down":
                        spans = spans[1], spans[0]
                    return Change("modality", *spans, direction, 0.65)  # type: ignore[arg-type]
    return None


def _one_word(source: Reading, one: Cue, derived: Reading, other: Cue, pairing: Pairing) -> bool:
    """Tell whether two cues are one word, or one word in two languages."""
    words = [t for t in source.statement.tokens if t.content and one.start <= t.start < one.end]
    return (
        not (one.loose or other.loose)
        and bool(words)
        and all(other.start <= pairing.source.get(t.start, -1) < other.end for t in words)
    )


_READY = re.compile(
    r"(?:(?:is|are|was|were|be) )?(?:prepared|ready|willing) to|(?:est |sont |etre )?(?:pret|dispose)(?:e|s|es|ee|ees)? a"
)
_MUST = re.compile(r"should|ought")


_RELATIVE = re.compile(
    r"\b(?:any\w*|all|actions?|those|ceux|tout ce|toute? \w+|chose) (?:that|which|who|qui) $"
)


_UNPROVEN = re.compile(r"no\b|nothing\b|aucun|rien\b")
_EVIDENCE = re.compile(r"\b(?:signs?|indications?|evidence|proof|indices?|preuves?|signes?|sans|without)\b")


def _believed(reading: Reading, cue: Cue, other: Reading, answered: dict[int, int]) -> float:
    """Return how sure a change is: surer where the very word that the cue is about was kept.

    Where the other sentence asks, or has a word of doubt, wish or opinion that answers none of this one's, it may hedge
    in its own way: that is for a person.
    """
    if _RELATIVE.search(reading.flat[: cue.start]):
        return 0.0  # "anything that could harm peace" hedges the thing, not the statement
    place = answered.get(_about(reading, cue))
    if _UNPROVEN.match(reading.flat, cue.start) and (other.negative or _EVIDENCE.search(other.flat)):
        return 0.0  # "nothing proves", "is not proven", "there are signs"
    if not reading.denials and any(place is None or abs(place - d.start) <= APART for d in other.denials):
        return UNSURE
    if hedged(reading, (cue.start, cue.end), other, answered):
        return UNSURE
    return 0.8 if _about(reading, cue) in answered else 0.55


def _unshared(one: list[Cue], other: list[Cue], pairing: Pairing) -> tuple[list[Cue], list[Cue]]:
    """Return the cues without those that answer each other: what both say is no change."""
    shared = [
        (mine, theirs)
        for mine in one
        for theirs in other
        if mine.step == theirs.step and theirs.start <= pairing.source.get(mine.start, -1) < theirs.end
    ]
    mine_too, theirs_too = {mine for mine, _theirs in shared}, {theirs for _mine, theirs in shared}
    for mine in one:
        same = next(
            (t for t in other if mine.soft and t.soft and t.step == mine.step and t not in theirs_too), None
        )
        if same is not None and mine not in mine_too:
            mine_too.add(mine)
            theirs_too.add(same)
    return [cue for cue in one if cue not in mine_too], [cue for cue in other if cue not in theirs_too]


def _both(source: Reading, derived: Reading, scale: str, pairing: Pairing) -> Change | None:
    """Return the change between two sentences that both have a cue of a scale."""
    from cordiale.domains.information.drift.judge import Change

    one, other = _of(source, scale), _of(derived, scale)
    if scale == "proof":
        one, other = _proving(source, one), _proving(derived, other)
    if scale == "order" and source.statement.lang == derived.statement.lang:
        one, other = one or _advice(source, other), other or _advice(derived, one)
    if not one or not other or {cue.step for cue in one} & {cue.step for cue in other}:
        return None
    steps = max(cue.step for cue in one), max(cue.step for cue in other)
    if scale == "order" and set(steps) == {1, 2} and (_asks(source, one) or _asks(derived, other)):
        return None  # who is invited to do something is asked to
    if scale == "order" and set(steps) == {2, 3} and (_held(source, one) or _held(derived, other)):
        return None  # who says that something must be done asks for it
    up = steps[0] < steps[1]
    sure = 0.7 if _of_one_thing(source, one[0], derived, other[0], pairing) else UNSURE
    kind: Literal["modality", "quantity"] = "quantity" if scale == "degree" else "modality"
    return Change(kind, _span(source, one[0]), _span(derived, other[0]), "up" if up else "down", sure)


def _proving(reading: Reading, cues: list[Cue]) -> list[Cue]:
    """Leave out what is not shown: "nothing suggests"."""
    return [cue for cue in cues if not any(0 <= cue.start - d.start <= NOT_SHOWN for d in reading.denials)]


NOT_SHOWN: Final = 20
"""So many characters before a word of proof what denies it stands."""
_NEED = re.compile(r"il faut|must|ha(?:s|ve) to|doi(?:t|vent)")


def _held(reading: Reading, cues: list[Cue]) -> bool:
    """Tell whether a demand is what somebody holds: "for the opposition, there must be an inquiry"."""
    return bool(ATTRIBUTED.search(reading.flat)) and all(
        _NEED.match(reading.flat, cue.start) for cue in cues if cue.step == DOUBT
    )


def _advice(reading: Reading, other: list[Cue]) -> list[Cue]:
    """Return what "should" says beside a demand: it advises."""
    if reading.statement.lang == "fr" or not other or min(cue.step for cue in other) < 3:
        return []
    return [
        Cue("order", 2, cue.start, cue.end)
        for cue in _of(reading, "sure")
        if not cue.soft and _MUST.match(reading.flat, cue.start)
    ]


APART: Final = 120
"""So many characters after a cue the word that another cue is about may stand, for both to be about one thing."""


def _of_one_thing(source: Reading, one: Cue, derived: Reading, other: Cue, pairing: Pairing) -> bool:
    """Tell whether two cues may be about one thing: what one is about was left out, or stands near the other."""
    for reading, cue, beside, answers in (
        (source, one, other, pairing.source),
        (derived, other, one, pairing.derived),
    ):
        place = answers.get(_about(reading, cue))
        if place is not None and not -APART <= place - beside.end <= APART:
            return False
    return True


def _asks(reading: Reading, cues: list[Cue]) -> bool:
    return any(reading.flat.startswith("invit", cue.start) for cue in cues)


_OF_A_THING = re.compile(
    r"(?:possible|potential|alleged|suspected|eventuel(?:le)?s?|potentiel(?:le)?s?|presumee?s?|possibles)\b(?= \w)"
)
"""An adjective hedges what it stands beside before it hedges the statement."""


def _weakest(reading: Reading, found: list[Cue]) -> Cue | None:
    hard = [cue for cue in found if not cue.soft]
    stated = [cue for cue in hard if not _OF_A_THING.match(reading.flat, cue.start)]
    return min(stated or hard or found, key=lambda cue: (cue.step, cue.start), default=None)


def _span(reading: Reading, cue: Cue) -> str:
    """Return a cue as it stands, with the word after it."""
    text = reading.statement.text
    following = next((t for t in reading.statement.tokens if t.start >= cue.end), None)
    between = text[cue.end : following.start] if following else "."
    end = following.end if following is not None and not between.strip(" '’") else cue.end
    return text[cue.start : end]


def _verb(reading: Reading) -> str:
    """Return the words where a sentence states plainly what the other hedges: what it has of a verb, else its beginning."""
    pattern = (
        r"\b(?:will|shall|is|are|was|were|has|have|had)\b(?: (?:not |now |been |be |already )*\w+)?"
        if reading.statement.lang != "fr"
        else r"(?<!')\b(?:est|sont|a(?= \w+[eitus]\b)|ont|etait|etaient|sera|seront|avait|\w{3,}r(?:a|ont))\b(?: (?:pas |deja |ete )*\w+)?"
    )
    text = reading.statement.text
    found = next((m for m in re.finditer(pattern, reading.flat) if text[m.start()] not in "àÀ"), None)
    if found:
        return text[found.start() : found.end()]
    tokens = reading.statement.tokens[:4]
    return text[tokens[0].start : tokens[-1].end] if tokens else text
