"""Steps that a claim climbs or goes down by another word: damaged and destroyed, questioned and charged, in talks and agreed.

`ladders.tsv` has the words, with a step each. Both sentences must have a word of a ladder, two steps apart or more: one
step is a matter of taste. The steps are those of `tests/corpus/lineage/DEFINITIONS.md`, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from cordiale.domains.information.drift.comparison import Pairing, one_thing
from cordiale.domains.information.drift.phrases import Phrase, phrases
from cordiale.domains.information.drift.polarity import Denial, denied
from cordiale.domains.information.drift.reading import Reading

if TYPE_CHECKING:
    from cordiale.domains.information.drift.judge import Change

APART: Final = 2
"""By so many steps at least two words say something else."""
BELIEVED: Final = 0.7
"""How sure a change of step is."""
_AMOUNTS: Final = frozenset({"harm", "injury", "duration", "extent"})
"""The ladders that say how badly or how long; the others say how far along or how firmly."""


def climbs(source: Reading, derived: Reading, pairing: Pairing) -> list[Change]:
    """Return the steps up or down from a word of the source to one of the derived sentence, where they are about one thing."""
    from cordiale.domains.information.drift.judge import Change

    mine, theirs = phrases(source, "ladders"), phrases(derived, "ladders")
    groups = {phrase.group for phrase in mine} & {phrase.group for phrase in theirs}
    if not groups:
        return []
    one, other = _plain(mine, denied(source)), _plain(theirs, denied(derived))
    found = []
    for group in dict.fromkeys(phrase.group for phrase in one if phrase.group in groups):
        here = [phrase for phrase in one if phrase.group == group]
        there = [phrase for phrase in other if phrase.group == group]
        if not there or {phrase.step for phrase in here} & {phrase.step for phrase in there}:
            continue
        first, second = here[0], there[0]
        if abs(first.step - second.step) < APART or not one_thing(
            source.statement, (first.start, first.end), (second.start, second.end), pairing
        ):
            continue
        kind: Literal["quantity", "modality"] = "quantity" if group in _AMOUNTS else "modality"
        spans = (
            source.statement.text[first.start : first.end],
            derived.statement.text[second.start : second.end],
        )
        found.append(Change(kind, *spans, "up" if first.step < second.step else "down", BELIEVED))
    return found


def _plain(found: Sequence[Phrase], denials: Sequence[Denial]) -> list[Phrase]:
    """Leave out words that are denied."""
    return [one for one in found if not any(one.start in denial.reached for denial in denials)]
