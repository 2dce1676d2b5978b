"""Words of doubt, wish, appearance and opinion: where one stands in a sentence that seems to state plainly, it may not.

The cues of `cues` say how sure a statement is, with a step. These say only that somebody may be unsure: too many and too
different to be put on a scale, enough to leave a change to a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from cordiale.domains.information.drift.reading import Reading

UNSURE: Final = 0.4
"""How sure a change is that the other sentence may say in its own way: below what is ever believed."""
_HEDGES: Final = {
    "en": re.compile(
        r"\b(?:look(?:s|ed)?(?= \w+(?:er|ed|ing|ly)\b| as| like| set| small| large| unlikely| likely)|sounds?(?= like| as)|guess\w*|bets?|betting|odds|reckon\w*|prepar(?:es|ed|ing|ations?)|brac(?:e|es|ed|ing)|wants?|wanted|wish\w*|hop(?:e|es|ed|ing)|hopeful\w*"
        r"|dream\w*|eye(?:s|d|ing) (?:a|an|the)|in the eyes|view(?:s|ed)? as|in \w+ view|opinions?|verdict|mull\w*|fear\w*|worr(?:y|ies|ied|ying)|threat\w*|risk(?:s|ed|ing)?|danger|prospects?|outlook|scenario|worst case|best case|forecast\w*|predict\w*"
        r"|idea|thought|thinks?|thinking|believ\w*|suspic\w*|suspect\w*|doubt\w*|question(?:s|ed|able)?|wonder\w*|hesitat\w*|undecided|reluctan\w*|willing\w*|keen|eager|tempt\w*|ready|prepared|bid|bids|hint\w*|whisper\w*|gossip|talk of|talks|talking to|negotiat\w*"
        r"|maintain(?:s|ed)?(?= that|,)|insist(?:s|ed)? that|argu(?:es|ed)|contend\w*|alleg\w*|claim\w*|hypothe\w*|conceivabl\w*|imagin\w*|suppos\w*|presum\w*|assum\w*|speculat\w*|estimat\w*|calculat\w*|project(?:ed|ions?)|trust that|confident|convinced|nobody knows|no one knows"
        r"|nobody can|no one can|can(?:not| hardly) (?:say|tell|be sure)|who knows|remains? (?:open|unclear)|open question|might|could|would|should|possib\w*|potential\w*|chances?|eventual\w*|were (?:it|he|she|they)|in case|if|whether|unless|so far|for now)\b"
    ),
    "fr": re.compile(
        r"\b(?:semble\w*|parai\w*|apparen\w*|air d|avis|yeux d|opinion|juge\w*|estim\w*|pens(?:e|ent|ait)|croi(?:t|ent|re)|espoir\w*|espere\w*|voeux?|souhait\w*|desir\w*|envie|veu(?:t|lent)|voudr\w*|aimerai\w*|songe\w*|reve\w*|idee|reflechi\w*|reflexion"
        r"|crai(?:nt|gnent|ntes?)|redout\w*|peur|inquie\w*|menac\w*|risqu\w*|danger|perspective\w*|scenario|hypothese\w*|piste|pronosti\w*|pari(?:e|ent|er)|dout\w*|hesit\w*|indecis\w*|tent(?:e|ee?s?|ation)|pret(?:e|s|es)?|dispos(?:e|es|ee|ees)|enclin\w*|propose\w*"
        r"|assur(?:e|ent)|affirm(?:e|ent)|soutien(?:t|nent) qu|pretend\w*|a l'en croire|a en croire|a les croire|murmur\w*|bruit court|rumeur\w*|dit-on|laiss(?:e|ent|er) (?:entendre|penser|croire|supposer)|chances?|eventuel\w*|eventualite|possib\w*|potentiel\w*|probab\w*|vraisembl\w*"
        r"|peut-etre|presum\w*|suppos\w*|soupcon\w*|accus(?:e|ent|ait|ee?s?)|imagin\w*|incert\w*|inconnu\w*|ignor\w*|mystere|nul ne|personne ne sait|on ne sait|impossible d|previsions?|prevoi\w*|projet\w*|attendu\w*|attendre|s'attend\w*|convaincu\w*|confian\w*|si|pour l'heure|pour l'instant|a ce stade|au mieux|au pire|dans le pire|pourr\w*|devr\w*|\w{3,}rai(?:t|ent))\b"
    ),
}  # fmt: skip
"""Matched against folded text."""


def hedged(reading: Reading, cue: tuple[int, int], other: Reading, answers: Mapping[int, int]) -> bool:
    """Tell whether `other` asks, or has more words of doubt of its own than `reading` beside its cue (from, to).

    A word of doubt is a sentence's own where it answers none of the other's; `answers` leads from words of `reading` to
    words of `other`.
    """
    if "?" in other.statement.text:
        return True
    mine = [span for span in _own(reading, answers) if span[0] >= cue[1] or span[1] <= cue[0]]
    return len(_own(other, set(answers.values()))) > len(mine)


def _own(reading: Reading, answered: Collection[int]) -> list[tuple[int, int]]:
    kept = [(t.start, t.end) for t in reading.statement.tokens if t.start in answered]
    return [
        match.span()
        for match in _HEDGES["fr" if reading.statement.lang == "fr" else "en"].finditer(reading.flat)
        if not any(start < match.end() and end > match.start() for start, end in kept)
    ]
