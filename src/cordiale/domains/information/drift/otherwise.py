"""Whether a sentence says in other words what a cue of the other one says: who advises, who holds it, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from cordiale.domains.information.drift.cues import Cue
from cordiale.domains.information.drift.reading import Reading

DOUBT: Final = 3
"""Up to this step a claim is not vouched for; from a fact to a promise is no change of certainty."""

_OPINION = re.compile(r"(?:believe|think|thought|estime|pense|juge|croi|in the opinion|a notre avis|d'avis)")
ATTRIBUTED = re.compile(
    r"\b(?:according to|in \w+(?: \w+)?'s? (?:view|opinion)|in the (?:view|opinion|eyes) of|selon|d'apres|aux yeux d|de l'avis d)"
    r"|^pour l(?:e|a|es|') ?\w+(?: \w+)?,"
)
_CLAIM = re.compile(
    r"(?:claim|accus|blame|according to|selon|d'apres|it is claimed|is claimed|some \w+ (?:say|claim|allege)|some say|pretend|a (?:l'en|les|en) croire)"
)
_HEARSAY = re.compile(
    r"reportedly|allegedly|alleged|purported|word is|rumou?r|(?:is|are|was|were) (?:said|reported|alleged|claimed|understood)|pretendu|presume|dit-on|parait-il|il se dit|rumeur"
)
_TELLS = re.compile(
    r"\b(?:say|said|says|told|tells|maintain(?:s|ed)?|insist(?:s|ed)?|argu(?:es|ed)|contends?|asserts?|according to|states?|affirm\w*|assur(?:e|ent|ait|aient|es|ed)|soutien\w+|maintien\w+|dit|disent|selon|d'apres|fait valoir|font valoir)\b"
)
"""Who claims a thing says it."""
_IS_TO = re.compile(r"\b(?:is|are|was|were) to (?:be )?\w+")
_MAY = re.compile(r"may (?:not|no longer|only)\b")
_WISHES = re.compile(r"wants? \w+ to|would like \w+|wish\w* (?:for|\w+ to)|veu(?:t|lent) qu|souhait\w+ qu")
_ASKED = re.compile(r"(?:ha(?:s|ve) )?(?:being|been) (?:asked|urged|pressed)")
_SHOULD = re.compile(r"should|ought|devrai|suggest|suggere")


def said_otherwise(
    reading: Reading, cue: Cue, other: Reading, answered: Mapping[int, int], cues: Iterable[Cue]
) -> bool:
    """Tell whether a cue changes nothing, because it is soft or a promise, or the other sentence says as much in other words."""
    return (
        cue.soft
        or cue.step > DOUBT
        or any(one.step == cue.step for one in cues)
        or _advises(reading, cue, other)
        or _said_too(reading, cue, answered)
        or (
            (cue.loose or bool(_HEARSAY.match(reading.flat, cue.start)))
            and bool(ATTRIBUTED.search(other.flat))
            and not ATTRIBUTED.search(reading.flat)
        )
    )


def _advises(reading: Reading, cue: Cue, other: Reading) -> bool:
    """Tell whether the other sentence says the same step without a cue of certainty: what should be done is advised there,
    what is expected is to be, what somebody believes is so "in the chair's view".
    """
    if _OPINION.match(reading.flat, cue.start) and ATTRIBUTED.search(other.flat):
        return True
    if _CLAIM.match(reading.flat, cue.start) and (other.speakers or _TELLS.search(other.flat)):
        return True
    if cue.step == DOUBT and _IS_TO.search(other.flat):
        return True
    if _MAY.match(reading.flat, cue.start) and any(
        o.scale == "order" and o.step == DOUBT for o in other.cues
    ):
        return True
    if _WISHES.match(reading.flat, cue.start) and any(o.scale == "order" and o.step == 2 for o in other.cues):
        return True
    if _ASKED.match(reading.flat, cue.start) and any(o.scale == "order" for o in other.cues):
        return True
    least = 1 if _SHOULD.match(reading.flat, cue.start) else 3
    return cue.step == DOUBT and any(one.scale == "order" and one.step >= least for one in other.cues)


_MODAL = re.compile(r"(?:pourr|devr|peu[tv]|puiss|may|might|can|could|should)\w*\b")


def _said_too(reading: Reading, cue: Cue, answered: Mapping[int, int]) -> bool:
    """Tell whether the very word that hedges has its answer, a translation or a word of its family: "redoutent", "fear"."""
    if cue.loose or _MODAL.match(reading.flat, cue.start):
        return False  # "pourrait" is not "power"
    return any(
        t.start in answered for t in reading.statement.tokens if t.content and cue.start <= t.start < cue.end
    )
