"""Changes in how sure, how binding and how strong a statement is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cordiale.domains.information.drift.comparison import Pairing, in_clause
from cordiale.domains.information.drift.cues import Cue
from cordiale.domains.information.drift.reading import Reading

if TYPE_CHECKING:
    from cordiale.domains.information.drift.judge import Change

FACT: Final = 5
PROMISE: Final = 4
DOUBT: Final = 3
"""Up to this step a claim is not vouched for; from a fact to a promise is no change of certainty."""


def changes(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the changes of modality from one sentence to the other, the surest first."""
    found = [
        change
        for change in (
            _sure(source, derived, pairing),
            _both(source, derived, "order"),
            _both(source, derived, "cause"),
            _degree(source, derived),
        )
        if change is not None
    ]
    kinds = {change.direction for change in found}
    # "recommends" and "would like" are about one thing: what is said twice is reported once
    return found[:1] if len(found) > 1 and len(kinds) == 1 else found


def _kept(reading: Reading, scale: str, answered: dict[int, int]) -> list[Cue]:
    """Return the cues of a scale beside words that the other sentence keeps; in a short sentence all of them."""
    of_scale = [cue for cue in reading.cues if cue.scale == scale]
    short = len(reading.statement.tokens) <= 14
    return [
        cue
        for cue in of_scale
        if (short or in_clause(reading.statement, cue.start, cue.end, answered)) and not _denied(reading, cue)
    ]


def _denied(reading: Reading, cue: Cue) -> bool:
    """Tell whether what a cue says is itself denied: "it is not planned", "rien n'est prévu"."""
    return cue.step == DOUBT and any(0 <= cue.start - denial.start <= 20 for denial in reading.denials)


def _sure(source: Reading, derived: Reading, pairing: Pairing) -> Change | None:
    from cordiale.domains.information.drift.judge import Change

    one, other = _kept(source, "sure", pairing.source), _kept(derived, "sure", pairing.derived)
    all_one = [cue for cue in source.cues if cue.scale == "sure"]
    all_other = [cue for cue in derived.cues if cue.scale == "sure"]
    weak_one, weak_other = _weakest(one), _weakest(other)
    if weak_one is None and weak_other is None:
        return None
    if weak_one is not None and weak_other is None:
        if weak_one.soft or weak_one.step > DOUBT or any(cue.step == weak_one.step for cue in all_other):
            return None
        if weak_one.step == DOUBT and any(cue.scale == "order" and cue.step == 3 for cue in derived.cues):
            return None
        place = _verb(derived)
        return Change("modality", _span(source, weak_one), place, "up", 0.8)
    if weak_one is None and weak_other is not None:
        if weak_other.soft or weak_other.step > DOUBT or any(cue.step == weak_other.step for cue in all_one):
            return None
        if weak_other.step == DOUBT and any(cue.scale == "order" and cue.step == 3 for cue in source.cues):
            return None
        return Change("modality", _verb(source), _span(derived, weak_other), "down", 0.8)
    assert weak_one is not None
    assert weak_other is not None
    if weak_one.step == weak_other.step:
        return None
    if (weak_one.soft or weak_other.soft) and max(weak_one.step, weak_other.step) <= DOUBT:
        return None
    up = weak_one.step < weak_other.step
    return Change(
        "modality", _span(source, weak_one), _span(derived, weak_other), "up" if up else "down", 0.75
    )


def _both(source: Reading, derived: Reading, scale: str) -> Change | None:
    """Return the change between two sentences that both have a cue of a scale."""
    from cordiale.domains.information.drift.judge import Change

    one = [cue for cue in source.cues if cue.scale == scale]
    other = [cue for cue in derived.cues if cue.scale == scale]
    if not one or not other or {cue.step for cue in one} & {cue.step for cue in other}:
        return None
    up = max(cue.step for cue in one) < max(cue.step for cue in other)
    return Change("modality", _span(source, one[0]), _span(derived, other[0]), "up" if up else "down", 0.7)


def _degree(source: Reading, derived: Reading) -> Change | None:
    from cordiale.domains.information.drift.judge import Change

    one = [cue for cue in source.cues if cue.scale == "degree"]
    other = [cue for cue in derived.cues if cue.scale == "degree"]
    if not one or not other or {cue.step for cue in one} & {cue.step for cue in other}:
        return None
    up = one[0].step < other[0].step
    return Change("quantity", _span(source, one[0]), _span(derived, other[0]), "up" if up else "down", 0.7)


def _weakest(found: list[Cue]) -> Cue | None:
    hard = [cue for cue in found if not cue.soft]
    return min(hard or found, key=lambda cue: (cue.step, cue.start), default=None)


def _span(reading: Reading, cue: Cue) -> str:
    """Return a cue as it stands, with the word after it."""
    text = reading.statement.text
    following = next((t for t in reading.statement.tokens if t.start >= cue.end), None)
    between = text[cue.end : following.start] if following else "."
    end = following.end if following is not None and not between.strip(" '’") else cue.end
    return text[cue.start : end]


def _verb(reading: Reading) -> str:
    """Return the words where a sentence states plainly what the other hedges: what it has of a verb, else its beginning."""
    import re

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
