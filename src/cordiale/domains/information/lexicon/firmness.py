"""How firmly a term in its form announces: in French the mood of a verb says it as much as the verb."""

from __future__ import annotations

from cordiale.domains.information.lexicon.entries import Language
from cordiale.domains.information.lexicon.scan import Term

WILL = 8
"""The strength of a plain future ("fournira", "will provide")."""

CONDITIONAL = 3
"""The strength of a conditional that no entry says more of: "fournirait", and the press's "aurait fourni"."""

# A French modal verb is several English ones: which, its mood says.
_MODALS = {
    "devoir": {"": 8, "future": 9, "conditional": 6, "infinitive": 8, "participle": 8},
    "pouvoir": {"": 4, "future": 5, "conditional": 2, "infinitive": 4, "participle": 4},
    "vouloir": {"": 4, "future": 4, "conditional": 4, "infinitive": 4, "participle": 4},
}


def firmness(term: Term, lang: Language) -> int | None:
    """Return the strength (1 to 9) with which a term announces an act; None where it announces nothing.

    "aller" announces before an infinitive alone, and the past of it nothing: the caller sees what follows.
    """
    strengths = [cue.strength for cue in term.cues if cue.kind == "modality"]
    if lang == "en":
        return strengths[0] if strengths else None
    reading = term.readings[0]
    if reading.lemma in _MODALS:
        return _MODALS[reading.lemma][reading.mood]
    if reading.lemma == "aller" and reading.mood == "participle":
        return None
    if "conditional" in term.moods:
        return min(CONDITIONAL, *strengths) if strengths else CONDITIONAL
    if strengths:
        return strengths[0]
    return WILL if "future" in term.moods else None
